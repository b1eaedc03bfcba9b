"""``tallystick access``: access control policies, and the rules for MFA at all trusts."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from adapter.errors import TallystickError
from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.input_text import decode_text
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    print_warning,
    printable,
)
from idp.cli.simulated import simulated_sign_in

if TYPE_CHECKING:
    from idp.federation.access_control.catalogue import Listed
    from idp.services import Services


@click.group(cls=CommandGroup)
def access() -> None:
    """Access control policies: who may sign in to a trust, and who needs the second factor.

    To assign one to a trust: tallystick sp set ID access_control_policy=NAME
    """


@access.command("list", example="tallystick access list --json")
@json_option
@with_services
def list_policies(services: Services, as_json: bool) -> None:
    """List the policies, built-in ones first."""
    from idp.management.access_control import listed_json

    policies = services.access.list()
    if as_json:
        print_json([listed_json(listed) for listed in policies])
        return
    for each in policies:
        if isinstance(each.policy, TallystickError):
            print_warning(str(each.policy))
    print_table(
        ("name", "built in", "parameters", "trusts"),
        [_row(listed) for listed in policies],
        empty="There is no policy.",
    )


@access.command("show", example='tallystick access show "Permit specific group"')
@click.argument("name", shell_complete=completion.policies)
@json_option
@with_services
def show(services: Services, name: str, as_json: bool) -> None:
    """Show a policy as TOML, the format that access set reads."""
    from idp.federation.access_control.policy_file import written

    policy = services.access.find(name)
    if as_json:
        print_json(policy.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    else:
        click.echo(written(policy), nl=False)


@access.command("set", example="tallystick access set Staff staff.toml")
@click.argument("name", shell_complete=completion.policies)
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def set_(services: Services, name: str, file: IO[bytes], as_json: bool) -> None:
    """Create or change a policy.

    FILE contains it as TOML (- reads standard input). Each table [[permit]] is a rule, and one
    matching rule is enough to sign in. A rule matches if its networks, groups and claims all match,
    and its except does not; require_mfa = true asks for the second factor. Trusts with this policy
    use it from the next request on.
    """
    from idp.federation.access_control.policy_file import read_toml
    from idp.management import second_factors
    from idp.management.access_control import warnings_of

    policy = read_toml(name, decode_text(file.read()))
    second_factors.set_policy(services, policy)
    for warning in warnings_of(services, policy):
        print_warning(warning)
    value = policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    print_done(value, f"The policy {printable(policy.name)} is set.", as_json=as_json)


@access.command("remove", example="tallystick access remove Staff")
@click.argument("name", shell_complete=completion.policies)
@json_option
@with_services
def remove(services: Services, name: str, as_json: bool) -> None:
    """Remove a policy that no trust uses."""
    from idp.management import second_factors

    second_factors.remove_policy(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"The policy {name} is removed.", as_json=as_json)


@access.command(
    "assign",
    example="tallystick access assign https://sp.example.test/metadata Staff\n"
    'tallystick access assign https://sp.example.test/metadata "Permit specific group" '
    "--parameter GroupParameter=Staff --parameter GroupParameter=Partners",
)
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.argument("name", shell_complete=completion.policies)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value of a parameter of the policy; give it again for each further value.",
)
@json_option
@with_services
def assign(
    services: Services, entity_id: str, name: str, parameters: tuple[str, ...], as_json: bool
) -> None:
    """Give a trust a policy, in place of its policy or authorization rules.

    The same as tallystick sp set ID access_control_policy=NAME, with its parameters.
    """
    from idp.management import access_control

    given: dict[str, list[str]] = {}
    for each in parameters:
        parameter, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(f"{each[:80]!r} is not NAME=VALUE", param_hint="--parameter")
        given.setdefault(parameter, []).append(value)
    trust = access_control.assign(services, entity_id, name, given)
    settings = trust.settings
    policy = services.access.find(name)
    for warning in access_control.warnings_of(services, policy, settings.access_control_parameters):
        print_warning(warning)
    assigned = {"trust": trust.entity_id, "policy": name, "parameters": given}
    sentence = f"{printable(trust.entity_id)} has the policy {printable(name)}."
    print_done(assigned, sentence, as_json=as_json)


@access.command(
    "mfa", example="tallystick access mfa always\ntallystick access mfa never --rules outside.txt"
)
@click.argument("rule", required=False, type=click.Choice(["default", "always", "never"]))
@click.option(
    "--rules",
    type=click.File("rb"),
    help="Additional authentication rules, in AD FS's claim rule language (empty: none).",
)
@json_option
@with_services
def mfa(services: Services, rule: str | None, rules: IO[bytes] | None, as_json: bool) -> None:
    """Show or set who needs the second factor at all trusts.

    always: every user, and no trust can switch it off. default: every user, except at trusts with
    second_factor=never. never: nobody, unless a rule, the trust, its policy or the request asks for
    it. No trust can switch off a rule of --rules that applies to the user.
    """
    from idp.management import second_factors
    from idp.management.access_control import warnings_of_rules

    policy = services.policy
    if rules is not None or rule is not None:
        text = None if rules is None else decode_text(rules.read())
        second_factors.set_rules(services, rule=rule, text=text)
    now, text = policy.second_factor(), policy.additional_rules()
    for warning in warnings_of_rules(services, text):
        print_warning(warning)
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
@simulated_sign_in
@click.option("--agent", metavar="TEXT", default="", help="The browser, as its User-Agent header.")
@click.option(
    "--primary",
    type=click.Choice(["password", "passkey"]),
    default="password",
    help="What the user signs in with (default: password).",
)
@click.option(
    "--second",
    type=click.Choice(["push", "code"]),
    default="push",
    help="What the user gives if the second factor is asked for (default: push).",
)
@json_option
@with_services
def test(
    services: Services,
    entity_id: str,
    user: str,
    address: str,
    extranet: bool,
    agent: str,
    primary: str,
    second: str,
    as_json: bool,
) -> int:
    """Tell whether a user could sign in, and by which rule.

    It also tells what the user would be asked for first. A request can ask for more: for the second
    factor, with a RequestedAuthnContext. The exit status is 1 if access is denied.
    """
    from idp.management.access_simulation import SimulatedRequest, simulate_access

    request = SimulatedRequest(address, extranet, agent, primary, second)
    simulation = simulate_access(services, entity_id, user=user, request=request)
    if as_json:
        print_json(simulation.as_json())
    else:
        print_fields(simulation.lines())
    return 0 if simulation.gets_in else 1


def _row(listed: Listed) -> tuple[object, ...]:
    policy = listed.policy
    if isinstance(policy, TallystickError):
        parameters = f"cannot be read [{policy.code}]"
    else:
        parameters = ", ".join(f"{name} ({kind})" for name, kind in policy.parameters.items())
    return policy.name, "yes" if listed.is_built_in else "no", parameters, len(listed.assigned_to)
