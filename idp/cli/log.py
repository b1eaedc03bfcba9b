"""``tallystick log``: prints the sign-in log, one line for each sign-in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, printable

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.services import Services

PAUSE_SECONDS = 0.5


@click.command(cls=ServerCommand, example="tallystick log --user alice@example.test --json")
@click.option("-f", "--follow", is_flag=True, help="Print new sign-ins too, until interrupted.")
@click.option("--user", metavar="U", help="Only sign-ins of this user.")
@json_option
@with_services
def log(services: Services, follow: bool, user: str | None, as_json: bool) -> None:
    """Print the sign-ins: user, trust, node, experience and its reason, outcome.

    With --json, each line is one JSON object.
    """
    from idp.management import sign_in_log as sign_ins

    wait = (lambda: time.sleep(PAUSE_SECONDS)) if follow else None
    for entry in sign_ins.read(services, user, wait):
        click.echo(entry.as_line() if as_json else _line(entry.record))


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
