"""ForceAuthn asks again for all that was proved before; IsPassive asks for nothing.

A trust may say how long a second factor counts, and that it wants all of it each time.
"""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import ServiceProvider, requested_context

from idp.config.schema import SignInSection
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT

LOG_IN, MFA = "Sign In", "Multi-Factor Authentication"


@pytest.fixture
def signed_in_browser(federation, sp, phone):
    """A browser whose user has given the password and the second factor."""
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()
    return sign_in.browser


def test_force_authn_asks_a_signed_in_user_for_password_and_second_factor(
    signed_in_browser, federation, sp, phone
):
    federation.clock.advance(60)
    url = sp.url(ForceAuthn="true")
    assert signed_in_browser.get(url).title == LOG_IN

    sign_in = federation.sign_in(url, browser=signed_in_browser)
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)

    instant = sign_in.finish().assertion.authn_instant
    assert (federation.clock.now() - instant).total_seconds() < 30


def test_force_authn_does_not_change_what_the_next_request_needs(signed_in_browser, federation, sp):
    signed_in_browser.get(sp.url(ForceAuthn="true"))
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished


def test_a_fresh_password_alone_is_not_enough_where_the_second_factor_is_old(
    signed_in_browser, federation, sp
):
    sign_in = federation.sign_in(sp.url(ForceAuthn="1"), browser=signed_in_browser)

    assert sign_in.poll().title == MFA
    assert not sign_in.is_finished


def test_force_authn_without_second_factor_asks_for_the_password(federation, easy):
    first = federation.sign_in(easy.url())
    assert first.browser.get(easy.url(ForceAuthn="true")).title == LOG_IN
    assert federation.sign_in(easy.url(ForceAuthn="true"), browser=first.browser).is_finished


def test_the_instant_in_the_assertion_is_that_of_the_sign_in(federation, easy):
    first = federation.sign_in(easy.url()).finish()
    federation.clock.advance(3600)
    again = federation.resume(first._browser, first._browser.get(easy.url())).finish()

    assert again.assertion.authn_instant == first.assertion.authn_instant
    assert again.assertion.issue_instant > first.assertion.issue_instant


def passive(federation, sp, browser=None, request_id="_mine"):
    browser = browser or federation.browser()
    page = browser.get(sp.url(IsPassive="true", ID=request_id))
    return federation.resume(browser, page).finish()


def test_passive_without_a_session_is_answered_with_no_passive(federation, sp):
    answer = passive(federation, sp)

    assert answer.status == ("Responder", "NoPassive")
    assert answer.received.in_response_to == "_mine"


def test_passive_with_a_password_session_is_no_passive_where_the_second_factor_is_due(
    federation, sp
):
    half_way = federation.sign_in(sp.url())
    assert half_way.page.title == MFA

    assert passive(federation, sp, half_way.browser).status == ("Responder", "NoPassive")


def test_passive_is_no_passive_where_the_password_has_to_be_changed_first(federation, served, easy):
    served(sign_in=SignInSection(password_change=True))
    browser = federation.sign_in(easy.url()).browser
    user = federation.user
    federation.clock.advance(1)
    federation.services.directory.set_password(user.name, user.password, must_change=True)
    assert passive(federation, easy, browser).status == ("Responder", "NoPassive")


def test_passive_with_a_full_session_is_answered(signed_in_browser, federation, sp):
    assert passive(federation, sp, signed_in_browser).status == ("Success",)


