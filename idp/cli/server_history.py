"""``tallystick server history`` and ``server undo``: what was changed in the farm, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_json, print_table

if TYPE_CHECKING:
    from idp.services import Services


@click.command("history", cls=ServerCommand, example="tallystick server history --limit 10")
@click.option(
    "--limit",
    type=click.IntRange(1, 200),
    default=25,
    show_default=True,
    help="How many changes are shown.",
)
@click.option("--before", type=click.IntRange(1), help="Show changes older than this id.")
@json_option
@with_services
def history(services: Services, limit: int, before: int | None, as_json: bool) -> None:
    """List the changes of nodes and NPS hosts, newest first."""
    from idp.management import farm_history

    changes, further = farm_history.history(services, before_id=before, limit=limit)
    if as_json:
        print_json([change.as_json() for change in changes])
        return
    print_table(
        ("id", "time (UTC)", "who", "change", "undo"),
        [
            (
                change.id,
                f"{change.group.at:%Y-%m-%d %H:%M:%S}",
                change.group.actor.label,
                ", ".join(farm_history.in_words(change)),
                "possible" if change.refusal is None else change.refusal.code,
            )
            for change in changes
        ],
        empty="Nobody has changed the farm yet.",
    )
    if further is not None:
        click.echo(f"Older changes: tallystick server history --before {further}", err=True)


@click.command("undo", cls=ServerCommand, example="tallystick server undo 2")
@click.argument("change_id", metavar="ID", type=click.IntRange(1, 2**62))
@json_option
@with_services
def undo(services: Services, change_id: int, as_json: bool) -> None:
    """Put back what was before a change of the farm.

    ID is that of tallystick server history. All nodes and hosts of the change are put back, or
    none: it is refused if one of them was changed since.
    """
    from idp.management import farm_undo

    done = farm_undo.undo(services, change_id)
    sentence = f"Change {done.change_id} is undone. {' '.join(done.sentences)}"
    print_done(done.as_json(), sentence, as_json=as_json)
