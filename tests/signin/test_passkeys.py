"""Signing in with a passkey alone: it counts as both factors, and is refused like a password."""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import requested_context
from support.sessions.passkey_sign_in import (
    answer,
    options_of,
    register_passkey,
    sign_in_by_passkey,
)

from idp.config.schema import ServerSection, SignInSection
from idp.saml.contexts import FIDO, MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT
from idp.signin.pages import ONLY_PASSKEY, PASSKEY_REFUSED

LOG_IN, MFA = "Sign In", "Multi-Factor Authentication"
METHODS = "authnmethodsreferences"


@pytest.fixture
def device(federation):
    return register_passkey(federation)


@pytest.fixture
def enter(federation, sp, device):
    """Sign in with the passkey, in a new browser or in one that is there."""

    def enter(url="", *, browser=None, **wrong):
        browser = browser or federation.browser()
        page = sign_in_by_passkey(browser, url or sp.url(), device, **wrong)
        return federation.resume(browser, page)

    return enter


@pytest.fixture
def outcomes(federation):
    """Return the outcomes in the log."""
    return lambda: [row.outcome for row in federation.log]


@pytest.mark.each_database
def test_a_passkey_signs_in_where_the_second_factor_is_required(federation, sp, enter):
    finished = enter().finish()

    assert finished.assertion.name_id.value == federation.user.name
    assert finished.assertion.values_of(METHODS) == (FIDO, MULTIPLE_AUTHN)
    assert finished.assertion.authn_context_class == FIDO
    rows = [
        (row.event_id, row.user, row.trust, row.experience, row.reason, row.outcome)
        for row in federation.log
    ]
    who = (federation.user.name, sp.entity_id, "passkey", "user_verified")
    assert rows == [(1202, *who, "right_passkey"), (1200, *who, "issued")]


def test_the_session_is_used_again_and_ends_with_a_sign_out(federation, sp, enter):
    browser = enter().browser
    again = federation.resume(browser, browser.get(sp.url())).finish()
    assert again.assertion.values_of(METHODS) == (FIDO, MULTIPLE_AUTHN)

    federation.services.directory.sign_out(federation.user.name)
    assert browser.get(sp.url()).title == LOG_IN


def test_a_trust_for_entra_is_told_of_both_factors(sp, enter):
    sp.set(authentication_context="entra")

    assert enter().finish().assertion.authn_context_class == MULTIPLE_AUTHN


# What a request may ask for


@pytest.mark.parametrize(
    ("classes", "comparison", "named"),
    [
        ((MULTIPLE_AUTHN,), "exact", MULTIPLE_AUTHN),
        ((FIDO,), "exact", FIDO),
        ((FIDO,), "minimum", FIDO),
        ((PASSWORD_PROTECTED_TRANSPORT, FIDO), "exact", None),  # the first that can be met
        ((PASSWORD_PROTECTED_TRANSPORT,), "exact", None),
        ((PASSWORD_PROTECTED_TRANSPORT,), "minimum", None),
        ((PASSWORD_PROTECTED_TRANSPORT,), "maximum", None),
    ],
)
def test_a_passkey_meets_what_it_is_and_is_not_offered_for_a_password(
    classes, comparison, named, federation, sp, enter
):
    url = sp.url(children=requested_context(*classes, comparison=comparison))
    page = federation.browser().get(url)

    assert (options_of(page) is not None) is (named is not None)
    if named is not None:
        assert enter(url).finish().assertion.authn_context_class == named