def test_passive_with_a_password_session_is_answered_where_that_is_enough(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    assert passive(federation, easy, browser).status == ("Success",)


def test_passive_sends_nothing_to_the_phone(federation, sp, phone):
    browser = federation.sign_in(sp.url()).browser
    before = {request.id for request in phone.pending()}
    passive(federation, sp, browser)
    assert {request.id for request in phone.pending()} == before


def test_a_session_ends_after_eight_hours(signed_in_browser, federation, sp):
    federation.clock.advance(8 * 3600 - 60)
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished
    federation.clock.advance(61)
    assert signed_in_browser.get(sp.url()).title == LOG_IN
    assert passive(federation, sp, signed_in_browser).status == ("Responder", "NoPassive")


# How long a second factor counts


def test_a_second_factor_counts_as_long_as_the_session_unless_the_trust_says_otherwise(
    signed_in_browser, federation, sp
):
    federation.clock.advance(7 * 3600)
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished


def test_a_trust_may_demand_a_younger_second_factor_which_is_then_asked_for_alone(
    signed_in_browser, federation, sp, phone
):
    sp.set(mfa_freshness="10")
    federation.clock.advance(590)
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished
    federation.clock.advance(20)

    page = signed_in_browser.get(sp.url())

    assert page.title == MFA
    sign_in = federation.resume(signed_in_browser, page)
    phone.approve(sign_in.number)
    instant = sign_in.finish().assertion.authn_instant
    assert (federation.clock.now() - instant).total_seconds() < 30
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished


def test_passive_with_an_old_second_factor_is_no_passive(signed_in_browser, federation, sp):
    sp.set(mfa_freshness="10")
    assert passive(federation, sp, signed_in_browser).status == ("Success",)
    federation.clock.advance(601)
    assert passive(federation, sp, signed_in_browser, "_later").status == ("Responder", "NoPassive")


def test_a_requested_second_factor_has_to_be_fresh_as_well(signed_in_browser, federation, sp):
    sp.set(second_factor="never", mfa_freshness="10")
    federation.clock.advance(601)
    asking = sp.url(children=requested_context(MULTIPLE_AUTHN))
    assert federation.sign_in(asking, browser=signed_in_browser).page.title == MFA


def test_a_second_factor_that_is_too_old_is_not_in_the_assertion(signed_in_browser, federation, sp):
    sp.set(second_factor="never", mfa_freshness="10", authentication_context="entra")
    young = federation.sign_in(sp.url(), browser=signed_in_browser).finish().assertion
    federation.clock.advance(601)
    old = federation.sign_in(sp.url(), browser=signed_in_browser).finish().assertion

    assert young.authn_context_class == MULTIPLE_AUTHN
    assert MULTIPLE_AUTHN in young.values_of("authnmethodsreferences")
    assert old.authn_context_class == PASSWORD_PROTECTED_TRANSPORT
    assert old.values_of("authnmethodsreferences") == (PASSWORD_PROTECTED_TRANSPORT,)


def test_a_second_factor_too_old_for_one_trust_is_good_for_another(
    signed_in_browser, federation, sp, pairs
):
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    other.set(mfa_freshness="1")
    federation.clock.advance(61)

    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished
    assert signed_in_browser.get(other.url()).title == MFA


# A trust that always asks


def test_a_trust_may_ask_for_both_factors_each_time(signed_in_browser, federation, sp, phone):
    sp.set(always_require_authentication="true")
    federation.clock.advance(60)
    assert signed_in_browser.get(sp.url()).title == LOG_IN

    sign_in = federation.sign_in(sp.url(), browser=signed_in_browser)
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)
    sign_in.finish()

    assert signed_in_browser.get(sp.url()).title == LOG_IN


def test_always_require_authentication_holds_for_idp_initiated_sign_ins(federation, easy):
    easy.set(always_require_authentication="true")
    first = federation.sign_in(easy.initiated_url())
    assert first.is_finished
    assert first.browser.get(easy.initiated_url()).title == LOG_IN


def test_always_require_authentication_makes_passive_requests_fail(
    signed_in_browser, federation, sp
):
    sp.set(always_require_authentication="true")
    assert passive(federation, sp, signed_in_browser).status == ("Responder", "NoPassive")


def test_the_other_trusts_keep_their_single_sign_on(signed_in_browser, federation, sp, pairs):
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    other.set(always_require_authentication="true")
    assert signed_in_browser.get(other.url()).title == LOG_IN
    assert federation.sign_in(sp.url(), browser=signed_in_browser).is_finished
