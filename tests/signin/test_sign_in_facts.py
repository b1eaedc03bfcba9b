"""The facts before a step: trust, node, session and user, or all but the trust."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE

from idp.federation.request_context import RequestContext
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.saml.refusal import Refused
from idp.session.node import NoNode
from idp.session.sso import Proof, Session, start_session
from idp.signin.sign_in_facts import cached_loader, load_facts
from idp.signin.steps import Step, needs_of

PUSH = "urn:method:push"
REQUIRED = RequiredFactors({PASSWORD_PROTECTED_TRANSPORT: PASSWORD_PROTECTED_TRANSPORT})
HERE = RequestContext("10.1.2.3")


@pytest.fixture
def session(services) -> Session:
    """A session of a user at a server with one node and one trust."""
    services.farm.set_build("node1", "20348.350", by="a test")
    services.trusts.add(metadata().encode())
    services.directory.add(ALICE, "password")
    now = services.clock.now()
    session = start_session(ALICE, Proof(PASSWORD_PROTECTED_TRANSPORT, now))
    return session.with_second_factor(Proof(PUSH, now))


def needs(services, *, force_authn: bool = False):
    later = services.clock.now() + timedelta(minutes=1)
    return needs_of(REQUIRED, None, force_authn=force_authn, received_at=later, now=later)


def test_one_read_gives_trust_node_session_and_user(services, session):
    facts = load_facts(services, SP_ID, session, None)

    assert facts.existing_trust().entity_id == SP_ID
    assert (facts.node.name, facts.session, facts.user.upn) == ("node1", session, ALICE)


def test_a_page_of_our_own_has_node_session_and_user_but_no_trust(services, session):
    facts = load_facts(services, None, session, None)

    assert (facts.trust, facts.settings) == (None, None)
    assert (facts.node.name, facts.session, facts.user.upn) == ("node1", session, ALICE)
    with pytest.raises(LookupError):
        facts.existing_trust()


def test_a_trust_that_is_unknown_or_disabled_is_refused(services, session):
    with pytest.raises(Refused, match="no enabled relying party trust"):
        load_facts(services, "urn:unknown", session, None)
    services.trusts.change(SP_ID, {"enabled": False})
    with pytest.raises(Refused, match="no enabled relying party trust"):
        load_facts(services, SP_ID, session, None)


@pytest.mark.parametrize("entity_id", [SP_ID, None])
@pytest.mark.parametrize("end", ["disabled", "signed out everywhere", "removed"])
def test_a_session_that_is_not_valid_any_more_is_left_out(end, entity_id, services, session):
    if end == "disabled":
        services.directory.disable(ALICE)
    elif end == "removed":
        services.directory.remove(ALICE)
    else:
        services.directory.sign_out(ALICE)

    facts = load_facts(services, entity_id, session, None)

    assert (facts.session, facts.user) == (None, None)
    assert facts.authenticated_user(needs(services), HERE) is None
    assert not facts.access(None).is_permitted
    assert needs(services).next_step(facts.session) is Step.PRIMARY


def test_without_a_node_nobody_signs_in(services):
    with pytest.raises(NoNode):
        load_facts(services, None, None, None)


def test_the_authenticated_user_has_the_methods_that_count(services, session):
    facts = load_facts(services, SP_ID, session, None)

    user = facts.authenticated_user(needs(services), HERE)
    assert user.methods == (PASSWORD_PROTECTED_TRANSPORT, PUSH, MULTIPLE_AUTHN)
    assert (user.user.upn, user.request_context) == (ALICE, HERE)
    assert user.authenticated_at == session.primary.at
    stale = facts.authenticated_user(needs(services, force_authn=True), HERE)
    assert stale.methods == (PASSWORD_PROTECTED_TRANSPORT,)


def test_a_trust_decides_access_by_its_policy_and_our_own_page_lets_every_user_in(
    services, session
):
    services.trusts.change(SP_ID, {"access_control_policy": "Permit everyone for intranet access"})
    outside = RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap")
    access = []
    for entity_id in (SP_ID, None):
        facts = load_facts(services, entity_id, session, None)
        access.append(facts.access(facts.authenticated_user(needs(services), outside)))

    assert [each.is_permitted for each in access] == [False, True]


@pytest.mark.parametrize(("of_all", "required"), [("always", True), ("never", False)])
def test_the_policy_for_all_trusts_decides_the_second_factor_of_our_own_page(
    of_all, required, services, session
):
    services.policy.set_second_factor(of_all)
    facts = load_facts(services, None, session, None)

    access = facts.access(facts.authenticated_user(needs(services), HERE))

    assert access.requires_second_factor is required


def test_the_loader_reads_each_destination_once(services, session):
    load = cached_loader(services, session, None)

    assert load(SP_ID) is load(SP_ID)
    assert load(None) is load(None)
    assert load(None) is not load(SP_ID)
