"""RequestedAuthnContext, thin: password, unspecified, and AD FS's class for several factors."""

from __future__ import annotations

import pytest
from asking import context_of

from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT, UNSPECIFIED

KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"


@pytest.mark.parametrize("asked", [PASSWORD_PROTECTED_TRANSPORT, UNSPECIFIED])
def test_a_password_is_enough_for(asked, federation, easy):
    finished = federation.sign_in(easy.url(children=context_of(asked))).finish()
    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_several_factors_are_asked_for_even_where_the_trust_asks_for_none(federation, easy, phone):
    sign_in = federation.sign_in(easy.url(children=context_of(MULTIPLE_AUTHN)))
    assert sign_in.page.title == "Multi-Factor Authentication"
    phone.approve(sign_in.number)

    finished = sign_in.finish()

    assert finished.assertion.authn_context_class == MULTIPLE_AUTHN
    assert MULTIPLE_AUTHN in finished.assertion.values_of("authnmethodsreferences")


def test_several_factors_given_before_are_enough(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    browser = sign_in.finish()._browser

    again = federation.sign_in(sp.url(children=context_of(MULTIPLE_AUTHN)), browser=browser)

    assert again.finish().assertion.authn_context_class == MULTIPLE_AUTHN


def test_a_second_factor_that_was_not_asked_for_by_name_is_not_answered_by_name(
    federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    assert sign_in.finish().assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_the_first_class_that_can_be_met_is(federation, easy):
    contexts = context_of(KERBEROS, PASSWORD_PROTECTED_TRANSPORT, MULTIPLE_AUTHN)
    finished = federation.sign_in(easy.url(children=contexts)).finish()
    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


@pytest.mark.parametrize(
    "children",
    [
        context_of(KERBEROS),
        context_of("urn:nobody"),
        context_of(PASSWORD_PROTECTED_TRANSPORT.upper()),
        context_of(PASSWORD_PROTECTED_TRANSPORT, comparison="better"),
    ],
    ids=["kerberos", "unknown", "upper case", "better"],
)
@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "signed in"])
def test_anything_else_is_told_to_the_service_provider(
    children, signed_in, federation, easy, lines
):
    browser = federation.sign_in(easy.url()).browser if signed_in else federation.browser()

    page = browser.get(easy.url(children=children, ID="_mine", relay_state="there"))
    finished = federation.resume(browser, page).finish()

    assert finished.status == ("Responder", "NoAuthnContext")
    assert finished.received.in_response_to == "_mine"
    assert finished.relay_state == "there"
    assert lines.refusals() == ["MSIS7102"]
