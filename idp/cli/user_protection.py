"""``tallystick user block``, ``unblock``, ``dismiss-risk`` and ``pass``: help for an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_json
from idp.instants import json_instant

if TYPE_CHECKING:
    from idp.services import Services

MAX_DAYS = 36_500
_BLOCK = """\
tallystick user block alice@example.test
tallystick user block alice@example.test --until 2027-01-31"""
_ISSUE = """\
tallystick user pass alice@example.test --once
tallystick user pass alice@example.test --minutes 480
tallystick user pass alice@example.test --delete"""


@click.command("block", cls=ServerCommand, example=_BLOCK)
@click.argument("name", shell_complete=completion.users)
@click.option("--days", type=click.IntRange(1, MAX_DAYS), help="So many days (default: 90).")
@click.option("--until", metavar="TIME", help="Until then, in UTC, like 2027-01-31T08:00.")
@json_option
@with_services
def block(
    services: Services, name: str, days: int | None, until: str | None, as_json: bool
) -> None:
    """Deny every second factor of a user without asking.

    No request is sent and no code is checked, until the block ends or is lifted.
    """
    from idp.management import protection
    from idp.management.standing import standing_as_json

    if days is not None and until is not None:
        raise click.UsageError("Give either --days or --until.")
    end = None if until is None else protection.read_time(until)
    upn = protection.block(services, name, days=days, until=end).upn
    standing = services.protection.standing_of(upn)
    ends = json_instant(standing.block.until) if standing.block else ""
    value = {"name": upn, **standing_as_json(standing)}
    print_done(value, f"{upn} is blocked until {ends}.", as_json=as_json)


@click.command("unblock", cls=ServerCommand, example="tallystick user unblock alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def unblock(services: Services, name: str, as_json: bool) -> None:
    """Lift the block of a user.

    After a report, requests are sent again once a code was right, or by "tallystick user unlock".
    """
    from idp.management import protection

    was_blocked = protection.unblock(services, name)
    sentence = f"{name} is no longer blocked." if was_blocked else f"{name} was not blocked."
    print_done({"name": name, "unblocked": was_blocked}, sentence, as_json=as_json)


@click.command(
    "dismiss-risk", cls=ServerCommand, example="tallystick user dismiss-risk alice@example.test"
)
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def dismiss_risk(services: Services, name: str, as_json: bool) -> None:
    """Forget that a user is at high risk, after you have found out why a request was reported."""
    from idp.management import protection

    was_at_risk = protection.dismiss_risk(services, name)
    sentence = f"{name} is no longer at risk." if was_at_risk else f"{name} was not at risk."
    print_done({"name": name, "dismissed": was_at_risk}, sentence, as_json=as_json)


@click.command("pass", cls=ServerCommand, example=_ISSUE)
@click.argument("name", shell_complete=completion.users)
@click.option("--once", is_flag=True, help="Let it work once only.")
@click.option("--minutes", type=int, help="How long it works: 10 to 43200 (default: 60).")
@click.option("--starts", metavar="TIME", help="From when on, in UTC, like 2027-01-31T08:00.")
@click.option("--delete", is_flag=True, help="Remove the pass of the user instead.")
@json_option
@with_services
def access_pass(
    services: Services,
    name: str,
    once: bool,
    minutes: int | None,
    starts: str | None,
    delete: bool,
    as_json: bool,
) -> None:
    """Issue a temporary access pass, for a user who has no method left.

    It is printed once. With it, the user can register a phone at /account/. A new pass replaces the
    one before.
    """
    from idp.management import protection

    if delete:
        was_there = protection.delete_pass(services, name)
        sentence = f"{name} has no pass any more." if was_there else f"{name} had no pass."
        print_done({"name": name, "deleted": was_there}, sentence, as_json=as_json)
        return
    starts_at = None if starts is None else protection.read_time(starts)
    issued = protection.issue_pass(services, name, once=once, minutes=minutes, starts_at=starts_at)
    value = issued.as_json()
    if as_json:
        print_json(value)
        return
    good = "once, " if once else ""
    click.echo(value["pass"])
    click.echo(f"Good {good}from {value['starts_at']} to {value['expires_at']}.")
