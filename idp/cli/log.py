"""``tallystick log``: the sign-in log, a line for each sign-in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from idp.cli.context import Verb, with_services
from idp.cli.output import json_option, printable

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.services import Services

PAUSE = 0.5


@click.command(cls=Verb, example="tallystick log --user alice@example.test --json")
@click.option("-f", "--follow", is_flag=True, help="Go on with new ones until interrupted.")
@click.option("--user", metavar="U", help="Only those of this user.")
@json_option
@with_services
def log(services: Services, follow: bool, user: str | None, as_json: bool) -> None:
    """Print the sign-ins: who, which trust and node, which experience and why, the outcome.

    With --json each is one object on a line of its own.
    """
    from idp.management import sign_in_log as sign_ins

    wait = (lambda: time.sleep(PAUSE)) if follow else None
    for entry in sign_ins.read(services, user, wait):
        click.echo(entry.as_line() if as_json else _line(entry.record))


def _line(record: SignInRecord) -> str:
    """Return the columns, each as wide as most of its values are."""
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
