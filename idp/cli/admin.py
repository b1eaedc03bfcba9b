"""``tallystick admin``: the administrator's token, for ``/admin/`` and its REST API."""

from __future__ import annotations

import click

from idp.cli.context import CommandGroup, invocation
from idp.cli.output import json_option, print_fields, print_json


@click.group(cls=CommandGroup)
def admin() -> None:
    """The administrator's token, which opens /admin/ and its REST API."""


@admin.command("token", example="tallystick admin token --new")
@click.option("--new", is_flag=True, help="Make a new token, and print it this once.")
@json_option
def token(new: bool, as_json: bool) -> None:
    """Show the file of the administrator's token, or replace a lost token.

    A running server accepts a new token at once, and no longer the former one or a session that
    began with it. Run it with the account of the server, which must be able to read the file.
    """
    from idp.management import admin_token

    server = invocation().config.server
    path = server.admin_token_file
    if new:
        made = admin_token.replace_token(path)
        answer = {"admin": f"{server.base_url}/admin/", "admin_token": made, "file": str(path)}
        _print(answer, as_json=as_json)
        return
    admin_token.read_token(path)
    if path is not None:
        content = "digest" if admin_token.holds_digest(path) else "token"
        answer = {"admin": f"{server.base_url}/admin/", "file": str(path), "content": content}
        _print(answer, as_json=as_json)


def _print(answer: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        print_fields([(name.replace("_", " "), value) for name, value in answer.items()])
