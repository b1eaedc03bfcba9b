"""What a policy's file may say, and what it says back."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    BadAccessControlPolicy,
    UnreadableAccessControlPolicy,
    check_network,
)
from idp.federation.access_control.policy_file import read_policy, read_toml, written

WHOLE = """\
description = "The office, and admins from anywhere"

[[permit]]
networks = ["intranet", "10.0.0.0/8", "{Branches}"]
groups = ["Staff"]

[[permit]]
groups = ["{Admins}"]
except = [{ networks = ["203.0.113.0/24"] }, { claims = [{ type = "role", ends_with = "-x" }] }]
require_mfa = true
"""


def read(text: str) -> AccessControlPolicy:
    return read_toml("P", text)


def test_a_policy_is_written_as_it_was_read():
    assert written(read(WHOLE)) == WHOLE


texts = st.text(st.characters().filter(str.isprintable), min_size=1, max_size=20).filter(
    lambda text: not text.startswith("{")
)
addresses = st.ip_addresses().filter(lambda a: getattr(a, "ipv4_mapped", None) is None)
networks = st.sampled_from(["intranet", "extranet"]) | addresses.map(str)
claims = st.fixed_dictionaries(
    {"type": texts}, optional={"contains": texts}
) | st.fixed_dictionaries({"type": texts, "equals": texts})
conditions = st.fixed_dictionaries(
    {},
    optional={
        "networks": st.lists(networks, min_size=1, max_size=3),
        "groups": st.lists(texts, min_size=1, max_size=3),
        "claims": st.lists(claims, min_size=1, max_size=2),
    },
)
rules = st.builds(
    lambda condition, more: {**condition, **more},
    conditions,
    st.fixed_dictionaries(
        {},
        optional={
            "except": st.lists(conditions.filter(bool), min_size=1, max_size=2),
            "require_mfa": st.booleans(),
        },
    ),
)


@given(st.lists(rules, min_size=1, max_size=4), texts)
def test_every_policy_survives_being_written(permit, description):
    policy = read_policy("P", {"permit": permit, "description": description})

    assert read(written(policy)) == policy
    stored = policy.model_dump_json(by_alias=True, exclude_defaults=True)
    assert AccessControlPolicy.model_validate_json(stored) == policy


def test_a_built_in_policy_is_written_and_read_like_any_other():
    for name, policy in BUILT_IN.items():
        assert read_policy(name, tomllib.loads(written(policy))) == policy


def test_a_single_value_needs_no_brackets():
    assert read('[[permit]]\ngroups = "Staff"') == read('[[permit]]\ngroups = ["Staff"]')


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "permit"),
        ("permit = []", "at least one"),
        ("[permit]", "permit"),
        ("[[permit]]\nnetworks = []", "at least one"),
        ("[[permit]]\ngroups = [1]", "permit.0.groups.0"),
        ("[[permit]]\ngroups = ['']", "permit.0.groups.0"),
        ("[[permit]]\ngroups = ['a\\u0000b']".replace("'", '"'), "permit.0.groups.0"),
        ("[[permit]]\nnetworks = ['10.0.0.1/8']", "10.0.0.1/8"),
        ("[[permit]]\nnetworks = ['office']", "intranet, extranet, an address, or a range"),
        ("[[permit]]\nnetworks = ['::ffff:10.0.0.0/104']", "write the IPv4 address in it"),
        ("[[permit]]\nuser = 'alice'", "permit.0.user: this key is unknown"),
        ("[[permit]]\ndevices = 'managed'", "permit.0.devices: this key is unknown"),
        ("[[permit]]\nexcept = [{}]", "would always cancel the rule"),
        ("[[permit]]\nexcept = [{ require_mfa = true }]", "permit.0.except.0.require_mfa"),
        ("[[permit]]\nclaims = [{ equals = 'x' }]", "permit.0.claims.0.type"),
        ("[[permit]]\nclaims = [{ type = 'x', equals = 'x', contains = 'x' }]", "give one of"),
        ("[[permit]]\nnetworks = '{A}'\ngroups = '{A}'", "not for both"),
        ("[[permit]]\nrequire_mfa = 'perhaps'", "permit.0.require_mfa"),
        ("[[deny]]", "deny: this key is unknown"),
        ('description = "a\\u007f"\n[[permit]]', "description"),
        ("[[permit", "not TOML"),
        ('[[permit]]\ngroups = "a\u202eb"', "cannot be displayed"),
        ("name = 'x'\n" + "[[permit]]\n" * 65, "64"),
        ("[[permit]]\ngroups = " + str(["g"] * 257), "256"),
    ],
)
def test_a_wrong_policy_is_refused_with_what_is_wrong(text, fault):
    with pytest.raises(BadAccessControlPolicy) as refused:
        read(text)

    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 129, "\x1b[2J"])
def test_a_policy_has_a_name_that_can_be_shown(name):
    with pytest.raises(BadAccessControlPolicy):
        read_policy(name, {"permit": [{}]})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "Branches, Admins"),
        ({"Branches": ("10.1.0.0/16",)}, "Branches, Admins"),
        ({"Branches": ("intranet",), "Admins": ("A",), "More": ("x",)}, "Branches, Admins"),
        ({"Branches": (), "Admins": ("A",)}, "Branches has no value"),
        ({"Branches": ("{Admins}",), "Admins": ("A",)}, "Branches has no value"),
        ({"Branches": ("Staff",), "Admins": ("A",)}, "not a network"),
        ({"Branches": ("intranet",), "Admins": ("A",) * 257}, "257 values"),
        ({"Branches": ("10.0.0.1/8",), "Admins": ("A",)}, "not a network"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(given, problem):
    with pytest.raises(BadAccessControlPolicy, match=problem):
        read(WHOLE).check(given)


def test_refused_parameters_are_explained_with_what_to_do():
    with pytest.raises(BadAccessControlPolicy) as missing:
        read(WHOLE).check({})
    with pytest.raises(BadAccessControlPolicy) as unwanted:
        read_policy("Plain", {"permit": [{}]}).check({"More": ("x",)})
    with pytest.raises(BadAccessControlPolicy) as empty:
        read(WHOLE).check({"Branches": (), "Admins": ("A",)})

    give = "Set each of them with access_control_parameters.NAME=VALUE, and no others."
    assert [str(refused.value) for refused in (missing, unwanted, empty)] == [
        f"The policy 'P' has other parameters than those given: Branches, Admins. {give}",
        f"The policy 'Plain' has other parameters than those given: none. {give}",
        "The parameter Branches has no value. Give it networks.",
    ]


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "::ffff:192.0.2.1"])
def test_a_network_that_no_address_is_in_is_refused(network):
    """Addresses are compared as IPv4 if they are IPv4 inside of IPv6."""
    with pytest.raises(ValueError, match=r"would never match: write the IPv4 address in it$"):
        check_network(network)


def test_a_policy_that_cannot_be_read_names_itself_and_what_to_do():
    unreadable = UnreadableAccessControlPolicy("Office", "it has no rules")

    assert (unreadable.name, unreadable.code) == ("Office", "unreadable_policy")
    assert str(unreadable) == (
        "The access control policy 'Office' cannot be read from the database: it has no rules. "
        "Upgrade this node if another one runs a newer version; else set the policy again "
        "(tallystick access set), or remove it (tallystick access remove)."
    )


def test_parameters_that_fit_are_taken():
    policy = read(WHOLE)

    assert policy.parameters == {"Branches": "networks", "Admins": "groups"}
    policy.check({"Branches": ("10.1.0.0/16", "extranet"), "Admins": ("Admins", "10.0.0.1/8")})
