"""``tallystick sp claims``: what a trust is told of a user, by rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

import click

from idp.cli.context import Noun, from_options, with_services
from idp.cli.files import text_in
from idp.cli.output import json_option, print_json, printable, warn

if TYPE_CHECKING:
    from idp.federation.claim_rules.model import Rules
    from idp.federation.claims import Claim
    from idp.management.claim_rules import ClaimsSimulation
    from idp.services import Services

ID = "https://sp.example.test/metadata"


@click.group(cls=Noun)
def claims() -> None:
    """Claim rules: what a trust is told of a user.

    A trust with rules is told what they issue and nothing else; one without is told the usual
    claims. docs/claims.md shows how rules are written.
    """


@claims.command("show", example=f"tallystick sp claims show {ID} --adfs")
@click.argument("entity_id", metavar="ID")
@click.option("--adfs", is_flag=True, help="In AD FS's claim rule language, to take it there.")
@json_option
@with_services
def show(services: Services, entity_id: str, adfs: bool, as_json: bool) -> None:
    """Show the rules of a trust, as the TOML that set reads."""
    from idp.federation.claim_rules.adfs import printer
    from idp.federation.claim_rules.toml import writer
    from idp.management.claim_rules import rules_of

    if adfs and as_json:
        raise click.UsageError("Give --adfs or --json, not both")
    rules = rules_of(services, entity_id)
    if as_json:
        print_json({"claim_rules": None if rules is None else writer.write(rules)})
    elif rules is None:
        click.echo("There are no rules: it is told the usual claims.", err=True)
    elif adfs:
        click.echo(printer.write(rules), nl=False)
    else:
        _print_toml(rules)


@claims.command("set", example=f"tallystick sp claims set {ID} rules.toml")
@click.argument("entity_id", metavar="ID")
@click.argument("file", type=click.File("rb"))
@with_services
def set_(services: Services, entity_id: str, file: IO[bytes]) -> None:
    """Give a trust the rules in FILE (- reads standard input), in place of those it has."""
    from idp.federation.claim_rules.toml.reader import read_toml
    from idp.management.claim_rules import set_rules

    rules = read_toml(text_in(file.read()))
    set_rules(services, entity_id, rules)
    _warn_of(rules)
    click.echo(f"{printable(entity_id)} is told by {_counted(rules)}.")


@claims.command("remove", example=f"tallystick sp claims remove {ID}")
@click.argument("entity_id", metavar="ID")
@with_services
def remove(services: Services, entity_id: str) -> None:
    """Take the rules away: the trust is told the usual claims again."""
    from idp.management.claim_rules import set_rules

    set_rules(services, entity_id, None)
    click.echo(f"{printable(entity_id)} is told the usual claims.")


@claims.command("import", example=f"tallystick sp claims import {ID} rules.txt --dry-run")
@click.argument("entity_id", metavar="ID")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Store nothing.")
@with_services
def import_(services: Services, entity_id: str, file: IO[bytes], dry_run: bool) -> None:
    """Read rules in AD FS's claim rule language, store them and print them as TOML.

    FILE (- reads standard input) is what (Get-AdfsRelyingPartyTrust NAME).IssuanceTransformRules
    shows on an AD FS. What cannot be read is named with its line and column, and nothing is stored.
    """
    from idp.federation.claim_rules.adfs.parser import read
    from idp.management.claim_rules import rules_of, set_rules

    rules = read(text_in(file.read()))
    if dry_run:
        rules_of(services, entity_id)  # refuses a trust that there is not
    else:
        set_rules(services, entity_id, rules)
    _warn_of(rules)
    _print_toml(rules)


@claims.command("test", example=f"tallystick sp claims test {ID} --user alice@example.test --json")
@click.argument("entity_id", metavar="ID")
@click.option("--user", required=True, help="Who would sign in.")
@click.option("--mfa", is_flag=True, help="As after the second factor, by push.")
@from_options
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
    """Show what a trust would be told of a user, and which rule makes each claim."""
    from idp.management.claim_rules import simulate_rules

    simulation = simulate_rules(
        services, entity_id, user=user, second_factor=mfa, address=address, extranet=extranet
    )
    if as_json:
        print_json(simulation.as_json())
    else:
        _print_simulation(simulation)


def _warn_of(rules: Rules) -> None:
    from idp.management.claim_rules import unknown_attributes

    if unknown := unknown_attributes(rules):
        warn(f"the directory has no {', '.join(unknown)}")


def _counted(rules: Rules) -> str:
    return "1 rule" if len(rules) == 1 else f"{len(rules)} rules"


def _print_toml(rules: Rules) -> None:
    from idp.federation.claim_rules.toml.text import write_toml

    click.echo(write_toml(rules), nl=False)


def _print_simulation(simulation: ClaimsSimulation) -> None:
    _print_claims("The user and the sign-in bring:", simulation.input)
    for step in simulation.steps or ():
        name = f" ({printable(step.rule.name)})" if step.rule.name else ""
        verb = "issues" if step.rule.output else "adds"
        _print_claims(f"Rule {step.number}{name} {verb}:", step.claims)
    if simulation.steps is None:
        click.echo("There are no rules: it is told the usual claims.")
    if simulation.withheld:
        _print_claims("Not told, for it was not proved:", simulation.withheld)
    click.echo("It is told:")
    named = simulation.issued.name_id
    rows = [("NameID", f"{named.value} ({named.format})" if named else "none")]
    rows += [(each.name, value) for each in simulation.issued.attributes for value in each.values]
    _print_rows([*rows, ("AuthnContextClassRef", simulation.context)])


def _print_claims(title: str, found: Iterable[Claim]) -> None:
    from idp.federation.claims import short_name

    click.echo(title)
    _print_rows([(short_name(claim.type), claim.value) for claim in found] or [("nothing", "")])


def _print_rows(rows: list[tuple[str, str]]) -> None:
    width = max(len(printable(name)) for name, _ in rows)
    for name, value in rows:
        click.echo(f"  {printable(name):<{width}}  {printable(value)}".rstrip())
