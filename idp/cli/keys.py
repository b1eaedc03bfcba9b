"""``tallystick keys``: the token-signing keys and their roles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from idp.cli.context import CommandGroup, changes_if_possible, invocation, with_services
from idp.cli.output import json_option, print_json, print_table, print_warning, printable

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.federation.token_signing.ring import Ring
    from idp.services import Services

_thumbprint = click.argument("thumbprint", required=False)


@click.group(cls=CommandGroup)
def keys() -> None:
    """Token-signing keys: the primary signs; the secondary is only published in the metadata.

    A running server uses a change at once. Unless keys.automatic_rollover is off, it creates the
    next key 20 days before the primary expires, and promotes it 5 days later.
    """


@keys.command("list", example="tallystick keys list --json")
@json_option
def list_keys(as_json: bool) -> None:
    """List the keys in the metadata, the primary first."""
    from idp.management import signing_keys as use_cases

    keys = use_cases.as_json(use_cases.ring_of(_config()))
    if as_json:
        print_json(keys)
        return
    print_table(
        ("role", "kind", "thumbprint", "valid from", "valid until", "file"),
        [tuple(key[name] for name in _COLUMNS) for key in keys],
        empty="There is no key.",
    )


@keys.command("roll", example="tallystick keys roll --kind ecdsa")
@click.option(
    "--kind", type=click.Choice(["rsa", "ecdsa"]),
    help="RSA with 2048 bits or ECDSA on P-256 (default: as the primary).",
)  # fmt: skip
@click.option(
    "--urgent",
    is_flag=True,
    help="Sign with it at once, before anybody can know it.",
)
@json_option
def roll(kind: Any, urgent: bool, as_json: bool) -> None:
    """Create the next key and publish it as secondary.

    Promote it after all service providers have read the metadata.
    """
    from idp.management import signing_keys as use_cases

    ring = use_cases.roll(_config(), _now(), changes_if_possible(), kind=kind, urgent=urgent)
    new = ring.primary if urgent else ring.keys[-1]
    _print_result(
        ring, f"{use_cases.short(new)} is the new {'primary' if urgent else 'secondary'}.", as_json
    )


@keys.command("promote", example="tallystick keys promote")
@_thumbprint
@json_option
def promote(thumbprint: str | None, as_json: bool) -> None:
    """Sign with the secondary.

    The former primary stays published, as secondary. THUMBPRINT may be only its beginning, or left
    out, since there is at most one secondary.
    """
    from idp.management import signing_keys as use_cases

    ring = use_cases.promote(_config(), thumbprint, changes_if_possible())
    _print_result(ring, f"{use_cases.short(ring.primary)} signs from now on.", as_json)


@keys.command("retire", example="tallystick keys retire")
@_thumbprint
@json_option
def retire(thumbprint: str | None, as_json: bool) -> None:
    """Stop publishing the secondary. Its files are kept."""
    from idp.management import signing_keys as use_cases

    ring = use_cases.retire(_config(), thumbprint, changes_if_possible())
    _print_result(ring, f"{use_cases.short(ring.primary)} is the only key now.", as_json)


@keys.command(
    "export", example="tallystick keys export\ntallystick keys export --der --out signing.cer"
)
@_thumbprint
@click.option("--der", is_flag=True, help="Write DER, as in a .cer file (default: PEM).")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write to this file (default: standard output).",
)  # fmt: skip
def export(thumbprint: str | None, der: bool, out: Path | None) -> None:
    """Write the certificate of a key, for an application that has to know it.

    THUMBPRINT may be only its beginning, or primary or secondary; left out, it is the primary's.
    """
    from idp.management import signing_keys as use_cases

    key = use_cases.find(use_cases.ring_of(_config()), thumbprint)
    content = use_cases.der_of(key) if der else use_cases.pem_of(key).encode()
    if out is None:
        click.echo(content, nl=False)
    else:
        out.write_bytes(content)
        click.echo(f"{out} has the certificate {use_cases.short(key)}.")


@keys.command("rollover", example="tallystick keys rollover")
@json_option
@with_services
def show_rollover(services: Services, as_json: bool) -> None:
    """Show where the rollover stands, what each step does, and who has to be told.

    Nothing is changed: roll, promote and retire take the steps.
    """
    from idp.management import rollover as use_cases
    from idp.management import signing_keys

    found = use_cases.rollover(services, signing_keys.ring_of(services.config))
    if as_json:
        print_json(found.as_json())
        return
    for warning in found.warnings:
        print_warning(f"{warning.problem}. {warning.remedy}.")
    print_table(
        ("state", "step", "command", "effect"),
        [(step.state, step.title, step.command, step.effect) for step in found.steps],
        empty="",
    )
    if found.days_left >= 0:
        click.echo(f"The certificate that signs ends in {found.days_left} days.")
    for each in found.to_tell:
        click.echo(f"Applications {each.label}: {each.count}. {each.advice}")
        for entity_id, _ in each.trusts:
            click.echo(f"  {printable(entity_id)}")


_COLUMNS = ("role", "kind", "short", "valid_from", "valid_until", "file")


def _config() -> Config:
    """Return the configuration; the database is not needed for keys."""
    return invocation().config


def _now() -> Any:
    from idp.system_clock import SystemClock

    return SystemClock().now()


def _print_result(ring: Ring, sentence: str, as_json: bool) -> None:
    from idp.management import signing_keys as use_cases

    if as_json:
        print_json(use_cases.as_json(ring))
    else:
        click.echo(sentence)
