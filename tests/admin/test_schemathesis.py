"""Every operation does what its description says, with data made from the description."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE

from adapter.mfa.codes.hardware import NewToken
from idp.config.testing import TestingSection
from idp.management import nodes

EXAMPLES = 2
ORDER = ("get", "put", "patch", "post", "delete")
"""What reads comes before what takes away what could be read."""
KNOWN = {
    "nodes": {"name": "sts1"},
    "nps": {"name": "nps1", "network": "192.0.2.0/24"},
    "trusts": {"entity_id": SP_ID},
    "faults": {"entity_id": SP_ID},
    "connect": {"kind": "pysaml2"},
    "farm_history": {"change_id": "1"},
    "access": {"name": "Permit everyone", "entity_id": SP_ID},
    "adapters": {"name": "AzureMfaAuthentication"},
}
"""Values of path parameters that exist."""
NEED_MORE = {
    "GET /api-tokens/{name}",  # one that was made
    "GET /access/test",  # a user and a trust
    "GET /connect/{kind}",  # a URL
    "GET /nps/{name}/clients/{network}",
    "GET /traces/{activity_id}",  # a sign-in that has been
    "GET /traces/{activity_id}/export",
}
"""What cannot be read with data made from the description alone."""
RUNS_A_PROCESS = {"POST /adapters/{name}/check"}
"""What takes seconds: it is called once, as it is meant."""
OF_A_USER = {"name": ALICE, "serial_number": "T1"}


@pytest.fixture
def services(services):
    """The rooms of a server for testing, with one of each thing."""
    services.directory.add(ALICE, "first password")
    services.trusts.add(metadata().encode())
    nodes.set_build(services, "sts1", "20348.350")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    services.mfa.codes.add_tokens([NewToken(ALICE, "T1", "A" * 32)])
    testing = TestingSection(allow_faults=True)
    return replace(services, config=services.config.model_copy(update={"testing": testing}))


@pytest.fixture
def schema(script, app):
    """The document, in which answers may have no further members."""
    document = script("GET", "/admin/api/openapi.json").json
    for each in document["components"]["schemas"].values():
        if each.get("type") == "object":
            each.setdefault("additionalProperties", False)
    drop_conditions(document)
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = app
    return loaded


def drop_conditions(document):
    """Leave conditions to nodes alone: with one that is made up, hardly a change is made."""
    for path, item in document["paths"].items():
        for operation in item.values():
            if path != "/nodes/{name}":
                kept = [each for each in operation["parameters"] if each["in"] != "header"]
                operation["parameters"] = kept


def lists_the_code(_context, response, case):
    """Check that an error has a code that the operation lists."""
    if response.status_code >= 400 and case.method != "HEAD":
        listed = case.operation.definition.raw["responses"][str(response.status_code)]
        assert response.json()["error"] in listed["x-error-codes"]


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    lists_the_code,
]


@pytest.fixture
def known(script):
    """Values of path parameters that exist, by tag."""
    primary, *_ = script("GET", "/admin/api/keys").json
    return {**KNOWN, "keys": {"thumbprint": primary["thumbprint"]}}


def known_parameters(operation, known):
    """Return path parameters of this operation that exist, None if it has none."""
    (tag,) = operation.definition.raw["tags"]
    names = {each.name for each in operation.path_parameters}
    values = known.get(tag, OF_A_USER)
    return {name: value for name, value in values.items() if name in names} or None


def fault_of(operation, known, answered) -> str:
    """Call an operation with valid and invalid data; return what is wrong, empty if nothing is."""
    known, examples = known_parameters(operation, known), EXAMPLES
    ways = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
    if known:
        ways += [
            operation.as_strategy(generation_mode=mode, path_parameters=known)
            for mode in GenerationMode
        ]
    if operation.label in RUNS_A_PROCESS:
        ways, examples = [operation.as_strategy(path_parameters=known)], 1

    @seed(1)
    @settings(
        max_examples=examples * len(ways), database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.one_of(ways))
    def call(case):
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        answer = case.call_and_validate(
            base_url=f"{BASE_URL}/admin/api", headers=headers, checks=CHECKS
        )
        answered.add((operation.label, answer.status_code))

    try:
        call()
    except (Exception, BaseExceptionGroup) as error:
        return "\n".join(map(str, getattr(error, "exceptions", [error])))[:1500]
    return ""


def test_every_operation_keeps_to_its_description(schema, known):
    found = [each.ok() for each in schema.get_all_operations()]
    answered = set()

    faults = {
        operation.label: fault
        for operation in sorted(found, key=lambda each: ORDER.index(each.method))
        if (fault := fault_of(operation, known, answered))
    }

    for label, fault in faults.items():
        print("#####", label, fault.replace("\\n", "\n"))
    assert list(faults) == []
    succeeded = {label for label, status in answered if status < 300}
    assert {each.label for each in found if each.method == "get"} - succeeded == NEED_MORE
