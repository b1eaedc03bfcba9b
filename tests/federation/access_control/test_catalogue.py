"""Making, changing, assigning and removing policies."""

from __future__ import annotations

import pytest
from support.clock import NOON

from idp.federation.access_control.catalogue import AccessControl
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.federation.relying_party.registry import TrustRegistry
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.keys import new_signing_certificate
from idp.saml.metadata import write_sp_metadata
from idp.store.access_control import SqlAccessControlStore
from idp.store.policies import SqlPolicyStore
from idp.store.trusts import SqlTrustStore

WIKI = "https://wiki.example.test/metadata"
PEM = new_signing_certificate("wiki", NOON).certificate
METADATA = write_sp_metadata(
    entity_id=WIKI,
    acs_urls=["https://wiki.example.test/acs"],
    certificate="".join(PEM.decode().splitlines()[1:-1]),
)
STAFF = read_policy("Staff", {"permit": [{"groups": ["{Who}"]}]})
OPEN = read_policy("Staff", {"permit": [{}]})


@pytest.fixture
def access(database):
    return AccessControl(SqlAccessControlStore(database), SqlTrustStore(database))


@pytest.fixture
def trusts(database, clock, access):
    made = TrustRegistry(SqlTrustStore(database), clock, check=access.check)
    made.add(METADATA)
    return made


def test_the_built_in_policies_are_listed_before_those_that_were_made(access, trusts):
    access.set(STAFF)

    listed = access.list()

    assert [each.policy.name for each in listed[:2]] == [
        "Permit everyone",
        "Permit everyone and require MFA",
    ]
    assert [each.is_built_in for each in listed] == [True] * 8 + [False]
    assert listed[0].assigned_to == (WIKI,)
    assert (listed[-1].policy, listed[-1].assigned_to) == (STAFF, ())
    assert access.find("Staff") == STAFF


def test_a_built_in_policy_cannot_be_changed(access):
    own = read_policy("Permit everyone", {"permit": [{"groups": ["Staff"]}]})

    with pytest.raises(BadAccessControlPolicy, match="built in"):
        access.set(own)
    with pytest.raises(BadAccessControlPolicy, match="built in"):
        access.remove("Permit everyone")


def test_a_policy_is_assigned_with_its_parameters(access, trusts):
    access.set(STAFF)

    trust = trusts.change_from_text(
        WIKI, {"access_control_policy": "Staff", "access_control_parameters.Who": '["A", "B"]'}
    )

    assert trust.settings.access_control_parameters == {"Who": ("A", "B")}
    assert access.list()[-1].assigned_to == (WIKI,)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"access_control_policy": "Gone"}, "no access control policy 'Gone'"),
        ({"access_control_policy": "Staff"}, "Who"),
        ({"access_control_parameters.Who": "A"}, "none"),
        ({"access_control_policy": "Staff", "access_control_parameters.Whom": "A"}, "Who"),
    ],
)
def test_a_policy_with_wrong_parameters_is_not_assigned(changes, problem, access, trusts):
    access.set(STAFF)

    with pytest.raises(BadAccessControlPolicy, match=problem):
        trusts.change_from_text(WIKI, changes)
    assert trusts.find(WIKI).settings == TrustSettings()
    with pytest.raises(BadAccessControlPolicy):
        trusts.add(METADATA, settings=TrustSettings(access_control_policy="Gone"))


def test_a_trust_without_a_policy_permits_nobody(access, trusts):
    settings = trusts.change_from_text(WIKI, {"access_control_policy": ""}).settings

    assert settings.access_control_policy == settings.issuance_authorization_rules == ""


def test_another_policy_begins_without_parameters(access, trusts):
    access.set(STAFF)
    trusts.change_from_text(
        WIKI, {"access_control_policy": "Staff", "access_control_parameters.Who": "A"}
    )

    trust = trusts.change_from_text(WIKI, {"access_control_policy": "Permit everyone"})

    assert trust.settings == TrustSettings()


def test_a_policy_that_a_trust_has_is_neither_removed_nor_given_other_parameters(access, trusts):
    access.set(STAFF)
    trusts.change_from_text(
        WIKI, {"access_control_policy": "Staff", "access_control_parameters.Who": "A"}
    )

    for refused in (lambda: access.remove("Staff"), lambda: access.set(OPEN)):
        with pytest.raises(BadAccessControlPolicy, match=WIKI):
            refused()
    stricter = read_policy("Staff", {"permit": [{"groups": ["{Who}"], "require_mfa": True}]})
    access.set(stricter)
    assert access.find("Staff") == stricter

    trusts.change_from_text(WIKI, {"access_control_policy": "Permit everyone"})
    access.set(OPEN)
    access.remove("Staff")
    with pytest.raises(BadAccessControlPolicy, match="no access control policy 'Staff'"):
        access.remove("Staff")


def test_other_settings_of_a_trust_can_be_changed_whatever_became_of_its_policy(
    access, trusts, database
):
    access.set(OPEN)
    trusts.change_from_text(WIKI, {"access_control_policy": "Staff"})
    SqlAccessControlStore(database).remove_policy("Staff")

    assert not trusts.change_from_text(WIKI, {"enabled": "false"}).settings.enabled


def test_the_policies_for_all_trusts_are_read_together(access, database):
    assert access.rules().second_factor == "default"

    GlobalPolicy(SqlPolicyStore(database)).set_second_factor("always")
    access.set(OPEN)

    rules = access.rules()
    assert (rules.second_factor, rules.custom) == ("always", {"Staff": OPEN})
