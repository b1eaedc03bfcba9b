"""``tallystick init``: creates the files of a new server."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.context import CommandWithExample
from idp.cli.output import json_option, print_json, print_warning

if TYPE_CHECKING:
    from idp.saml.keys import KeyKind
    from idp.serving.new_server import NewServer


DEFAULT = click.core.ParameterSource.DEFAULT


@click.command(
    cls=CommandWithExample, example="tallystick init sts --base-url https://sts.example.test"
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--base-url", default="http://localhost:8080", show_default=True, metavar="URL",
    help="The address that users and service providers will use.",
)  # fmt: skip
@click.option("--ecdsa", is_flag=True, help="Sign with ECDSA on P-256 (default: RSA, 2048 bits).")
@json_option
def init(folder: Path, base_url: str, ecdsa: bool, as_json: bool) -> None:
    """Create the configuration, the token-signing key and the administrator's token.

    They are written to the folder DIR, which is created if needed; no file is overwritten. The
    token is printed only once: the server stores only its digest.
    """
    from idp.serving.new_server import create_server
    from idp.system_clock import SystemClock

    kind: KeyKind = "ecdsa" if ecdsa else "rsa"
    with _nothing_above_option("base_url", "server") as overriding:
        server = create_server(folder, base_url, kind, SystemClock().now())
    for name in overriding:
        print_warning(f"${name} overrides server.base_url of the file wherever it is set")
    if as_json:
        print_json(
            {
                "config": str(server.config_file),
                "url": server.base_url,
                "admin": f"{server.base_url}/admin/",
                "admin_token": server.admin_token,
            }
        )
    else:
        click.echo(_next_steps(server))


def _nothing_above_option(option: str, section: str) -> AbstractContextManager[tuple[str, ...]]:
    """Let an option that was given win over the environment, whose variables are yielded."""
    from idp.config.places import without_variables_of

    is_default = click.get_current_context().get_parameter_source(option) is DEFAULT
    return nullcontext(()) if is_default else without_variables_of(section, option)


def _next_steps(server: NewServer) -> str:
    from idp.config.admin import AdminSection

    return f"""\
Configuration         {server.config_file}
Administrator's token {server.admin_token}   (printed only this once)

Next, with -c {server.config_file}:
  tallystick server set sts1 20348.350      a node, and the Windows Server build that it simulates
  tallystick user add alice@example.test --group "{AdminSection().administrators}"
                                            a user, who may administer the server
  tallystick user activate alice@example.test    that user's phone, the second factor
  tallystick sp add metadata.xml            a service provider to sign in to
  tallystick serve                          {server.base_url}, and /admin/"""
