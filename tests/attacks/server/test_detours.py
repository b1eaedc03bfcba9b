"""Ways round the second factor: empty posts, detours and the back button pass nothing.

Keycloak CVE-2026-18963 and authentik CVE-2026-49448 let a step be left out.
"""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import ServiceProvider

from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT

FIELDS = {
    "nothing": {},
    "only a way": {"AuthMethod": "FormsAuthentication"},
    "only another way": {"AuthMethod": "AzureMfaServerAuthentication"},
    "only a code": {"VerificationCode": "000000"},
    "an answer": {"SAMLResponse": "AAAA"},
    "only Kmsi": {"Kmsi": "true"},
    "signing out": {"SignOut": "1"},
}


@pytest.fixture
def half_way(federation, sp):
    """A sign-in after the password and before the second factor."""
    return federation.sign_in(sp.url())


def must_not_be_in(page) -> None:
    assert "SAMLResponse" not in page.html


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS.keys())
def test_a_post_without_the_context_passes_nothing(fields, half_way, sp):
    browser, action = half_way.browser, half_way.page.form.action
    for address in (action, sp.ls_url, sp.initiated_url()):
        must_not_be_in(browser.post(address, fields))


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS.keys())
def test_a_post_beside_the_context_passes_nothing(fields, half_way):
    form = half_way.page.form
    must_not_be_in(half_way.browser.submit(form, **fields))
    alone = {"Context": form.fields["Context"], **fields}
    must_not_be_in(half_way.browser.post(form.action, alone))


def test_the_page_before_posted_again_passes_nothing(federation, sp):
    browser, user = federation.browser(), federation.user
    first = browser.get(sp.url()).form
    browser.submit(first, UserName=user.name, Password=user.password)

    must_not_be_in(browser.submit(first))
    must_not_be_in(browser.submit(first, UserName=user.name, Password=user.password))


def test_asking_in_other_words_passes_nothing(half_way, sp):
    browser = half_way.browser
    must_not_be_in(browser.get(sp.url()))
    must_not_be_in(browser.get(sp.initiated_url()))
    must_not_be_in(browser.post(sp.ls_url, sp.fields()))
    password = (
        "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef "
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
        f"{PASSWORD_PROTECTED_TRANSPORT}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )
    must_not_be_in(browser.get(sp.url(sp.authn_request(password))))


def test_a_passive_request_that_needs_a_page_is_answered_with_a_status(federation, half_way, sp):
    sign_in = federation.resume(half_way.browser, half_way.browser.get(sp.url(IsPassive="true")))

    assert sign_in.finish().status == ("Responder", "NoPassive")


def test_going_by_a_trust_that_needs_no_second_factor_leads_to_no_other(federation, sp, pairs):
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    other.set(second_factor="never")
    browser = federation.sign_in(other.url()).browser

    must_not_be_in(browser.get(sp.url()))


def test_a_context_posted_to_another_trust_is_answered_to_its_own(federation, sp, pairs, phone):
    """What is pending is in the Context, and not in the address that it is posted to."""
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)

    page = sign_in.browser.post(other.url(), sign_in.page.form.fields)

    finished = federation.resume(sign_in.browser, page).finish()
    assert finished.assertion.audiences == (sp.entity_id,)
