"""Who is asked for the second factor: by the trust, the policy for all, and the session."""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import ServiceProvider

pytestmark = pytest.mark.each_database

MFA = "Multi-Factor Authentication"


def is_asked(federation, sp) -> bool:
    return federation.sign_in(sp.url()).page.title == MFA


def test_a_trust_without_settings_asks(federation, sp):
    assert is_asked(federation, sp)


@pytest.mark.parametrize("of_all", ["default", "never"])
@pytest.mark.parametrize(("of_trust", "asks"), [("always", True), ("never", False)])
def test_a_trust_decides_for_itself_where_no_rule_for_all_asks(
    of_trust, asks, of_all, federation, sp
):
    federation.services.policy.set_second_factor(of_all)
    sp.set(second_factor=of_trust)
    assert is_asked(federation, sp) is asks


@pytest.mark.parametrize("of_trust", ["always", "never", "global"])
def test_no_trust_can_switch_off_a_rule_for_all(of_trust, federation, sp):
    federation.services.policy.set_second_factor("always")
    sp.set(second_factor=of_trust)
    assert is_asked(federation, sp)


@pytest.mark.parametrize(("of_all", "asks"), [("always", True), ("never", False)])
def test_a_trust_may_leave_it_to_the_policy(of_all, asks, federation, sp):
    sp.set(second_factor="global")
    federation.services.policy.set_second_factor(of_all)
    assert is_asked(federation, sp) is asks


def test_a_password_session_is_asked_for_the_second_factor_alone(federation, easy, pairs, phone):
    browser = federation.sign_in(easy.url()).browser
    strict = ServiceProvider(federation, pairs("sp"), "strict").register()

    sign_in = federation.resume(browser, browser.get(strict.url()))

    assert sign_in.page.title == MFA
    assert "passwordInput" not in sign_in.page.ids()
    phone.approve(sign_in.number)
    assert sign_in.finish().assertion.audiences == (strict.entity_id,)


def test_a_session_with_the_second_factor_is_asked_for_neither(federation, sp, pairs, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    browser = sign_in.finish()._browser
    other = ServiceProvider(federation, pairs("sp"), "other").register()

    assert federation.resume(browser, browser.get(other.url())).is_finished


def test_all_methods_are_named_in_the_assertion(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)

    assert sign_in.finish().assertion.values_of("authnmethodsreferences") == (
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification",
        "http://schemas.microsoft.com/claims/multipleauthn",
    )


def test_a_password_session_names_the_password_alone(federation, easy):
    finished = federation.sign_in(easy.url()).finish()
    assert finished.assertion.values_of("authnmethodsreferences") == (
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    )


def test_a_user_without_a_second_factor_sees_that_on_a_page(federation, sp, lines):
    user = federation.add_user(phone=None)

    sign_in = federation.sign_in(sp.url(), user)

    assert (sign_in.page.status, sign_in.page.form) == (403, None)
    assert "method_not_available" in sign_in.page.text("errorCode")
    assert lines.refusals() == ["method_not_available"]


def test_a_server_without_adapters_signs_nobody_in_who_needs_a_second_factor(federation, sp, lines):
    federation.services.providers.enable(())

    assert federation.sign_in(sp.url()).page.status == 403
    assert lines.refusals() == ["no_strong_authentication_method"]
