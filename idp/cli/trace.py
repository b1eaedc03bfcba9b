"""``tallystick trace``: prints what the flight recorder has of a sign-in, or finds sign-ins."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_json, print_table, printable
from idp.recorder.timeline import OUTCOMES

if TYPE_CHECKING:
    from idp.management.timeline_texts import StepView
    from idp.recorder.store import TimelineQuery
    from idp.recorder.timeline import Summary, Timeline
    from idp.services import Services

PAUSE_SECONDS = 0.5
COLUMNS = ("last step (UTC)", "user", "trust", "outcome", "code", "Activity ID")
INDENT = " " * 14


@click.command(
    cls=ServerCommand,
    example="tallystick trace 2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10\n"
    "tallystick trace --user alice@example.test --since 24h\n"
    "tallystick trace 2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10 --export report",
)
@click.argument("activity_id", required=False)
@click.option("--export", type=click.Path(path_type=Path), metavar="DIR", help="Write it to files.")
@click.option(
    "--user", metavar="U", default="", help="Of this user.", shell_complete=completion.users
)
@click.option(
    "--trust", metavar="ID", default="", help="Of this trust.", shell_complete=completion.trusts
)
@click.option("--outcome", type=click.Choice(OUTCOMES), help="How it has ended.")
@click.option("--code", metavar="C", default="", help="Refused with this code, like MSIS0038.")
@click.option("--since", metavar="T", help="Changed since then: 90m, 24h, 7d, or a time in UTC.")
@click.option("--text", metavar="T", default="", help="With this text in any step.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, metavar="N", help="At most N.")
@click.option("-f", "--follow", is_flag=True, help="Print what happens from now on.")
@json_option
@with_services
def trace(
    services: Services,
    /,
    activity_id: str | None,
    export: Path | None,
    since: str | None,
    limit: int,
    follow: bool,
    as_json: bool,
    **wanted: str | None,
) -> None:
    """Print the timeline of a sign-in by its Activity ID, or list those that are searched for.

    The error page shows the Activity ID. With --json, a list has one JSON object a line.
    """
    from idp.management import timelines
    from idp.management.sign_in_log import read_since
    from idp.recorder.store import TimelineQuery

    if activity_id is not None:
        _one(services, timelines.existing(services, activity_id), export, as_json=as_json)
        return
    if export is not None:
        raise click.UsageError("--export needs an Activity ID")
    began = read_since(since, services.clock.now()) if since else None
    values: dict[str, Any] = {name: value or "" for name, value in wanted.items()}
    query = TimelineQuery(since=began, **values)
    if follow:
        _follow(services, query, as_json=as_json)
    _list(services, timelines.search(services, query, limit=limit), as_json=as_json)


def _one(services: Services, timeline: Timeline, export: Path | None, *, as_json: bool) -> None:
    from idp.management import timeline_export
    from idp.management.timeline_texts import views_of

    if export is not None:
        timeline_export.write_folder(timeline, export, services.clock.now())
        click.echo(f"Written to {printable(export)}. It holds users' names and claims.", err=True)
    elif as_json:
        print_json(timeline.as_json())
    else:
        _print_timeline(timeline.summary, views_of(timeline))


def _follow(services: Services, query: TimelineQuery, *, as_json: bool) -> None:
    from idp.management import timelines

    for summary in timelines.follow(services, query, lambda: time.sleep(PAUSE_SECONDS)):
        if as_json:
            print_json(summary.as_json())
        else:
            click.echo("  ".join(map(printable, _row(summary))))


def _list(services: Services, found: Iterable[Summary], *, as_json: bool) -> None:
    """Print what a search has found; raises the error of a search that has found nothing."""
    from idp.management import timelines

    if not found:
        raise timelines.none_found(services)
    if as_json:
        for summary in found:
            print_json(summary.as_json())
    else:
        print_table(COLUMNS, map(_row, found), empty="")


def _row(summary: Summary) -> tuple[str, ...]:
    return (
        f"{summary.changed_at:%Y-%m-%d %H:%M:%S}",
        summary.user or "-",
        summary.trust or "-",
        summary.outcome or "in_progress",
        summary.code or "-",
        summary.activity_id,
    )


def _print_timeline(summary: Summary, views: Iterable[StepView]) -> None:
    """Print the sentence first: it says what failed, with the code and what to do."""
    from idp.management.timeline_texts import shown_time

    click.secho(printable(summary.sentence), bold=True, fg="red" if summary.is_refused else None)
    began = f"{summary.began_at:%Y-%m-%d %H:%M:%S} UTC"
    facts = (summary.activity_id, began, summary.user, summary.trust, summary.node)
    click.echo(printable("  ".join(filter(None, facts))))
    for view in views:
        click.echo()
        color = "red" if view.is_refusal else "cyan"
        click.echo(f"{shown_time(view.at)}  {click.style(view.heading, fg=color, bold=True)}")
        if view.line:
            click.echo(f"{INDENT}{printable(view.line)}")
        for label, value in view.details:
            click.secho(f"{INDENT}{printable(label)}: {printable(value)}", dim=True)
        for line in view.xml.splitlines():
            click.echo(f"{INDENT}{printable(line)}")
