"""``tallystick config import-adfs``: takes what AD FS's cmdlets export."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from idp.cli.config_file import print_plan
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from idp.management.adfs_import.importing import Imported
    from idp.services import Services


@click.command(
    "import-adfs",
    cls=ServerCommand,
    example="tallystick config import-adfs trusts.json policies.json --dry-run\n"
    "tallystick config import-adfs trusts.json policies.json\n"
    "tallystick config import-adfs trusts.json policies.json --write adfs.toml",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Show what would be taken; change nothing.")
@click.option(
    "--write", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write a configuration file for config diff and apply; change nothing.",
)  # fmt: skip
@json_option
@with_services
def import_adfs(
    services: Services,
    files: tuple[IO[bytes], ...],
    dry_run: bool,
    write: Path | None,
    as_json: bool,
) -> None:
    """Take over trusts, policies and rules of an AD FS farm, all or nothing.

    Each FILE has what a cmdlet printed through ConvertTo-Json -Depth 8: Get-AdfsRelyingPartyTrust,
    Get-AdfsAccessControlPolicy, Get-AdfsAdditionalAuthenticationRule,
    Get-AdfsGlobalAuthenticationPolicy, Get-AdfsAuthenticationProvider, Get-AdfsFarmInformation,
    Get-AdfsProperties. Each property is told: as what it was taken, or why not. What is not
    understood never lets anybody in: "closed" says so.
    """
    from idp.management.adfs_import.importing import import_adfs as read_export
    from idp.management.configuration.apply import apply
    from idp.management.configuration.document import write_document
    from idp.management.configuration.plan_text import NOTHING, count_changes

    imported = read_export(services, [file.read() for file in files])
    if write is not None:
        write.write_bytes(write_document(imported.document).encode())
        _print_report(imported, as_json=as_json)
        return
    plan = apply(services, imported.document, dry_run=dry_run)
    if as_json:
        print_json(imported.as_json() | plan.as_json() | {"applied": not dry_run})
        return
    _print_report(imported, as_json=False)
    print_plan(plan, NOTHING, as_json=False)
    if plan.changes:
        done = "Nothing is changed: this was a rehearsal of" if dry_run else "Done:"
        click.echo(f"{done} {count_changes(plan)}.")


def _print_report(imported: Imported, *, as_json: bool) -> None:
    if as_json:
        print_json(imported.as_json())
        return
    rows = [(line.about, line.property, line.outcome, line.text) for line in imported.lines]
    print_table(("what", "property", "outcome", "as what, or why not"), rows, empty="")
