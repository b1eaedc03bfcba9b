"""``tallystick adapters``: second factors, found by entry point or registered by name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from idp import operating_system
from idp.cli import completion
from idp.cli.context import CommandGroup, CommandWithExample, with_services
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    print_warning,
    printable,
)

if TYPE_CHECKING:
    from idp.services import Services


@click.group(cls=CommandGroup)
def adapters() -> None:
    """Adapters for second factors: installed with a package or registered here, and enabled."""


@adapters.command("list", example="tallystick adapters list")
@json_option
@with_services
def list_adapters(services: Services, as_json: bool) -> None:
    """List the adapters, the enabled ones first and in their order."""
    from idp.management.adapters import adapters as all_adapters

    found, problem = all_adapters(services)
    if problem:
        print_warning(problem)
    if as_json:
        print_json([view.as_json() for view in found])
        return
    rows = [
        (view.provider.name, view.provider.type_name, "yes" if view.order else "no")
        for view in found
    ]
    print_table(("name", "type", "enabled"), rows, empty="There is no adapter.")


@adapters.command("show", example="tallystick adapters show AzureMfaAuthentication")
@click.argument("name", shell_complete=completion.adapters)
@json_option
@with_services
def show(services: Services, name: str, as_json: bool) -> None:
    """Show an adapter and what it announces: its methods, identity and languages."""
    from idp.management.adapters import announced_by, find_adapter

    view = find_adapter(services, name)
    announced = announced_by(view)
    if as_json:
        print_json({**view.as_json(), "metadata": announced.as_json()})
        return
    print_fields(
        [
            ("name", view.provider.name),
            ("type", view.provider.type_name),
            ("comes from", "a registration" if view.is_registered else "an installed package"),
            ("enabled", f"yes, place {view.order}" if view.order else "no"),
            ("configuration", "none" if view.provider.config is None else "stored"),
            ("for administrators", announced.admin_name),
            ("identity", announced.identity_claims[0] if announced.identity_claims else "none"),
            *(("method", method) for method in announced.methods),
            *((tag or str(lcid), name) for lcid, tag, name, _ in announced.languages),
        ]
    )


@adapters.command(
    "register", example="tallystick adapters register Badge badges.adapter:BadgeAdapter"
)
@click.argument("name")
@click.argument("type_name", metavar="MODULE:CLASS")
@click.option(
    "--config",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Configuration that the adapter gets when it is loaded.",
)
@json_option
@with_services
def register(
    services: Services, name: str, type_name: str, file: IO[bytes] | None, as_json: bool
) -> None:
    """Register an adapter, or change its class or configuration.

    The server must be able to import MODULE. If it runs and has loaded the class already, it needs
    a restart to load changed code, unless the setting adapters.reload is on.
    """
    from idp.management import second_factors
    from idp.management.adapters import restart_notice

    notice = restart_notice(services, type_name)
    second_factors.register(services, name, type_name, file.read() if file else None)
    value = {"name": name, "type": type_name}
    sentence = f"{name} is registered; tallystick adapters enable offers it to users."
    print_done(value, f"{sentence} {notice}".rstrip(), as_json=as_json)


@adapters.command("unregister", example="tallystick adapters unregister Badge")
@click.argument("name", shell_complete=completion.adapters)
@json_option
@with_services
def unregister(services: Services, name: str, as_json: bool) -> None:
    """Remove an adapter that was registered here."""
    from idp.management import second_factors

    second_factors.unregister(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"{name} is no longer registered.", as_json=as_json)


@adapters.command("enable", example="tallystick adapters enable AzureMfaAuthentication")
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=completion.adapters
)
@json_option
@with_services
def enable(services: Services, names: tuple[str, ...], as_json: bool) -> None:
    """Enable these adapters and no others.

    Users who have several of them choose one.
    """
    from idp.management import second_factors

    second_factors.enable(services, names)
    print_done({"enabled": names}, f"Enabled: {', '.join(names)}.", as_json=as_json)


@adapters.command("new", cls=CommandWithExample, example="tallystick adapters new badge-reader")
@click.argument("name")
@click.option(
    "--directory",
    default=".",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the package's folder is created (default: the current folder).",
)
@json_option
def new(name: str, directory: Path, as_json: bool) -> None:
    """Write the package of a new adapter, with its test.

    Its folder in DIR must not be there yet. The adapter works as it is: it sends a code, as a file
    until you replace that by your own way. No server is needed.
    """
    from idp.cli.adapter_package import named, write

    adapter = named(name)
    folder = write(adapter, directory)
    if as_json:
        print_json(
            {
                "directory": str(folder),
                "module": adapter.module,
                "name": adapter.provider,
                "type": f"{adapter.module}:{adapter.provider}",
                "files": sorted(adapter.files()),
            }
        )
    else:
        click.echo(f"{printable(folder)} has the adapter {adapter.provider} and its test. Next:")
        change_folder = operating_system.command_line(["cd", printable(folder)])
        click.echo(f"  {change_folder} && pip install --editable . && pytest")
        click.echo("README.md there says how to go on.")


@adapters.command(
    "check",
    cls=CommandWithExample,
    example="tallystick adapters check adapter.entra_mfa:AzureMfaAuthentication",
)
@click.argument("type_name", metavar="MODULE:CLASS")
@click.option(
    "--config",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Configuration that the adapter gets when it is loaded.",
)
@click.option(
    "--user",
    default="user@conformance.test",
    metavar="NAME",
    help="A user of the factor, as the adapter's identity claim names users.",
)
@click.option(
    "--for-real",
    is_flag=True,
    help="Let an adapter act that can rehearse: it sends its messages, dozens of them.",
)
@json_option
def check(type_name: str, file: IO[bytes] | None, user: str, for_real: bool, as_json: bool) -> int:
    """Check that an adapter keeps the contract.

    The exit status is 1 if it does not. No server is needed: the check uses a temporary database,
    in which NAME has a phone and codes. MODULE may be in the current folder. An adapter that has
    the method rehearse is told to act for nobody; one that has not does what it always does.
    """
    sys.path.append(str(Path.cwd()))  # last, so that it does not hide installed modules
    from idp.cli.adapter_check import check_adapter

    config = file.read() if file else None
    findings = check_adapter(type_name, config=config, user=user, for_real=for_real)
    if as_json:
        print_json(
            [
                {
                    "rule": finding.rule,
                    "sentence": finding.sentence,
                    "seen": finding.seen,
                    "remedy": finding.remedy,
                }
                for finding in findings
            ]
        )
    else:
        for finding in findings:
            click.echo(printable(finding))
        if not findings:
            click.echo(f"{type_name} keeps the contract.")
    return 1 if findings else 0