def test_a_passkey_session_is_not_enough_for_a_request_for_a_password(federation, easy, enter):
    browser = enter(easy.url()).browser
    url = easy.url(children=requested_context(PASSWORD_PROTECTED_TRANSPORT))

    assert browser.get(url).title == LOG_IN
    signed_in = federation.sign_in(url, browser=browser)
    assert signed_in.finish().assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_a_request_for_a_passkey_is_not_met_by_a_password(federation, easy, device):
    url = easy.url(children=requested_context(FIDO))
    page = federation.browser().get(url)
    assert page.error == ONLY_PASSKEY

    sign_in = federation.sign_in(url)
    assert (sign_in.page.title, sign_in.error) == (LOG_IN, ONLY_PASSKEY)
    page = sign_in.browser.post(sign_in.page.form.action, answer(sign_in.page, device))
    finished = federation.resume(sign_in.browser, page).finish()
    assert finished.assertion.values_of(METHODS) == (FIDO, MULTIPLE_AUTHN)


def test_force_authn_asks_for_the_passkey_anew(federation, sp, enter):
    browser = enter().browser
    federation.clock.advance(60)
    url = sp.url(ForceAuthn="true")
    assert browser.get(url).title == LOG_IN

    instant = enter(url, browser=browser).finish().assertion.authn_instant
    assert (federation.clock.now() - instant).total_seconds() < 30


def test_a_signature_for_one_sign_in_is_no_answer_to_a_later_request(federation, sp, device):
    browser = federation.browser()
    kept = answer(browser.get(sp.url()), device)
    federation.clock.advance(60)
    page = browser.get(sp.url(ForceAuthn="true"))

    page = browser.post(page.form.action, {**answer(page, device), "Passkey": kept["Passkey"]})
    assert page.error == PASSKEY_REFUSED


def test_a_passkey_is_asked_for_again_where_the_second_factor_has_to_be_young(
    federation, sp, enter
):
    sp.set(mfa_freshness="10")
    browser = enter().browser
    federation.clock.advance(601)

    assert browser.get(sp.url()).title == LOG_IN, "the user may have nothing for the adapter"
    assert enter(browser=browser).is_finished


def test_a_request_for_a_push_is_met_after_a_passkey_by_a_push_alone(federation, sp, enter, phone):
    push = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
    sign_in = enter(sp.url(children=requested_context(push)))
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)

    methods = sign_in.finish().assertion.values_of(METHODS)
    assert methods == (FIDO, push, MULTIPLE_AUTHN)


# The page


def test_a_client_without_script_posts_just_what_it_did_before(federation, sp):
    page = federation.browser().get(sp.url())

    assert page.form.fields.keys() == {"UserName", "Password", "AuthMethod", "SamlSession"}
    assert [form.id for form in page.forms] == ["loginForm", "options"]
    assert page.forms[1].fields.keys() <= {"SamlSession"}
    assert 'id="passkeyButton" hidden' in page.html
    assert 'autocomplete="username webauthn"' in page.html


def test_each_page_has_a_challenge_of_its_own_and_stores_nothing(federation, sp):
    browser, url = federation.browser(), sp.url()
    challenges = {options_of(browser.get(url))["challenge"] for _ in range(3)}

    assert len(challenges) == 3
    assert not federation.services.once.number_of("passkey-challenge", 9)


def test_a_server_at_an_ip_address_offers_no_passkey(federation, easy, reassembled):
    client = reassembled(server=ServerSection(base_url="http://127.0.0.1:8080"))
    path = "/adfs/ls/IdpInitiatedSignOn.aspx"
    page = client.get(path, base_url="http://127.0.0.1:8080").text

    assert "loginForm" in page
    assert "passkey" not in page
    posted = client.post(path, base_url="http://127.0.0.1:8080", data={"Passkey": "{}"})
    assert "errorText" in posted.text


def test_a_session_that_a_passkey_began_is_kept_if_the_user_wants_it(federation, easy, served):
    served(sign_in=SignInSection(keep_me_signed_in=True))
    device, browser = register_passkey(federation), federation.browser()
    page = browser.get(easy.url())
    browser.post(page.form.action, {**answer(page, device), "Kmsi": "true"})

    federation.clock.advance(9 * 3600)
    assert "SAMLResponse" in browser.get(easy.url()).html
