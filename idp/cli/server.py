"""``tallystick server``: the nodes of the farm and the build of each."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.input_text import read_windows_output
from idp.cli.output import json_option, print_done, print_json, print_table, print_warning
from idp.cli.server_history import history, undo

if TYPE_CHECKING:
    from idp.management.nodes import NodeView
    from idp.services import Services


@click.group(cls=CommandGroup)
def server() -> None:
    """Nodes of the farm and the build of each.

    A change applies to the next sign-in that begins on the node, without a restart.
    """


@server.command("list", example="tallystick server list --json")
@json_option
@with_services
def list_nodes(services: Services, as_json: bool) -> None:
    """List the nodes and what users see on each."""
    from idp.management import nodes

    views = nodes.nodes(services)
    if as_json:
        print_json([_as_json(view) for view in views])
        return
    print_table(
        ("node", "product", "build", "installed update", "shows", "reason", "changed", "by"),
        [_row(view) for view in views],
        empty="There is no node yet. Add one: tallystick server set NODE BUILD",
    )


@server.command(
    "set", example="tallystick server set sts1 20348.350\ntallystick server set sts1 KB5007205"
)
@click.argument("name", metavar="NODE", shell_complete=completion.nodes)
@click.argument("build")
@json_option
@with_services
def set_build(services: Services, name: str, build: str, as_json: bool) -> None:
    """Set the build of a node, or add a node.

    BUILD is a build (20348.350), the KB number of an update, or text that the server printed
    (winver, systeminfo, Get-ComputerInfo, the registry); - reads it from standard input.
    """
    from idp.management import nodes

    text = read_windows_output() if build == "-" else build
    change = nodes.set_build(services, name, text)
    for warning in change.warnings:
        print_warning(warning)
    if as_json:
        print_json(nodes.change_as_json(change))
    else:
        node, shows = change.node, nodes.view_of(services, change.node).shows
        click.echo(f"{node.name} runs {node.build} ({node.product}) and shows {shows}.")


@server.command("import", example="tallystick server import nodes.csv")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@json_option
@with_services
def import_nodes(services: Services, file: IO[str], as_json: bool) -> None:
    """Set the builds of many nodes from a CSV file.

    It has the columns name and build.
    """
    from idp.management import nodes

    changes = nodes.import_builds(services, file.read())
    for change in changes:
        for warning in change.warnings:
            print_warning(f"{change.node.name}: {warning}")
    if as_json:
        print_json([nodes.change_as_json(change) for change in changes])
    else:
        click.echo(f"{len(changes)} nodes set.")


@server.command("what-if", example="tallystick server what-if sts1 sts3 KB5007205")
@click.argument("names", metavar="NODE…", nargs=-1, required=True, shell_complete=completion.nodes)
@click.argument("build")
@json_option
@with_services
def what_if(services: Services, names: tuple[str, ...], build: str, as_json: bool) -> None:
    """Show who would meet what with another build on these nodes; nothing is changed.

    BUILD is a build (20348.350) or the KB number of an update.
    """
    from idp.management.what_if import what_if as rehearse

    found = rehearse(services, names, build)
    for warning in found.warnings:
        print_warning(warning)
    if as_json:
        print_json(found.as_json())
        return
    print_table(
        ("node", "build", "shows", "then build", "then shows"),
        [
            (now.node.name, now.node.build, now.shows, then.node.build, then.shows)
            for now, then in found.pairs
        ],
        empty="",
    )
    click.echo(f"Now: {found.sentence_before}")
    click.echo(f"Then: {found.sentence_after}")


@server.command("rename", example="tallystick server rename sts3 sts4")
@click.argument("name", metavar="NODE", shell_complete=completion.nodes)
@click.argument("new_name", metavar="NEW_NAME")
@json_option
@with_services
def rename(services: Services, name: str, new_name: str, as_json: bool) -> None:
    """Give a node another name.

    A server whose configuration names the node ([server] node) needs the new name there, too.
    """
    from idp.management import nodes

    node = nodes.rename(services, name, new_name)
    print_done(nodes.node_as_json(node), f"{name} is {node.name} now.", as_json=as_json)


@server.command("remove", example="tallystick server remove sts3")
@click.argument("name", metavar="NODE", shell_complete=completion.nodes)
@json_option
@with_services
def remove(services: Services, name: str, as_json: bool) -> None:
    """Remove a node from the farm."""
    from idp.management import nodes

    nodes.remove(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"{name} is no longer a node.", as_json=as_json)


server.add_command(history)
server.add_command(undo)


def _as_json(view: NodeView) -> dict[str, object]:
    from idp.management.nodes import node_as_json

    decision = view.decision.as_json()
    return node_as_json(view.node) | {
        key: decision[key] for key in ("experience", "reason", "installed")
    }


def _row(view: NodeView) -> tuple[object, ...]:
    node = view.node
    return (
        node.name,
        node.product,
        node.build,
        view.installed,
        view.shows,
        view.decision.reason,
        f"{node.changed_at:%Y-%m-%d %H:%M}",
        node.changed_by,
    )
