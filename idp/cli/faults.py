"""``tallystick faults`` and ``tallystick sp fault``: faulty responses on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, CommandWithExample, ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_json, print_table

if TYPE_CHECKING:
    from idp.services import Services


PROBE_SECONDS = 5


def for_testing(services: Services) -> Services:
    """Return *services*, with faults allowed if the running server says that it allows them.

    It may have been started with ``serve --allow-faults``, which no file says.
    """
    import requests

    from idp.signin.paths import PROBE
    from idp.web.headers import FAULTS_ALLOWED

    config, (name, allowed) = services.config, FAULTS_ALLOWED
    if config.testing.allow_faults:
        return services
    try:
        answer = requests.get(config.server.base_url + PROBE, timeout=PROBE_SECONDS)
    except requests.RequestException:
        return services
    if answer.headers.get(name) != allowed:
        return services
    testing = config.testing.model_copy(update={"allow_faults": True})
    return replace(services, config=config.model_copy(update={"testing": testing}))


@click.group(cls=CommandGroup)
def faults() -> None:
    """Faulty responses, to find out what a service provider does with them."""


@faults.command("list", cls=CommandWithExample, example="tallystick faults list signature")
@click.argument("names", metavar="[CODE|GROUP]...", nargs=-1, shell_complete=completion.faults)
@json_option
def list_(names: tuple[str, ...], as_json: bool) -> None:
    """List the faults, and what a correct service provider does with each.

    "refuse" is a fault; "accept" is a harmless variation; with "either" it may refuse, or sign in
    exactly the user who was named.
    """
    from idp.saml_faults.catalogue import select_faults

    found = select_faults(names)
    if as_json:
        print_json([fault.as_json() for fault in found])
        return
    rows = [(each.code, str(each.group), str(each.correct), each.expectation) for each in found]
    print_table(("code", "group", "correct", "a correct service provider"), rows, "No faults")


@click.command(
    "fault",
    cls=ServerCommand,
    example="tallystick sp fault https://sp.example.test/metadata audience_wrong",
)
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.argument("code", metavar="[CODE]", required=False, shell_complete=completion.faults)
@click.option("--clear", is_flag=True, help="Let the next sign-in be as usual.")
@json_option
@with_services
def fault_of_sp(
    services: Services, entity_id: str, code: str | None, clear: bool, as_json: bool
) -> None:
    """Let the next sign-in to a trust have a fault, once; without CODE, show what is due.

    Only a server for testing does so: tallystick demo, or tallystick serve --allow-faults.
    tallystick faults list shows the codes.
    """
    from idp.management import faults as use_cases

    services = for_testing(services)
    if clear and code is not None:
        raise click.UsageError("Give either CODE or --clear")
    if clear:
        use_cases.clear_next(services, entity_id)
        print_done([], f"The next sign-in to {entity_id} is as usual", as_json=as_json)
    elif code is not None:
        due = use_cases.set_next(services, entity_id, code)
        occasion = "log-out" if due.fault.is_of_log_out else "sign-in"
        sentence = f"The next {occasion} has the fault {due.code}"
        print_done([due.as_json()], sentence, as_json=as_json)
    else:
        found = [each.as_json() for each in use_cases.due_at(services, entity_id)]
        codes = ", ".join(each["fault"] for each in found) or "no fault"
        print_done(found, f"Due at {entity_id}: {codes}", as_json=as_json)
