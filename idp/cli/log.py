"""``tallystick log``: prints the sign-in log, one line for each sign-in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, printable

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.services import Services

NOTHING_FOUND = "No entry matches. Users, trusts and codes are found by their whole name."
PAUSE_SECONDS = 0.5


@click.command(
    cls=ServerCommand,
    example="tallystick log --user alice@example.test --since 24h\n"
    "tallystick log --activity 2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10 --json",
)
@click.option("-f", "--follow", is_flag=True, help="Print new sign-ins too, until interrupted.")
@click.option(
    "--user", metavar="U", help="Only sign-ins of this user.", shell_complete=completion.users
)
@click.option("--activity", metavar="ID", help="Only this Activity ID, as an error page shows it.")
@click.option(
    "--since", metavar="T", help="Only since then: 90m, 24h, 7d, or 2026-01-31T08:00 in UTC."
)
@click.option("--outcome", metavar="O", help="Only this outcome, like issued or MSIS3200.")
@click.option(
    "--trust", metavar="ID", help="Only sign-ins to this trust.", shell_complete=completion.trusts
)
@click.option("--code", metavar="C", help="Only this code, as the outcome, the reason or a detail.")
@click.option("--limit", type=click.IntRange(1, 100_000), metavar="N", help="Only the newest N.")
@json_option
@with_services
def log(
    services: Services,
    follow: bool,
    user: str | None,
    activity: str | None,
    since: str | None,
    outcome: str | None,
    trust: str | None,
    code: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Print sign-ins and refused requests: user, trust, node, experience and reason, outcome.

    The oldest comes first. With --json, each line is one JSON object.
    """
    from idp.audit.sign_in_log import LogQuery
    from idp.management import sign_in_log as sign_ins

    began = sign_ins.read_since(since, services.clock.now()) if since else None
    query = LogQuery(user, activity, began, outcome, trust, code)
    wait = (lambda: time.sleep(PAUSE_SECONDS)) if follow else None
    is_empty = True
    for entry in sign_ins.read(services, query, limit=limit, wait=wait):
        is_empty = False
        click.echo(entry.as_line() if as_json else _line(entry.record))
    if is_empty:
        click.echo(NOTHING_FOUND, err=True)


def _line(record: SignInRecord) -> str:
    """Return the columns, each wide enough for most of its values."""
    decided = f"{record.experience or '-'} ({record.reason})" if record.reason else "-"
    columns = (
        (f"{record.at:%Y-%m-%d %H:%M:%S}", 19),
        (record.user or "-", 24),
        (record.trust or "-", 32),
        (record.node or "-", 8),
        (decided, 28),
        (f"{record.outcome} ({record.detail})" if record.detail else record.outcome, 0),
    )
    return "  ".join(printable(text).ljust(width) for text, width in columns)
