"""What users rely on by name stays: commands, paths, settings, fixtures, codes, log fields.

``public.txt`` lists every name, one a line. A name that is added needs a new line there; a name
that goes would break somebody's script.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from _pytest.fixtures import FixtureFunctionDefinition

import adapter
import idp
from adapter import contract, waiting_places
from idp import create_app
from idp.cli import main
from idp.testing import plugin
from idp.testing.marker import KNOWN

HERE = Path(__file__).parent
LISTED = (HERE / "public.txt").read_text().splitlines()
ERRORS = (HERE.parents[1] / "docs" / "errors.md").read_text()


OF_THE_CONTRACT = (contract.__name__, waiting_places.__name__)


def commands(group: click.Group, path: str) -> Iterator[str]:
    """Yield each command with its arguments and options."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
            command = command.commands.get(getattr(command, "default", ""))
        if command is not None:
            yield f"command {path} {name}"
            for parameter in command.params:
                yield f"command {path} {name} {shown(parameter)}"


def shown(parameter: click.Parameter) -> str:
    """Return an argument by its place holder, an option by all its spellings."""
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(click.Command("any")))
    return "/".join([*parameter.opts, *parameter.secondary_opts])


def members(kind: str, value: object) -> Iterator[str]:
    """Yield what is public about an object that a fixture gives."""
    names = {*dir(type(value)), *getattr(value, "__annotations__", {}), *vars_of(value)}
    yield from (f"{kind}.{name}" for name in names if not name.startswith("_"))


def vars_of(value: object) -> dict[str, object]:
    return getattr(value, "__dict__", {})


def test_every_command_and_option_is_there():
    assert difference("command ", commands(main, "tallystick")) == []


def test_every_path_is_there(federation):
    services = federation.services
    app = create_app(services.config, services=services)

    paths = (
        f"path {method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )
    assert difference("path ", paths) == []


def test_every_setting_of_the_server_is_there(federation):
    config = type(federation.services.config)

    settings = (
        f"setting {section}.{key}"
        for section, field in config.model_fields.items()
        for key in field.annotation.model_fields
    )
    assert difference("setting ", settings) == []


def test_every_setting_of_a_trust_is_there(federation, service_provider):
    trust = federation.services.trusts.existing(service_provider.entity_id)

    settings = (f"trust-setting {name}" for name in type(trust.settings).model_fields)
    assert difference("trust-setting ", settings) == []


def test_every_fixture_of_the_plugin_is_there():
    fixtures = (
        f"fixture {name}"
        for name, value in vars(plugin).items()
        if isinstance(value, FixtureFunctionDefinition) and not name.startswith("_")
    )
    assert difference("fixture ", fixtures) == []


def test_the_fixtures_offer_what_they_did(federation, service_provider, phone, radius):
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(number=sign_in.number)
    finished = sign_in.finish()

    offered = {
        "federation": federation,
        "service_provider": service_provider,
        "phone": phone,
        "clock": federation.clock,
        "user": federation.user,
        "sign_in": sign_in,
        "page": finished.page,
        "browser": federation.browser(),
        "finished": finished,
        "received": finished.received,
        "assertion": finished.assertion,
        "requests": federation.requests,
        "request": federation.requests.last,
        "responses": federation.responses,
        "response": federation.responses.last,
        "reset": federation.reset(),
        "radius": radius,
    }
    for kind, value in offered.items():
        assert difference(f"{kind}.", members(kind, value)) == []


def test_the_marker_takes_every_argument():
    assert difference("marker ", (f"marker federation {name}" for name in KNOWN)) == []


@pytest.mark.parametrize(("name", "module"), [("adapter", adapter), ("idp", idp)])
def test_the_packages_export_what_they_did(name, module):
    assert difference(f"{name}-export ", (f"{name}-export {each}" for each in module.__all__)) == []


def test_the_contract_has_every_name():
    names = (
        f"contract {name}"
        for name, value in vars(contract).items()
        if not name.startswith("_")
        and name != "T"
        and getattr(value, "__module__", contract.__name__) in OF_THE_CONTRACT
    )
    assert difference("contract ", names) == []


def test_the_decision_takes_every_keyword():
    keywords = (f"decide {name}" for name in inspect.signature(adapter.decide).parameters)
    assert difference("decide ", keywords) == []


def test_every_code_is_documented_still():
    codes = (f"code {code}" for code in re.findall(r"^\| `(\w+)` \|", ERRORS, re.MULTILINE))
    assert difference("code ", codes) == []


def test_a_row_of_the_sign_in_log_has_every_field(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(number=sign_in.number)
    sign_in.finish()

    (entry, *_) = federation.services.log.read()
    assert difference("log ", (f"log {field}" for field in entry.as_json())) == []


def difference(kind: str, found: Iterator[str]) -> list[str]:
    """Return what is listed and not there, and what is there and not listed."""
    listed, there = {line for line in LISTED if line.startswith(kind)}, set(found)
    return [f"gone: {line}" for line in sorted(listed - there)] + [
        f"new: {line}" for line in sorted(there - listed)
    ]
