"""``tallystick adapters``: the second factors, found by entry point or registered here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from idp.cli.context import Example, Noun, with_services
from idp.cli.output import json_option, print_json, print_table, printable, warn

if TYPE_CHECKING:
    from idp.services import Services


@click.group(cls=Noun)
def adapters() -> None:
    """The second factors: installed with a package, or registered here; and which are enabled."""


@adapters.command("list", example="tallystick adapters list")
@json_option
@with_services
def list_adapters(services: Services, as_json: bool) -> None:
    """List the adapters; those enabled are what users choose from."""
    from idp.federation.access_control.global_policy import UnreadableGlobalPolicy

    enabled: tuple[str, ...] = ()
    try:
        enabled = services.policy.enabled_providers()
    except UnreadableGlobalPolicy as fault:
        warn(str(fault))
    rows = [
        (provider.name, provider.type_name, "yes" if provider.name in enabled else "no")
        for provider in services.providers.list()
    ]
    if as_json:
        print_json(
            [{"name": name, "type": type_, "enabled": on == "yes"} for name, type_, on in rows]
        )
        return
    print_table(("name", "type", "enabled"), rows, empty="There is no adapter.")


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
    help="Handed to the adapter when it is loaded.",
)
@with_services
def register(services: Services, name: str, type_name: str, file: IO[bytes] | None) -> None:
    """Register an adapter, or change its class or configuration.

    The server must be able to import MODULE.
    """
    services.providers.register(name, type_name, file.read() if file else None)
    click.echo(f"{name} is registered; tallystick adapters enable offers it to users.")


@adapters.command("unregister", example="tallystick adapters unregister Badge")
@click.argument("name")
@with_services
def unregister(services: Services, name: str) -> None:
    """Forget an adapter that was registered here."""
    services.providers.unregister(name)
    click.echo(f"{name} is no longer registered.")


@adapters.command("enable", example="tallystick adapters enable AzureMfaAuthentication")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@with_services
def enable(services: Services, names: tuple[str, ...]) -> None:
    """Enable these adapters and no others; users who can use several choose."""
    services.providers.enable(names)
    click.echo(f"Enabled: {', '.join(names)}.")


@adapters.command(
    "check",
    cls=Example,
    example="tallystick adapters check adapter.entra_mfa:AzureMfaAuthentication",
)
@click.argument("type_name", metavar="MODULE:CLASS")
@click.option(
    "--config",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Handed to the adapter when it is loaded.",
)
@click.option(
    "--user",
    default="user@conformance.test",
    metavar="NAME",
    help="Somebody the factor is for, as the adapter's identity claim names users.",
)
@json_option
def check(type_name: str, file: IO[bytes] | None, user: str, as_json: bool) -> int:
    """Check that an adapter keeps the contract; exit 1 when it does not.

    It runs by itself, with a database of its own in which NAME has a phone and codes. MODULE may
    lie in the current folder.
    """
    sys.path.append(str(Path.cwd()))  # the last place, so that it hides nothing installed
    from idp.cli.conformance import findings_of

    found = findings_of(type_name, config=file.read() if file else None, user=user)
    if as_json:
        print_json(
            [
                {"rule": f.rule, "sentence": f.sentence, "seen": f.seen, "remedy": f.remedy}
                for f in found
            ]
        )
    else:
        for finding in found:
            click.echo(printable(finding))
        if not found:
            click.echo(f"{type_name} keeps the contract.")
    return 1 if found else 0
