"""What a sign-in needs next, without a server: of a trust, and of a page of our own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.clock import NOON

from idp.federation.relying_party.settings import TrustSettings
from idp.saml.contexts import FIDO, PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.session.sso import Proof, Session, start_session
from idp.signin.steps import Needs, Step, needs_of, primary_methods

KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"
PUSH, CODE = "urn:method:push", "urn:method:code"
MINUTE = timedelta(minutes=1)
NOTHING = RequiredFactors({PASSWORD_PROTECTED_TRANSPORT: PASSWORD_PROTECTED_TRANSPORT})
SECOND = RequiredFactors(NOTHING.answers, second_factor=True)
BY_PUSH = RequiredFactors(NOTHING.answers, second_factor=True, method=PUSH)
SETTINGS = TrustSettings()


def needs(required=NOTHING, settings=SETTINGS, *, force_authn=False) -> Needs:
    return needs_of(required, settings, force_authn=force_authn, received_at=NOON, now=NOON)


def session(
    primary_age: timedelta = MINUTE,
    second_age: timedelta | None = None,
    *,
    primary: str = PASSWORD_PROTECTED_TRANSPORT,
    second: str = PUSH,
) -> Session:
    first = start_session("alice@example.test", Proof(primary, NOON - primary_age))
    if second_age is None:
        return first
    return first.with_second_factor(Proof(second, NOON - second_age))


def test_the_log_in_page_offers_a_password_and_a_passkey_where_browsers_have_them():
    assert primary_methods(passkeys=False) == (PASSWORD_PROTECTED_TRANSPORT,)
    assert primary_methods(passkeys=True) == (PASSWORD_PROTECTED_TRANSPORT, FIDO)


def by_passkey(age: timedelta) -> Session:
    proof = Proof(FIDO, NOON - age)
    return start_session("alice@example.test", proof, proof)


def test_a_passkey_proves_both_factors():
    assert passkey_needs().next_step(by_passkey(MINUTE)) is Step.COMPLETE
    assert passkey_needs(FIDO).next_step(by_passkey(MINUTE)) is Step.COMPLETE


def test_a_passkey_that_is_too_old_as_second_factor_is_asked_for_again_as_a_whole():
    young = NOON - MINUTE

    assert passkey_needs(since=young).next_step(by_passkey(2 * MINUTE)) is Step.PRIMARY
    assert passkey_needs(FIDO, since=young).next_step(by_passkey(2 * MINUTE)) is Step.PRIMARY
    # The request wants a push, or the user has passed another factor since.
    assert passkey_needs(PUSH, since=young).next_step(by_passkey(2 * MINUTE)) is Step.SECOND_FACTOR
    used_twice = by_passkey(3 * MINUTE).with_second_factor(Proof(FIDO, NOON - 2 * MINUTE))
    assert passkey_needs(since=young).next_step(used_twice) is Step.PRIMARY
    later = by_passkey(3 * MINUTE).with_second_factor(Proof(PUSH, NOON - 2 * MINUTE))
    assert passkey_needs(since=young).next_step(later) is Step.SECOND_FACTOR


def test_a_password_session_that_lacks_the_second_factor_is_not_asked_for_the_password_again():
    assert passkey_needs().next_step(session()) is Step.SECOND_FACTOR


def passkey_needs(method: str | None = None, since: datetime | None = None) -> Needs:
    """Return the needs of a request that takes any primary method and wants a second factor."""
    return Needs(primary_methods(passkeys=True), True, method=method, second_factor_since=since)


def test_without_a_session_the_primary_proof_comes_first():
    assert needs().next_step(None) is Step.PRIMARY
    assert needs(SECOND).next_step(None) is Step.PRIMARY


def test_a_session_is_enough_where_no_second_factor_is_required():
    assert needs().next_step(session()) is Step.COMPLETE


def test_a_required_second_factor_comes_after_the_primary_proof():
    assert needs(SECOND).next_step(session()) is Step.SECOND_FACTOR
    assert needs(SECOND).next_step(session(second_age=MINUTE)) is Step.COMPLETE


def test_a_policy_can_require_the_second_factor_as_well_and_none_takes_it_back():
    assert needs().with_second_factor(True).next_step(session()) is Step.SECOND_FACTOR
    assert needs(SECOND).with_second_factor(False).next_step(session()) is Step.SECOND_FACTOR


def test_only_the_required_method_is_enough():
    by_code = session(second_age=MINUTE, second=CODE)

    assert needs(BY_PUSH).next_step(by_code) is Step.SECOND_FACTOR
    assert needs(BY_PUSH).next_step(session(second_age=MINUTE)) is Step.COMPLETE
    assert needs(SECOND).next_step(by_code) is Step.COMPLETE


@pytest.mark.parametrize(
    "strict",
    [
        needs(force_authn=True),
        needs(settings=TrustSettings(always_require_authentication=True)),
    ],
)
def test_proofs_from_before_the_request_do_not_count_where_a_fresh_sign_in_is_required(strict):
    fresh = session(timedelta())

    assert strict.next_step(session()) is Step.PRIMARY
    assert strict.next_step(fresh) is Step.COMPLETE
    required = strict.with_second_factor(True)
    old_push = fresh.with_second_factor(Proof(PUSH, NOON - MINUTE))
    assert required.next_step(old_push) is Step.SECOND_FACTOR
    assert required.next_step(session(timedelta(), timedelta())) is Step.COMPLETE


def test_a_second_factor_counts_as_long_as_the_trust_says():
    fresh = needs(SECOND, TrustSettings(mfa_freshness=5))

    assert fresh.next_step(session(10 * MINUTE, 5 * MINUTE)) is Step.COMPLETE
    assert fresh.next_step(session(10 * MINUTE, 6 * MINUTE)) is Step.SECOND_FACTOR
    assert fresh.valid_second_factor(session(10 * MINUTE, 6 * MINUTE)) is None
    assert fresh.valid_second_factor(session(10 * MINUTE, MINUTE)) == Proof(PUSH, NOON - MINUTE)


def test_a_session_by_a_method_that_does_not_satisfy_the_request_signs_in_anew():
    by_kerberos = session(primary=KERBEROS)
    either = RequiredFactors({**NOTHING.answers, KERBEROS: KERBEROS})

    assert needs().next_step(by_kerberos) is Step.PRIMARY
    assert needs(either).next_step(by_kerberos) is Step.COMPLETE


def test_a_page_of_our_own_needs_no_trust():
    own_page = needs(settings=None)

    assert own_page.next_step(None) is Step.PRIMARY
    assert own_page.next_step(session()) is Step.COMPLETE
    with_policy = own_page.with_second_factor(True)
    assert with_policy.next_step(session()) is Step.SECOND_FACTOR
    assert with_policy.next_step(session(second_age=MINUTE)) is Step.COMPLETE
    # No trust says how fresh a second factor must be: it counts as long as the session.
    assert with_policy.next_step(session(600 * MINUTE, 599 * MINUTE)) is Step.COMPLETE
