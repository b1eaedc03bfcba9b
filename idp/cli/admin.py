"""``tallystick admin``: the administrator's token, and the audit log."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from idp.audit.roles import ROLES, in_words
from idp.cli.context import (
    CommandGroup,
    DefaultCommandGroup,
    changes_if_possible,
    invocation,
    with_services,
)
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    printable,
)
from idp.instants import json_instant

if TYPE_CHECKING:
    from idp.audit.changes import ChangeEntry
    from idp.services import Services

_COLUMNS = ("name", "role", "created_at", "created_by", "expires_at", "last_used_at")
PAUSE_SECONDS = 0.5
"""Between two looks for new changes with --follow."""


@click.group(cls=CommandGroup)
def admin() -> None:
    """The administrator's token, which opens /admin/ and its REST API, and the audit log."""


@admin.group("token", cls=DefaultCommandGroup, default="show")
def token() -> None:
    """The emergency token, and the API tokens of programs.

    Without a command it shows the file of the emergency token, or replaces that token.
    """


@token.command("show", example="tallystick admin token --new\ntallystick admin token show")
@click.option("--new", is_flag=True, help="Make a new token, and print it this once.")
@json_option
def show(new: bool, as_json: bool) -> None:
    """Show the file of the administrator's token, or replace a lost token.

    A running server accepts a new token at once, and no longer the former one or a session that
    began with it. Run it with the account of the server, which must be able to read the file.
    """
    from idp.management import admin_token

    server = invocation().config.server
    path = server.admin_token_file
    if new:
        made = admin_token.replace_token(path, changes_if_possible())
        answer = {"admin": f"{server.base_url}/admin/", "admin_token": made, "file": str(path)}
        _print(answer, as_json=as_json)
        return
    admin_token.read_token(path)
    if path is not None:
        content = "digest" if admin_token.holds_digest(path) else "token"
        answer = {"admin": f"{server.base_url}/admin/", "file": str(path), "content": content}
        _print(answer, as_json=as_json)


@token.command("add", example="tallystick admin token add monitoring --role auditor --expires 90d")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the token may do.")
@click.option(
    "--expires", default="90d", show_default=True, metavar="T",
    help="When it ends: a span like 90d, or a time like 2027-01-31 in UTC; at most two years.",
)  # fmt: skip
@json_option
@with_services
def add(services: Services, name: str, role: str, expires: str, as_json: bool) -> None:
    """Make an API token with a role, and print it this once.

    An auditor's token only reads. Programs send it as "Authorization: Bearer TOKEN".
    """
    from idp.management import api_tokens

    made, text = api_tokens.add(services, name, role, expires)
    if as_json:
        print_json({**made.as_json(), "token": text})
        return
    click.echo(text)
    click.echo(f"{made.name}, {in_words(made.role)}, until {json_instant(made.expires_at)}.")


@token.command("list", example="tallystick admin token list --json")
@json_option
@with_services
def list_tokens(services: Services, as_json: bool) -> None:
    """List the API tokens; never their texts."""
    tokens = services.api_tokens.tokens()
    if as_json:
        print_json([each.as_json() for each in tokens])
        return
    print_table(
        ("name", "role", "made", "by", "ends", "last used"),
        [tuple(each.as_json()[key] for key in _COLUMNS) for each in tokens],
        empty="There is no API token yet. Make one: tallystick admin token add NAME --role ROLE",
    )


@token.command("revoke", example="tallystick admin token revoke monitoring")
@click.argument("name")
@json_option
@with_services
def revoke(services: Services, name: str, as_json: bool) -> None:
    """Revoke an API token: it is worth nothing from then on."""
    from idp.management import api_tokens

    api_tokens.revoke(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"The token {name} is revoked.", as_json=as_json)


@admin.command(
    "audit", example="tallystick admin audit --since 24h\ntallystick admin audit --verb user --json"
)
@click.option("-f", "--follow", is_flag=True, help="Print new changes too, until interrupted.")
@click.option("--actor", default="", metavar="NAME", help="Only changes by this user or token.")
@click.option("--verb", default="", metavar="V", help="Only this verb, or all of user, trust, …")
@click.option("--object", "about", default="", metavar="O", help="Only changes of this object.")
@click.option("--text", default="", help="Only where actor, verb or object has this text.")
@click.option(
    "--since", metavar="T", help="Only since then: 90m, 24h, 7d, or 2026-01-31T08:00 in UTC."
)
@click.option("--limit", type=click.IntRange(1, 100_000), metavar="N", help="Only the newest N.")
@json_option
@with_services
def audit(
    services: Services,
    /,
    follow: bool,
    since: str | None,
    limit: int | None,
    as_json: bool,
    **wanted: str,
) -> None:
    """Print the audit log: who changed what, by which way, and what it was before and after.

    The oldest comes first. With --json, each line is one JSON object.
    """
    from idp.audit.changes import ChangeQuery
    from idp.management import audit_log
    from idp.management.sign_in_log import read_since

    began = read_since(since, services.clock.now()) if since else None
    query = ChangeQuery(since=began, **wanted)
    wait = (lambda: time.sleep(PAUSE_SECONDS)) if follow else None
    for entry in audit_log.read(services, query, limit=limit, wait=wait):
        click.echo(json.dumps(entry.as_json()) if as_json else _line(entry))


def _line(entry: ChangeEntry) -> str:
    from idp.management.audit_log import differences

    changed = "; ".join(
        f"{name + ': ' if name else ''}{before or '-'} → {after or '-'}"
        for name, before, after in differences(entry)
    )
    actor = entry.actor
    who = f"{actor.name} ({actor.via})" if actor.name else actor.via
    columns = (
        (f"{entry.at:%Y-%m-%d %H:%M:%S}", 19),
        (who, 24),
        (entry.verb, 18),
        (entry.about, 24),
    )
    text = "  ".join(printable(value).ljust(width) for value, width in columns)
    return f"{text}  {printable(changed)}".rstrip()


def _print(answer: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        print_fields([(name.replace("_", " "), value) for name, value in answer.items()])
