"""What follows from a trust and the rules is prepared once, and anew after every change of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.federation.access_control.decision import Access
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.prepared_trust import PreparedTrust
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.request_context import RequestContext
from idp.saml.contexts import PASSWORD
from idp.saml.values import ServiceProvider
from idp.store.access_control import SqlAccessControlStore
from idp.store.engine import Database
from idp.store.policies import SqlPolicyStore
from idp.store.sign_ins import SqlSignInStore
from idp.store.trusts import SqlTrustStore

WIKI = "https://wiki.example.test/metadata"
ANYBODY = AuthenticatedUser(SAMPLE_USER, (PASSWORD,), NOON, RequestContext("10.1.2.3"))
ASKS = (
    '=> issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",'
    ' Value = "http://schemas.microsoft.com/claims/multipleauthn");'
)
EVERYBODY = read_policy("Ours", {"permit": [{}]})
NOBODY = read_policy("Ours", {"permit": [{"groups": ["Nobody"]}]})


@dataclass
class Node:
    """A node with its own connection; an administrator works there."""

    database: Database

    def set_trust(self, **settings) -> None:
        trust = RelyingPartyTrust(
            WIKI, "Wiki", ServiceProvider(WIKI, ()), TrustSettings(**settings), "", NOON, NOON
        )
        SqlTrustStore(self.database).change_trust(WIKI, lambda _: trust, b"<xml/>")

    def set_policy(self, policy) -> None:
        SqlAccessControlStore(self.database).save_policy(policy)

    @property
    def for_all(self) -> GlobalPolicy:
        return GlobalPolicy(SqlPolicyStore(self.database))


@pytest.fixture
def here(database) -> Node:
    node = Node(database)
    node.set_policy(EVERYBODY)
    node.set_trust(second_factor="never", access_control_policy="Ours")
    return node


@pytest.fixture
def sign_ins(database) -> SqlSignInStore:
    return SqlSignInStore(database)


def prepared(sign_ins: SqlSignInStore) -> PreparedTrust:
    made = sign_ins.facts(WIKI, None, None, None).prepared
    assert made is not None
    return made


def access(sign_ins: SqlSignInStore) -> Access:
    return prepared(sign_ins).access(ANYBODY)


def test_a_trust_is_prepared_once_while_nothing_changes(here, sign_ins):
    first = prepared(sign_ins)
    assert prepared(sign_ins) is first
    assert first.access(ANYBODY) is first.access(ANYBODY)


CHANGES = {
    "trust": lambda node: node.set_trust(access_control_policy="Gone"),
    "rule for all trusts": lambda node: node.for_all.set_second_factor("always"),
    "rules for all trusts": lambda node: node.for_all.set_additional_rules(ASKS),
    "policy": lambda node: node.set_policy(NOBODY),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("where", ["here", "another node"])
def test_access_is_decided_anew_after_each_change(change, where, here, sign_ins, open_database):
    before = access(sign_ins)
    assert (before.is_permitted, before.requires_second_factor) == (True, False)

    CHANGES[change](here if where == "here" else Node(open_database()))

    after = access(sign_ins)
    assert (after.is_permitted, after.requires_second_factor) != (True, False)


def test_a_trust_that_was_removed_is_not_prepared_any_more(here, sign_ins):
    prepared(sign_ins)
    SqlTrustStore(here.database).remove_trust(WIKI)
    assert sign_ins.facts(WIKI, None, None, None).prepared is None
    assert sign_ins._prepared == {}
