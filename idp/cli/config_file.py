"""``tallystick config export``, ``diff`` and ``apply``: the configuration as one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from adapter.errors import TallystickError
from idp.cli.context import ServerCommand, with_services
from idp.cli.failures import failure_of
from idp.cli.output import json_option, print_json, print_warning, printable

if TYPE_CHECKING:
    from idp.management.configuration.plan import Plan
    from idp.services import Services

DIFFERENT, CANNOT_COMPARE = 1, 2
"""The exit status of ``config diff``, as of diff(1)."""

EXAMPLE_FILE = "configuration.toml"

prune_option = click.option(
    "--prune",
    is_flag=True,
    help="Also remove what a section of the file does not name.",
)


@click.command(
    "export",
    cls=ServerCommand,
    example=f"tallystick config export {EXAMPLE_FILE}\n"
    "tallystick config export --format json | tallystick config diff -",
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format", "form", type=click.Choice(["toml", "json"]),
    help="How it is written (default: json for a FILE.json, else toml).",
)  # fmt: skip
@with_services
def export(services: Services, file: Path | None, form: str | None) -> None:
    """Write the configuration to FILE, or print it.

    It has the trusts with their settings and rules, the policies, the nodes, the NPS hosts, the
    enabled adapters, and the users, in a fixed order. It has no passwords, seeds or keys. Applied
    to the server it came from, it changes nothing.
    """
    from idp.management.configuration.document import write_document
    from idp.management.configuration.export import export as export_configuration

    exported = export_configuration(services)
    for warning in exported.warnings:
        print_warning(warning)
    form = form or ("json" if file and file.suffix.lower() == ".json" else "toml")
    text = write_document(exported.document, form)
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_bytes(text.encode())


@click.command("diff", cls=ServerCommand, example=f"tallystick config diff {EXAMPLE_FILE}")
@click.argument("file", type=click.File("rb"))
@prune_option
@json_option
@with_services
def diff(services: Services, file: IO[bytes], prune: bool, as_json: bool) -> int:
    """Show what applying FILE would change; nothing is changed.

    Each line is one value. The exit status is 0 if nothing would change, 1 if something would, and
    2 if the file is wrong.
    """
    from idp.management.configuration.document import read_document, text_of
    from idp.management.configuration.plan import compare
    from idp.management.configuration.plan_text import NOTHING

    try:
        plan = compare(services, read_document(text_of(file.read())), prune=prune)
        plan.must_be_faultless()
    except TallystickError as error:
        return replace(failure_of(error), status=CANNOT_COMPARE).print(as_json=as_json)
    print_plan(plan, NOTHING, as_json=as_json)
    return DIFFERENT if plan.changes else 0


@click.command(
    "apply",
    cls=ServerCommand,
    example=f"tallystick config apply {EXAMPLE_FILE} --dry-run\n"
    f"tallystick config apply {EXAMPLE_FILE}",
)
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Make all changes and undo them, to find faults.")
@prune_option
@json_option
@with_services
def apply(services: Services, file: IO[bytes], dry_run: bool, prune: bool, as_json: bool) -> None:
    """Make the changes of FILE, all or none; - reads standard input.

    FILE is TOML or JSON and may be a part of a configuration: what it does not name stays as it is,
    and nothing is removed without --prune. Every fault of the file is told at once.
    """
    from idp.management.configuration.apply import apply as apply_configuration
    from idp.management.configuration.document import read_document, text_of
    from idp.management.configuration.plan_text import NOTHING, count_changes

    document = read_document(text_of(file.read()))
    plan = apply_configuration(services, document, prune=prune, dry_run=dry_run)
    print_plan(plan, NOTHING if dry_run else "Nothing has to be changed.", as_json=as_json)
    if plan.changes and not as_json:
        done = "Nothing is changed: this was a rehearsal of" if dry_run else "Done:"
        click.echo(f"{done} {count_changes(plan)}.")


def print_plan(plan: Plan, nothing: str, *, as_json: bool) -> None:
    """Print what a plan changes, and its notes on standard error."""
    from idp.management.configuration.plan_text import plan_lines

    if as_json:
        print_json(plan.as_json())
        return
    for line in plan_lines(plan):
        click.echo(printable(line))
    for note in plan.notes:
        print_warning(note)
    if not plan.changes:
        click.echo(nothing)
