"""``tallystick nps``: the NPS hosts of the farm, the NPS extension of each, and their clients."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from adapter.nps_extension import OVERRIDE_NAME
from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.nps_client import client
from idp.cli.nps_run import run_hosts
from idp.cli.output import json_option, print_done, print_json, print_table, print_warning

if TYPE_CHECKING:
    from idp.management.nps import NpsView
    from idp.nps.store import HostChange
    from idp.services import Services

COLUMNS = (
    "host", "version", "shows", "reason", "override", "pending restart", "protocols",
    "listens on", "clients", "changed", "by",
)  # fmt: skip
_SET = """\
tallystick nps set nps1 1.2.2216.1
tallystick nps set nps1 --override FALSE"""
_VALUE = "TRUE, FALSE or unset; anything else counts as unset"


@click.group(cls=CommandGroup)
def nps() -> None:
    """NPS hosts of the farm and their RADIUS clients.

    A change applies to the next sign-in. Only the registry values wait until the NPS service is
    restarted.
    """


nps.add_command(client)
nps.add_command(run_hosts)


@nps.command("list", example="tallystick nps list --json")
@json_option
@with_services
def list_hosts(services: Services, as_json: bool) -> None:
    """List the hosts, and what users see at each.

    This warns of versions before 1.2.2216.1, and of registry values that are not written as the
    NPS extension reads them.
    """
    from idp.management import nps as management

    views = management.hosts(services)
    for view in views:
        for warning in view.warnings:
            print_warning(f"{view.host.name}: {warning}")
    if as_json:
        print_json(list(map(management.host_as_json, views)))
        return
    empty = "There is no NPS host yet. Add one: tallystick nps set NAME VERSION"
    print_table(COLUMNS, list(map(_row, views)), empty=empty)


@nps.command("set", example=_SET)
@click.argument("name", shell_complete=completion.nps_hosts)
@click.argument("version", required=False)
@click.option(
    "--listen",
    "addresses",
    multiple=True,
    metavar="ADDRESS",
    help="An IP address to listen on; may be repeated (default: all).",
)
@click.option("--port", type=int, help="The UDP port to listen on (default: 1812).")
@click.option("--legacy-port/--no-legacy-port", default=None, help="Listen on port 1645 too.")
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    metavar="PROTOCOL",
    help="PAP, MSCHAPv2, CHAP or EAP; may be repeated (default: PAP, MSCHAPv2).",
)
@click.option("--override", metavar="VALUE", help=f"{OVERRIDE_NAME}: {_VALUE}.")
@click.option("--require-user-match", metavar="VALUE", help=f"REQUIRE_USER_MATCH: {_VALUE}.")
@click.option(
    "--ip-whitelist",
    metavar="ADDRESSES",
    help="IP_WHITELIST: addresses separated by semicolons, or unset.",
)
@json_option
@with_services
def set_host(
    services: Services, /, name: str, version: str | None, as_json: bool, **options: Any
) -> None:
    """Set the version and the settings of a host, or add a host.

    VERSION is that of the NPS extension, like 1.2.2216.1; a new host needs one. Registry values
    are in force after "nps restart".
    """
    from idp.management import nps_changes
    from idp.nps.registry import NAMES, changes_from_texts

    given = {option: value for option, value in options.items() if value not in (None, ())}
    if version is None and not given:
        raise click.UsageError("Give a version, or an option that sets something.")
    registry = changes_from_texts({field: given.pop(field, None) for field in NAMES})
    change = nps_changes.set_host(services, name, version=version, registry=registry, **given)
    _print_change(services, change, as_json)


@nps.command("import", example="tallystick nps import nps1 AzureMfa.reg")
@click.argument("name", shell_complete=completion.nps_hosts)
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def import_reg(services: Services, name: str, file: IO[bytes], as_json: bool) -> None:
    """Set the registry values of a host from a .reg file.

    Export HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\AzureMfa with regedit; - reads standard input.
    The values are in force after "nps restart".
    """
    from idp.management import nps_changes
    from idp.nps.reg_file import MAX_REG_FILE_BYTES

    content = file.read(MAX_REG_FILE_BYTES + 1)
    _print_change(services, nps_changes.import_reg(services, name, content), as_json)


@nps.command("restart", example="tallystick nps restart nps1")
@click.argument("name", shell_complete=completion.nps_hosts)
@json_option
@with_services
def restart(services: Services, name: str, as_json: bool) -> None:
    """Restart the NPS service of a host.

    Its registry values are in force from then on.
    """
    from idp.management import nps as management
    from idp.management import nps_changes

    nps_changes.restart(services, name)
    view = management.host(services, name)
    sentence = f"The NPS service of {name} has restarted. It shows {view.main.shows}."
    print_done(management.host_as_json(view), sentence, as_json=as_json)


@nps.command("remove", example="tallystick nps remove nps1")
@click.argument("name", shell_complete=completion.nps_hosts)
@json_option
@with_services
def remove(services: Services, name: str, as_json: bool) -> None:
    """Remove a host and its clients from the farm."""
    from idp.management import nps_changes

    nps_changes.remove(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"{name} is no longer an NPS host.", as_json=as_json)


def _print_change(services: Services, change: HostChange, as_json: bool) -> None:
    from idp.management import nps as management

    for warning in change.warnings:
        print_warning(warning)
    if as_json:
        print_json(management.change_as_json(services, change))
        return
    host = change.host
    view = management.view_of(host, 0)
    click.echo(f"{host.name} runs NPS extension {host.version} and shows {view.main.shows}.")
    if host.pending:
        after = view.after_restart[0].shows
        click.echo(f"After tallystick nps restart {host.name} it shows {after}.")


def _row(view: NpsView) -> tuple[object, ...]:
    host = view.host
    ports = " and ".join(map(str, host.ports))
    return (
        host.name,
        host.version,
        view.main.shows,
        view.main.reason,
        view.override,
        f"yes; then it shows {view.after_restart[0].shows}" if host.pending else "no",
        ", ".join(host.protocols),
        f"{', '.join(host.addresses)}; port {ports}",
        view.clients,
        f"{host.changed_at:%Y-%m-%d %H:%M}",
        host.changed_by,
    )
