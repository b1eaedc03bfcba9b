"""RequestedAuthnContext: passwords by AD FS's order, second factors, an adapter's method."""

from __future__ import annotations

import pytest
from support.adapters import odd_adapters
from support.service_providers.service_provider import requested_context

from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_PHISHING_RESISTANT,
    UNSPECIFIED,
)

MFA = "Multi-Factor Authentication"
ENTRA = "AzureMfaAuthentication"
OTP = odd_adapters.OTHER_METHOD
KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"


@pytest.mark.parametrize("asked", [PASSWORD_PROTECTED_TRANSPORT, UNSPECIFIED])
def test_a_password_is_enough_for(asked, federation, easy):
    finished = federation.sign_in(easy.url(children=requested_context(asked))).finish()
    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_several_requested_factors_are_asked_for_even_where_the_trust_asks_for_none(
    federation, easy, phone
):
    sign_in = federation.sign_in(easy.url(children=requested_context(MULTIPLE_AUTHN)))
    assert sign_in.page.title == "Multi-Factor Authentication"
    phone.approve(sign_in.number)

    finished = sign_in.finish()

    assert finished.assertion.authn_context_class == MULTIPLE_AUTHN
    assert MULTIPLE_AUTHN in finished.assertion.values_of("authnmethodsreferences")


def test_several_factors_given_before_are_enough(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    browser = sign_in.finish()._browser

    again = federation.sign_in(sp.url(children=requested_context(MULTIPLE_AUTHN)), browser=browser)

    assert again.finish().assertion.authn_context_class == MULTIPLE_AUTHN


def test_a_second_factor_that_was_not_asked_for_by_name_is_not_answered_by_name(
    federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    assert sign_in.finish().assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_the_first_class_that_can_be_met_is(federation, easy):
    contexts = requested_context(KERBEROS, PASSWORD_PROTECTED_TRANSPORT, MULTIPLE_AUTHN)
    finished = federation.sign_in(easy.url(children=contexts)).finish()
    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


@pytest.mark.parametrize(
    "children",
    [
        requested_context(KERBEROS),
        requested_context("urn:nobody"),
        requested_context(REFEDS_PHISHING_RESISTANT),
        requested_context(PASSWORD_PROTECTED_TRANSPORT.upper()),
        requested_context(PASSWORD_PROTECTED_TRANSPORT, comparison="better"),
    ],
    ids=["kerberos", "unknown", "phishing-resistant", "upper case", "better"],
)
@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "signed in"])
def test_any_other_context_is_answered_with_a_status(children, signed_in, federation, easy, lines):
    browser = federation.sign_in(easy.url()).browser if signed_in else federation.browser()

    page = browser.get(easy.url(children=children, ID="_mine", relay_state="there"))
    finished = federation.resume(browser, page).finish()

    assert finished.status == ("Responder", "NoAuthnContext")
    assert finished.received.in_response_to == "_mine"
    assert finished.relay_state == "there"
    assert lines.refusals() == ["MSIS7102"]


@pytest.mark.parametrize(
    ("comparison", "asked", "answered"),
    [
        ("minimum", PASSWORD, PASSWORD_PROTECTED_TRANSPORT),
        ("maximum", KERBEROS, PASSWORD_PROTECTED_TRANSPORT),
        ("maximum", PASSWORD, PASSWORD),
        ("better", PASSWORD, PASSWORD_PROTECTED_TRANSPORT),
        ("exact", PASSWORD, PASSWORD),
    ],
)
def test_a_password_is_compared_by_ad_fss_order(comparison, asked, answered, federation, easy):
    url = easy.url(children=requested_context(asked, comparison=comparison))
    finished = federation.sign_in(url).finish()
    assert finished.assertion.authn_context_class == answered


def test_the_refeds_profile_asks_for_the_second_factor(federation, easy, phone):
    sign_in = federation.sign_in(easy.url(children=requested_context(REFEDS_MFA)))
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)

    assert sign_in.finish().assertion.authn_context_class == REFEDS_MFA


