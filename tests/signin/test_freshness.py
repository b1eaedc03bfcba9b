"""ForceAuthn asks again for all that was proved before; IsPassive asks for nothing."""

from __future__ import annotations

import pytest

LOG_IN, MFA = "Sign In", "Multi-Factor Authentication"


@pytest.fixture
def browser(federation, sp, phone):
    """A browser whose user has given the password and the second factor."""
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()
    return sign_in.browser


def test_force_authn_asks_a_signed_in_user_for_password_and_second_factor(
    browser, federation, sp, phone
):
    federation.clock.advance(60)
    url = sp.url(ForceAuthn="true")
    assert browser.get(url).title == LOG_IN

    sign_in = federation.sign_in(url, browser=browser)
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)

    instant = sign_in.finish().assertion.authn_instant
    assert (federation.clock.now() - instant).total_seconds() < 30


def test_force_authn_does_not_change_what_the_next_request_needs(browser, federation, sp):
    browser.get(sp.url(ForceAuthn="true"))
    assert federation.sign_in(sp.url(), browser=browser).is_finished


def test_a_fresh_password_alone_is_not_enough_where_the_second_factor_is_old(
    browser, federation, sp
):
    sign_in = federation.sign_in(sp.url(ForceAuthn="1"), browser=browser)

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


def passive(federation, sp, browser=None):
    browser = browser or federation.browser()
    return federation.resume(browser, browser.get(sp.url(IsPassive="true", ID="_mine"))).finish()


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


def test_passive_with_a_full_session_is_answered(browser, federation, sp):
    assert passive(federation, sp, browser).status == ("Success",)


def test_passive_with_a_password_session_is_answered_where_that_is_enough(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    assert passive(federation, easy, browser).status == ("Success",)


def test_passive_sends_nothing_to_the_phone(federation, sp, phone):
    browser = federation.sign_in(sp.url()).browser
    before = {request.id for request in phone.pending()}
    passive(federation, sp, browser)
    assert {request.id for request in phone.pending()} == before


def test_a_session_ends_after_eight_hours(browser, federation, sp):
    federation.clock.advance(8 * 3600 - 60)
    assert federation.sign_in(sp.url(), browser=browser).is_finished
    federation.clock.advance(61)
    assert browser.get(sp.url()).title == LOG_IN
    assert passive(federation, sp, browser).status == ("Responder", "NoPassive")
