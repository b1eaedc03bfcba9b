"""``tallystick admin``: the administrator's token, and the audit log."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from idp.cli.context import CommandGroup, changes_if_possible, invocation, with_services
from idp.cli.output import json_option, print_fields, print_json, printable

if TYPE_CHECKING:
    from idp.audit.changes import ChangeEntry
    from idp.services import Services

PAUSE_SECONDS = 0.5
"""Between two looks for new changes with --follow."""


@click.group(cls=CommandGroup)
def admin() -> None:
    """The administrator's token, which opens /admin/ and its REST API, and the audit log."""


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
        made = admin_token.replace_token(path, changes_if_possible())
        answer = {"admin": f"{server.base_url}/admin/", "admin_token": made, "file": str(path)}
        _print(answer, as_json=as_json)
        return
    admin_token.read_token(path)
    if path is not None:
        content = "digest" if admin_token.holds_digest(path) else "token"
        answer = {"admin": f"{server.base_url}/admin/", "file": str(path), "content": content}
        _print(answer, as_json=as_json)


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
