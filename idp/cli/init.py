"""``tallystick init``: the files of a new server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.context import Example
from idp.cli.output import json_option, print_json

if TYPE_CHECKING:
    from idp.saml.keys import KeyKind
    from idp.serving.new_server import NewServer


@click.command(cls=Example, example="tallystick init sts --base-url https://sts.example.test")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--base-url", default="http://localhost:8080", show_default=True, metavar="URL",
    help="The address that users and service providers will know.",
)  # fmt: skip
@click.option("--ecdsa", is_flag=True, help="Sign with ECDSA on P-256 (default: RSA, 2048 bits).")
@json_option
def init(folder: Path, base_url: str, ecdsa: bool, as_json: bool) -> None:
    """Write a configuration, the token-signing key and the first administrator's token.

    DIR is the folder for them, made if need be. Nothing is ever overwritten. The token is shown
    this once: the server keeps its digest alone.
    """
    from idp.serving.new_server import create_server
    from idp.system_clock import SystemClock

    kind: KeyKind = "ecdsa" if ecdsa else "rsa"
    made = create_server(folder, base_url, kind, SystemClock().now())
    if as_json:
        print_json(
            {
                "config": str(made.config_file),
                "url": made.base_url,
                "admin": f"{made.base_url}/admin/",
                "admin_token": made.admin_token,
            }
        )
    else:
        click.echo(_words(made))


def _words(made: NewServer) -> str:
    return f"""\
Configuration         {made.config_file}
Administrator's token {made.admin_token}   (shown this once)

Next, with -c {made.config_file}:
  tallystick server set sts1 20348.350      the node, and the Windows Server build it plays
  tallystick user add alice@example.test    somebody who may sign in
  tallystick sp add metadata.xml            somewhere to sign in to
  tallystick serve                          {made.base_url}, /admin/ with the token"""
