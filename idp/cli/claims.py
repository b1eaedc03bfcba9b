"""``tallystick sp claims``: the issuance transform rules of a trust."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.input_text import decode_text
from idp.cli.output import json_option, print_done, print_json, print_warning, printable
from idp.cli.simulated import simulated_sign_in

if TYPE_CHECKING:
    from idp.federation.claim_rules.model import ClaimRules
    from idp.federation.claims import Claim
    from idp.management.claim_rules import ClaimsSimulation
    from idp.services import Services

EXAMPLE_ID = "https://sp.example.test/metadata"
NO_RULES = "There are no rules: the trust receives the default claims."


@click.group(cls=CommandGroup)
def claims() -> None:
    """Claim rules: which claims about a user a trust receives.

    A trust with rules receives exactly the claims that they issue; a trust without rules receives
    the default claims. docs/claims.md explains the rules.
    """


@claims.command("show", example=f"tallystick sp claims show {EXAMPLE_ID} --adfs")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.option("--adfs", is_flag=True, help="Print them in AD FS's claim rule language.")
@json_option
@with_services
def show(services: Services, entity_id: str, adfs: bool, as_json: bool) -> None:
    """Show the rules of a trust as TOML, the format that set reads."""
    from idp.federation.claim_rules.adfs import printer
    from idp.federation.claim_rules.toml import writer
    from idp.management.claim_rules import rules_of

    if adfs and as_json:
        raise click.UsageError("Use either --adfs or --json")
    rules = rules_of(services, entity_id)
    if as_json:
        print_json({"claim_rules": None if rules is None else writer.write(rules)})
    elif rules is None:
        click.echo(NO_RULES, err=True)
    elif adfs:
        click.echo(printer.write(rules), nl=False)
    else:
        _print_toml(rules)


@claims.command("set", example=f"tallystick sp claims set {EXAMPLE_ID} rules.toml")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def set_(services: Services, entity_id: str, file: IO[bytes], as_json: bool) -> None:
    """Replace the rules of a trust.

    FILE contains them as TOML (- reads standard input).
    """
    from idp.federation.claim_rules.toml.reader import read_toml
    from idp.management.claim_rules import set_rules

    rules = read_toml(decode_text(file.read()))
    set_rules(services, entity_id, rules)
    _warn_of(services, rules)
    sentence = f"{entity_id} has {_counted(rules)} now."
    print_done(_rules_json(entity_id, rules), sentence, as_json=as_json)


@claims.command("remove", example=f"tallystick sp claims remove {EXAMPLE_ID}")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@json_option
@with_services
def remove(services: Services, entity_id: str, as_json: bool) -> None:
    """Remove the rules: the trust receives the default claims again."""
    from idp.management.claim_rules import set_rules

    set_rules(services, entity_id, None)
    sentence = f"{entity_id} receives the default claims now."
    print_done(_rules_json(entity_id, None), sentence, as_json=as_json)


@claims.command("import", example=f"tallystick sp claims import {EXAMPLE_ID} rules.txt --dry-run")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only print the rules, do not store them.")
@json_option
@with_services
def import_(
    services: Services, entity_id: str, file: IO[bytes], dry_run: bool, as_json: bool
) -> None:
    """Import rules in AD FS's claim rule language.

    It stores them and prints them as TOML. FILE (- reads standard input) contains what
    (Get-AdfsRelyingPartyTrust NAME).IssuanceTransformRules prints on an AD FS server. If a rule
    cannot be read, the error names line and column, and nothing is stored.
    """
    from idp.federation.claim_rules.adfs.parser import read
    from idp.management.claim_rules import rules_of, set_rules

    rules = read(decode_text(file.read()))
    if dry_run:
        rules_of(services, entity_id)  # raises if there is no such trust
    else:
        set_rules(services, entity_id, rules)
    _warn_of(services, rules)
    if as_json:
        print_json(_rules_json(entity_id, rules))
    else:
        _print_toml(rules)


@claims.command(
    "test", example=f"tallystick sp claims test {EXAMPLE_ID} --user alice@example.test --json"
)
@click.option("--mfa", is_flag=True, help="As after a second factor by push.")
@simulated_sign_in
@json_option
@with_services
def test(
    services: Services,
    entity_id: str,
    user: str,
    mfa: bool,
    address: str,
    extranet: bool,
    as_json: bool,
) -> None:
    """Show which claims a trust would receive.

    It also shows which rule issues each of them.
    """
    from idp.management.claim_rules import simulate_rules

    simulation = simulate_rules(
        services, entity_id, user=user, second_factor=mfa, address=address, extranet=extranet
    )
    if as_json:
        print_json(simulation.as_json())
    else:
        _print_simulation(simulation)


def _rules_json(entity_id: str, rules: ClaimRules | None) -> dict[str, Any]:
    from idp.federation.claim_rules.toml import writer

    written = None if rules is None else writer.write(rules)
    return {"entity_id": entity_id, "claim_rules": written}


def _warn_of(services: Services, rules: ClaimRules) -> None:
    from idp.management.claim_rules import unused_attributes

    if unused := unused_attributes(services, rules):
        print_warning(f"no user has a value for {', '.join(unused)} yet")


def _counted(rules: ClaimRules) -> str:
    return "1 rule" if len(rules) == 1 else f"{len(rules)} rules"


def _print_toml(rules: ClaimRules) -> None:
    from idp.federation.claim_rules.toml.text import write_toml

    click.echo(write_toml(rules), nl=False)


def _print_simulation(simulation: ClaimsSimulation) -> None:
    _print_claims("Claims of the user and the sign-in:", simulation.input)
    for step in simulation.steps or ():
        name = f" ({printable(step.rule.name)})" if step.rule.name else ""
        verb = "issues" if step.rule.output else "adds"
        _print_claims(f"Rule {step.number}{name} {verb}:", step.claims)
    if simulation.steps is None:
        click.echo(NO_RULES)
    if simulation.withheld:
        _print_claims("Withheld, because the session does not prove it:", simulation.withheld)
    click.echo("The trust receives:")
    name_id = simulation.issued.name_id
    rows = [("NameID", f"{name_id.value} ({name_id.format})" if name_id else "none")]
    rows += [
        (attribute.name, value)
        for attribute in simulation.issued.attributes
        for value in attribute.values
    ]
    _print_rows([*rows, ("AuthnContextClassRef", simulation.context)])


def _print_claims(title: str, claims: Iterable[Claim]) -> None:
    from idp.federation.claims import short_name

    click.echo(title)
    _print_rows([(short_name(claim.type), claim.value) for claim in claims] or [("none", "")])


def _print_rows(rows: list[tuple[str, str]]) -> None:
    width = max(len(printable(name)) for name, _ in rows)
    for name, value in rows:
        click.echo(f"  {printable(name):<{width}}  {printable(value)}".rstrip())
