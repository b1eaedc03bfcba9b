"""``tallystick access``: who gets in where, and who is asked for the second factor first."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from adapter.errors import TallystickError
from idp.cli.context import Noun, from_options, with_services
from idp.cli.files import text_in
from idp.cli.output import json_option, print_fields, print_json, print_table, printable, warn

if TYPE_CHECKING:
    from idp.federation.access_control.catalogue import Listed
    from idp.services import Services


@click.group(cls=Noun)
def access() -> None:
    """Access control policies: who gets in where, and who is asked for the second factor first.

    A trust has one: tallystick sp set ID access_control_policy=NAME
    """


@access.command("list", example="tallystick access list --json")
@json_option
@with_services
def list_policies(services: Services, as_json: bool) -> None:
    """List the policies, those that are built in first."""
    policies = services.access.list()
    if as_json:
        print_json([_listed(each) for each in policies])
        return
    for each in policies:
        if isinstance(each.policy, TallystickError):
            warn(str(each.policy))
    print_table(
        ("name", "built in", "parameters", "trusts"),
        [_row(each) for each in policies],
        empty="There is no policy.",
    )


@access.command("show", example='tallystick access show "Permit specific group"')
@click.argument("name")
@json_option
@with_services
def show(services: Services, name: str, as_json: bool) -> None:
    """Show a policy, as the TOML that access set reads."""
    from idp.federation.access_control.policy_file import written

    policy = services.access.find(name)
    if as_json:
        print_json(policy.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    else:
        click.echo(written(policy), nl=False)


@access.command("set", example="tallystick access set Staff staff.toml")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@with_services
def set_(services: Services, name: str, file: IO[bytes]) -> None:
    """Make or change a policy: FILE is TOML (- reads standard input).

    Each table [[permit]] is a rule, and any of them lets in. In a rule, all of networks, groups and
    claims that stand there must hold, and nothing of except; require_mfa = true asks for the second
    factor. Trusts that have the policy follow from the next request.
    """
    from idp.federation.access_control.policy_file import read_toml

    policy = read_toml(name, text_in(file.read()))
    services.access.set(policy)
    click.echo(f"The policy {printable(policy.name)} is set.")


@access.command("remove", example="tallystick access remove Staff")
@click.argument("name")
@with_services
def remove(services: Services, name: str) -> None:
    """Remove a policy that no trust has."""
    services.access.remove(name)
    click.echo(f"The policy {printable(name)} is removed.")


@access.command(
    "mfa", example="tallystick access mfa always\ntallystick access mfa never --rules outside.txt"
)
@click.argument("rule", required=False, type=click.Choice(["default", "always", "never"]))
@click.option(
    "--rules",
    type=click.File("rb"),
    help="Additional authentication rules, in AD FS's claim rule language; an empty file: none.",
)
@json_option
@with_services
def mfa(services: Services, rule: str | None, rules: IO[bytes] | None, as_json: bool) -> None:
    """Show or set who is asked for the second factor at all trusts.

    No trust can switch off always or a rule that fires. default: each trust asks that does not say
    second_factor=never; never: only rules, trusts, their policies and requests ask.
    """
    policy = services.policy
    if rules is not None:
        policy.set_additional_rules(text_in(rules.read()))
    if rule is not None:
        policy.set_second_factor(rule)
    now, text = policy.second_factor(), policy.additional_rules()
    if as_json:
        print_json({"second_factor": now, "additional_authentication_rules": text})
    else:
        click.echo(f"The second factor at all trusts: {now}.")
        click.echo("\n".join(map(printable, text.splitlines())), nl=bool(text))


@access.command(
    "test",
    example="tallystick access test https://sp.example.test/metadata --user alice@example.test "
    "--extranet --from 203.0.113.9",
)
@click.argument("entity_id", metavar="ID")
@click.option("--user", required=True, help="Whose sign-in it would be.")
@from_options
@json_option
@with_services
def test(
    services: Services, entity_id: str, user: str, address: str, extranet: bool, as_json: bool
) -> int:
    """Say whether a user would get in, what they would be asked for first, and why.

    A request may ask for more: for the second factor by its RequestedAuthnContext. Exit status 1
    where access is denied.
    """
    from idp.management.access_control import simulate_access

    tried = simulate_access(services, entity_id, user=user, address=address, extranet=extranet)
    if as_json:
        print_json(tried.as_json())
    else:
        print_fields(tried.lines())
    return 0 if tried.gets_in else 1


def _row(listed: Listed) -> tuple[object, ...]:
    policy = listed.policy
    if isinstance(policy, TallystickError):
        parameters = f"cannot be read [{policy.code}]"
    else:
        parameters = ", ".join(f"{name} ({kind})" for name, kind in policy.parameters.items())
    return policy.name, "yes" if listed.is_built_in else "no", parameters, len(listed.assigned_to)


def _listed(listed: Listed) -> dict[str, object]:
    from idp.management.error_json import error_json

    policy = listed.policy
    if isinstance(policy, TallystickError):
        return {"name": policy.name, **error_json(policy), "trusts": listed.assigned_to}
    return {
        "name": policy.name,
        "description": policy.description,
        "built_in": listed.is_built_in,
        "parameters": policy.parameters,
        "trusts": listed.assigned_to,
    }
