"""Who is signed in: a session counts until it is signed out, or its user changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.users import ALICE, PASSWORD

from idp.directory import User
from idp.federation.request_context import NOWHERE
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT
from idp.services import Services
from idp.session.current import session_not_ended, signed_in_user
from idp.session.sso import Proof, Session, start_session


@pytest.fixture
def session(services: Services) -> Session:
    """A session that Alice has just begun."""
    services.directory.add(ALICE, PASSWORD)
    now = services.clock.now()
    return start_session(ALICE, Proof(PASSWORD_PROTECTED_TRANSPORT, now))


def user_of(services: Services, session: Session | None) -> User | None:
    user, root = (session.user, session.root) if session else (None, None)
    facts = services.sign_ins.facts(None, user, root, None)
    return signed_in_user(facts, session, services.directory, NOWHERE)


def test_a_session_counts_as_long_as_nothing_happens_to_its_user(services, session):
    assert user_of(services, session).upn == ALICE
    assert session_not_ended(services.sign_ins, session) == session


def test_without_a_session_nobody_is_signed_in(services):
    assert user_of(services, None) is None
    assert session_not_ended(services.sign_ins, None) is None


def test_a_session_of_a_user_who_is_gone_counts_for_nothing(services, session):
    services.directory.remove(ALICE)

    assert user_of(services, session) is None
    assert session_not_ended(services.sign_ins, session) is None


def test_a_disabled_user_is_not_signed_in_and_can_still_sign_out(services, session):
    services.directory.disable(ALICE)

    assert user_of(services, session) is None
    assert session_not_ended(services.sign_ins, session) == session


def test_a_new_password_ends_earlier_sessions_and_they_can_still_be_signed_out(services, session):
    services.directory.set_password(ALICE, "another long password")
    user = services.directory.find(ALICE)
    since = Proof(PASSWORD_PROTECTED_TRANSPORT, user.valid_from)
    before = Proof(PASSWORD_PROTECTED_TRANSPORT, user.valid_from - timedelta(microseconds=1))

    earlier, later = start_session(ALICE, before), start_session(ALICE, since)

    assert user_of(services, earlier) is None
    assert session_not_ended(services.sign_ins, earlier) == earlier
    assert user_of(services, later).upn == ALICE


def test_while_the_account_is_locked_a_session_in_which_nothing_was_issued_counts_for_nothing(
    services, session
):
    for _ in range(services.config.lockout.threshold):
        services.directory.check_password(ALICE, "wrong")

    assert user_of(services, session) is None
