"""A document with faults is refused with all of them, each at its place, and never by a crash."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service_providers.metadata_parts import SP_ID
from support.users import ALICE

from adapter.errors import TallystickError
from idp.management.configuration.apply import apply
from idp.management.configuration.document import NotAConfiguration, read_document, write_document
from idp.management.configuration.export import export
from idp.management.configuration.faults import BadConfiguration
from idp.management.configuration.plan import compare

FAULTY = """
format = 1
user = []

[second_factor]
rule = "sometimes"

[adapters]
enabled = ["Nobody"]

[methods_policy.SoftwareOath]
state = "on"

[[access_control_policies]]
name = "Staff"
permit = [{ networks = ["10.0.0.0/99"] }]

[[nodes]]
name = "sts1"
bild = "20348.350"

[[nodes]]
name = "sts1"
build = "tomorrow"

[[nodes]]
name = "sts3"

[[nps_hosts]]
name = "nps1"
port = 70000
registry = { overide = "TRUE" }

[[nps_hosts]]
name = "nps2"

[[trusts]]
entity_id = "urn:new"

[[trusts]]
entity_id = "https://sp.example.test/metadata"
settings = { acs = "https://x.test", token_lifetime = -1 }

[[trusts]]
settings = {}

[[trusts]]
entity_id = "urn:entered"
settings = { access_control_policy = "Nobody" }

[[users]]
name = "bob"

[[users]]
name = "alice@example.test"
attributes = { "not a name" = "x" }
password = 12345
"""

FOUND = [
    ("user", "unknown_key"),
    ("second_factor.rule", "bad_value"),
    ("adapters", "bad_provider"),
    ("methods_policy.SoftwareOath.state", "bad_methods_policy"),
    ("access_control_policies[0].permit[0].networks[0]", "bad_value"),
    ("trusts[0]", "bad_trust_source"),
    ("trusts[1].settings.token_lifetime", "bad_trust_setting"),
    ("trusts[1].settings.acs", "bad_trust_setting"),
    ("trusts[2].entity_id", "missing_key"),
    ("trusts[3]", "bad_access_control_policy"),
    ("nodes[0].bild", "unknown_key"),
    ("nodes[1]", "not_a_build"),
    ("nodes[2]", "bad_node"),
    ("nps_hosts[0].registry.overide", "unknown_key"),
    ("nps_hosts[1]", "bad_nps_host"),
    ("users[0]", "bad_user"),
    ("users[1].password", "bad_value"),
]


def faults_of(services, document):
    with pytest.raises(BadConfiguration) as caught:
        apply(services, document)
    return caught.value.faults


def test_all_faults_are_told_at_once_each_at_its_place(world):
    before = export(world).document

    faults = faults_of(world, read_document(FAULTY))

    assert [(each["place"], each["code"]) for each in faults] == FOUND
    told = {each["place"]: each["problem"] for each in faults}
    assert "did you mean users" in told["user"]
    assert "did you mean build" in told["nodes[0].bild"]
    assert "did you mean registry.override" in told["nps_hosts[0].registry.overide"]
    assert "12345" not in str(faults)
    assert export(world).document == before


@pytest.mark.parametrize(
    ("document", "place", "code"),
    [
        ({}, "format", "missing_key"),
        ({"format": 2}, "format", "bad_value"),
        ({"format": 1, "nodes": {}}, "nodes", "bad_value"),
        ({"format": 1, "nodes": ["sts1"]}, "nodes[0]", "bad_value"),
        ({"format": 1, "trusts": [{"entity_id": SP_ID, "metadata": "<x/>"}]}, "trusts[0]",
         "bad_metadata"),
        ({"format": 1, "trusts": [{"entity_id": SP_ID, "acs": ["x"], "metadata_url": "y"}]},
         "trusts[0]", "bad_trust_source"),
        ({"format": 1, "nodes": [{"name": "a", "build": "20348.1", "product": "Windows 95"}]},
         "nodes[0]", "bad_node"),
        ({"format": 1, "users": [{"name": ALICE}, {"name": ALICE.upper()}]}, "users[1]",
         "given_twice"),
        ({"format": 1, "access_control_policies": [{"name": "Permit everyone", "permit": [{}]}]},
         "access_control_policies[0]", "bad_access_control_policy"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_its_code(world, document, place, code):
    (fault,) = faults_of(world, document)

    assert (fault["place"], fault["code"]) == (place, code)


NO_DOCUMENTS = (
    "{", "nodes = ", "{\ud800}", "[" * 99999, '{"users": [{"name": "\\ud800"}]}', "name = 1\x00",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_DOCUMENTS)
def test_what_is_no_document_is_refused(text):
    with pytest.raises(NotAConfiguration):
        read_document(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([SP_ID, "unset", "20348.350", "1.2.2216.1", "https://x.test/", "all_users"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8) | st.sampled_from(["name", "id", "groups"]), inner,
                      max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value, path=()):
    """Yield the path of everything in a document."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, (*path, number))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_document_with_anything_anywhere_is_refused_or_compared(world, exported, data):
    """Each value of a whole document is replaced by anything: what comes out is no crash."""
    document = copy.deepcopy(exported)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([each for each in places(document) if each]))
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = data.draw(VALUES)

    try:
        again = read_document(write_document(document, "json"))
        plan = compare(world, again, prune=True)
        plan.must_be_faultless()
    except TallystickError:
        return
    assert plan.as_json()["digest"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.dictionaries(TEXTS, TEXTS | st.booleans() | st.integers(-9, 9) | st.lists(TEXTS), max_size=4)
)
def test_any_text_and_key_is_written_and_read_again(table):
    document = {"format": 1, "users": [table, table], "adapters": table, "e": {"f": {"g": table}}}

    assert read_document(write_document(document)) == document