@pytest.mark.parametrize(("style", "told"), [("entra", MULTIPLE_AUTHN), ("refeds", REFEDS_MFA)])
def test_a_trust_may_get_the_context_of_every_second_factor(style, told, federation, sp, phone):
    sp.set(authentication_context=style)
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    assert sign_in.finish().assertion.authn_context_class == told

    named = sp.url(children=requested_context(PASSWORD_PROTECTED_TRANSPORT))
    again = federation.sign_in(named, browser=sign_in.browser).finish()
    assert again.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


@pytest.mark.parametrize("style", ["adfs", "entra", "refeds"])
def test_no_assertion_claims_a_second_factor_that_was_not_given(style, federation, easy):
    easy.set(authentication_context=style)
    finished = federation.sign_in(easy.url()).finish()
    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


# An adapter's own method


def test_an_adapters_own_method_may_be_asked_for(enable, federation, easy, phone):
    enable(ENTRA, "Good")
    sign_in = federation.sign_in(easy.url(children=requested_context(odd_adapters.METHOD)))
    assert sign_in.page.form.fields["AuthMethod"] == "Good"
    assert phone.pending() == ()
    sign_in.post(Answer="yes")

    assertion = sign_in.finish().assertion
    assert assertion.authn_context_class == odd_adapters.METHOD
    assert odd_adapters.METHOD in assertion.values_of("authnmethodsreferences")


def test_another_adapter_cannot_be_chosen_instead(enable, federation, easy, phone):
    enable(ENTRA, "Good")
    sign_in = federation.sign_in(easy.url(children=requested_context(odd_adapters.METHOD)))

    sign_in.post(AuthMethod=ENTRA)

    assert phone.pending() == ()
    assert not sign_in.is_finished


def test_a_second_factor_by_another_method_is_asked_for_again(enable, federation, sp, phone):
    enable(ENTRA, "Good")
    first = federation.sign_in(sp.url())
    first.choose(ENTRA)
    phone.approve(first.number)
    browser = first.finish()._browser

    url = sp.url(children=requested_context(odd_adapters.METHOD))
    passive = browser.get(sp.url(children=requested_context(odd_adapters.METHOD), IsPassive="true"))
    assert federation.resume(browser, passive).finish().status == ("Responder", "NoPassive")
    again = federation.sign_in(url, browser=browser)
    assert again.page.form.fields["AuthMethod"] == "Good"
    again.post(Answer="yes")
    assert again.finish().assertion.authn_context_class == odd_adapters.METHOD


def test_another_method_of_the_same_adapter_is_not_taken_for_the_one_asked_for(
    federation, easy, phone, lines
):
    user = federation.add_user(totp=True)
    sign_in = federation.sign_in(easy.url(children=requested_context(OTP)), user)
    user.phone.approve(sign_in.number)

    answer = sign_in.finish()

    assert answer.status == ("Responder", "NoAuthnContext")
    assert answer.received.assertions == ()
    assert "MSIS7102" in lines.refusals()


def test_the_method_asked_for_is_taken(federation, easy):
    user = federation.add_user(totp=True, phone=None)
    sign_in = federation.sign_in(easy.url(children=requested_context(OTP)), user)
    sign_in.enter_code(user.code())
    assert sign_in.finish().assertion.authn_context_class == OTP


def test_a_method_that_the_user_does_not_have_is_answered_with_a_status(
    enable, federation, easy, lines
):
    enable(ENTRA, "Unavailable")
    sign_in = federation.sign_in(easy.url(children=requested_context(odd_adapters.METHOD)))

    assert sign_in.finish().status == ("Responder", "NoAuthnContext")
    assert lines.refusals() == ["MSIS7102"]


def test_a_method_of_an_adapter_that_is_not_enabled_is_not_there(enable, federation, easy):
    enable(ENTRA)
    browser = federation.browser()
    page = browser.get(easy.url(children=requested_context(odd_adapters.METHOD)))
    assert federation.resume(browser, page).finish().status == ("Responder", "NoAuthnContext")


def test_a_declaration_is_refused_like_a_class_that_there_is_not(federation, easy):
    children = (
        '<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef xmlns:saml="'
        'urn:oasis:names:tc:SAML:2.0:assertion">urn:x</saml:AuthnContextDeclRef>'
        "</samlp:RequestedAuthnContext>"
    )
    browser = federation.browser()
    finished = federation.resume(browser, browser.get(easy.url(children=children))).finish()
    assert finished.status == ("Responder", "NoAuthnContext")
