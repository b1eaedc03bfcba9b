"""``tallystick preview``: what a user will see at a trust, by node and device, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_json, print_table, printable

if TYPE_CHECKING:
    from idp.management.preview import Preview
    from idp.services import Services


@click.command(
    cls=ServerCommand,
    example="tallystick preview alice@example.test --node sts1\n"
    "tallystick preview --device phone-old --json",
)
@click.argument("name", metavar="[NAME]", default="", shell_complete=completion.users)
@click.option(
    "--trust", metavar="ID", default="", help="At this trust.", shell_complete=completion.trusts
)
@click.option(
    "--node", metavar="NODE", default="", help="On this node.", shell_complete=completion.nodes
)
@click.option(
    "--device",
    type=click.Choice(["registered", "phone-current", "phone-old", "wearable"]),
    default=None,
    help="With this device; registered: those that the user has.",
)
@json_option
@with_services
def preview(
    services: Services, name: str, trust: str, node: str, device: str | None, as_json: bool
) -> None:
    """Tell what a user will see in a sign-in, and why. Nothing is sent and nothing is changed.

    NAME is the user; without it, users in general whom the policies allow push. Without --trust, a
    trust that asks for the second factor is assumed; without --node and --device, all are shown.
    """
    from idp.management import preview as previews

    found = previews.preview(services, user=name, trust=trust, node=node, device=device or "")
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)


def _print(found: Preview) -> None:
    from idp.management.preview import LEFT_OUT

    for step in found.steps:
        bracketed = f" [{step.code}]" if step.code else ""
        click.echo(printable(f"{step.name}: {step.sentence}{bracketed}"))
    print_table(
        ("node", "build", "device", "the user sees", "reason"),
        [
            (cell.node.name, cell.node.build, cell.device_name, cell.shows, cell.reason)
            for cell in found.cells
        ],
        empty="There is no node yet. Add one: tallystick server set NODE BUILD",
    )
    for cell, *_ in found.reasons:
        click.echo(printable(f"{cell.reason}: {cell.sentence}"))
        for rule in cell.rules:
            click.echo(printable(f"  {rule}"))
    click.echo("Not taken into account:", err=True)
    for sentence in LEFT_OUT:
        click.echo(f"  {sentence}", err=True)
