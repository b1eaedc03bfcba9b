"""The test service provider's pages, over a real federation server."""

from __future__ import annotations

import pytest
import requests
from lxml import html
from support.nets import NET_SECONDS

from idp.embedded.browser import Browser
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT
from idp.saml.keys import new_signing_certificate
from idp.saml.logout import send_logout_request
from idp.saml.signing import SigningKey
from idp.saml.values import REDIRECT, LogoutRequest, SingleLogoutService


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_the_page_shows_the_assertion(binding, complete_sign_in, federation, service_provider):
    page = complete_sign_in(binding=binding, relay_state="/reports/42").page
    shown = {
        "user": federation.user.name,
        "authn-context": PASSWORD_PROTECTED_TRANSPORT,
        "audience": service_provider.entity_id,
        "recipient": service_provider.acs_url,
        "assertion-signature": "valid rsa-sha256",
        "response-signature": "absent",
        "issuer": federation.entity_id,
        "relay-state": "/reports/42",
    }
    assert {name: page.text(name) for name in shown} == shown
    assert "phoneappnotification" in page.text("attributes")
    assert "<samlp:Response" in page.text("xml")
    assert {"name-id", "authn-instant", "session-index", "validity", "in-response-to"} <= page.ids()


def test_markup_in_an_assertion_stays_text(federation, service_provider):
    user = federation.add_user(display_name="<b id=bold>&amp;")
    sign_in = federation.sign_in(service_provider.url, user)
    user.phone.approve(sign_in.number)
    page = sign_in.finish().page
    assert "bold" not in page.ids()
    assert "<b id=bold>&amp;" in page.text("attributes")


def test_a_requested_context_is_answered_with_it(complete_sign_in, service_provider, federation):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    assert MULTIPLE_AUTHN in complete_sign_in(second_factor=True).page.text("authn-context")


def test_force_authn_asks_again(complete_sign_in, federation, service_provider):
    browser = Browser()
    complete_sign_in(browser=browser)
    url = service_provider.login_url(force_authn=True)
    assert browser.open(url).title == "Sign In"
    assert browser.open(service_provider.login_url()).title != "Sign In"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"is_passive": True}, "Responder / NoPassive"),
        ({"context": "urn:example:unheard-of"}, "Responder / NoAuthnContext"),
    ],
)
def test_a_status_is_shown_clearly(how, status, federation, service_provider):
    page = federation.sign_in(service_provider.login_url(**how)).finish().page
    assert page.text("status") == status
    assert page.status == 200
    assert "objections" not in page.ids()


def test_an_unsigned_request_breaks_the_promise_of_its_metadata(federation, service_provider):
    page = federation.sign_in(service_provider.login_url(unsigned=True)).page
    assert page.status == 400
    assert "is not signed, but has to be" in page.error


@pytest.mark.parametrize(
    ("signature", "assertion", "response"),
    [
        ("AssertionOnly", "valid", "absent"),
        ("MessageOnly", "absent", "valid"),
        ("MessageAndAssertion", "valid", "valid"),
    ],
)
def test_the_page_says_which_signatures_were_there(
    signature, assertion, response, complete_sign_in, federation, service_provider
):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"saml_response_signature": signature}
    )
    page = complete_sign_in().page
    assert page.status == 200
    assert page.text("assertion-signature").startswith(assertion)
    assert page.text("response-signature").startswith(response)


def test_a_signed_in_user_is_remembered_until_signed_out(complete_sign_in, service_provider):
    browser = Browser()
    assert complete_sign_in(browser=browser).page.status == 200
    assert "user" in browser.get(service_provider.url).ids()
    assert "attributes" in browser.get(f"{service_provider.url}assertion").ids()
    start = browser.get(service_provider.url)
    forget = next(form for form in start.forms if form.action.endswith("/forget"))
    assert "user" not in browser.submit(forget).ids()
    assert browser.get(f"{service_provider.url}assertion").url == service_provider.url


def test_other_sites_cannot_sign_a_user_out(complete_sign_in, service_provider):
    browser = Browser()
    assert complete_sign_in(browser=browser).page.status == 200
    browser.session.post(
        f"{service_provider.url}forget", headers={"Origin": "https://evil.example"}, timeout=10
    )
    assert "user" in browser.get(service_provider.url).ids()


def test_the_cookie_of_the_service_provider_is_not_the_federation_servers(
    complete_sign_in, service_provider
):
    browser = Browser()
    assert complete_sign_in(browser=browser).page.status == 200
    cookies = {cookie.name: cookie for cookie in browser.session.cookies}
    assert {"tallystick_test_sp", "MSISAuth"} <= set(cookies)
    assert cookies["tallystick_test_sp"].path == "/"
    assert cookies["tallystick_test_sp"].has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize("path", ["", "login?binding=post", "acs", "metadata", "nowhere"])
def test_every_answer_has_the_security_headers(path, service_provider):
    answer = requests.get(f"{service_provider.url}{path}", timeout=NET_SECONDS)
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_metadata_promise_signed_requests(federation, service_provider):
    answer = requests.get(f"{service_provider.url}metadata", timeout=NET_SECONDS)
    assert answer.content == service_provider.metadata
    assert federation.services.trusts.find(service_provider.entity_id).requires_signed_requests


@pytest.mark.parametrize("binding", ["redirect", "post", "pigeon"])
@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%0D%0AX:%20y", "%3Cb%3E", "a" * 4000])
def test_no_option_of_a_request_breaks_the_page(text, binding, service_provider):
    url = f"{service_provider.url}login?binding={binding}&context={text}&relay_state={text}"
    answer = requests.get(url, allow_redirects=False, timeout=NET_SECONDS)
    assert answer.status_code in (200, 302, 400)
    assert "<b>" not in answer.text


def test_the_page_shows_how_the_assertion_was_encrypted(
    complete_sign_in, federation, service_provider
):
    assert complete_sign_in().page.text("encryption") == "none"

    service_provider.offer_encryption()
    page = complete_sign_in().page

    assert page.text("encryption") == "encrypted aes256-gcm, key by rsa-oaep-mgf1p with sha1"
    assert page.text("user") == federation.user.name
    assert "EncryptedAssertion" in page.text("xml")
    assert "name-id-encryption" not in page.ids()


def test_the_page_shows_a_name_that_is_encrypted_by_itself(
    complete_sign_in, federation, service_provider
):
    service_provider.offer_encryption()
    required = {"encrypted_name_id_required": "true"}
    federation.services.trusts.change_from_text(service_provider.entity_id, required)

    page = complete_sign_in().page

    assert page.text("name-id-encryption").startswith("encrypted aes256-gcm")
    assert page.text("user") == federation.user.name


def test_a_forged_log_out_ends_nothing_here(complete_sign_in, federation, service_provider):
    browser = Browser()
    finished = complete_sign_in(browser=browser)
    assert finished.page.status == 200
    assertion = finished.assertion
    request = LogoutRequest(
        "_forged", federation.entity_id, assertion.name_id, (assertion.session_index,)
    )
    stranger = SigningKey.from_pem(*new_signing_certificate("stranger", federation.clock.now()))
    carried = send_logout_request(
        request,
        to=SingleLogoutService(f"{service_provider.url}slo", REDIRECT),
        relay_state="x",
        now=federation.clock.now(),
        key=stranger,
    )
    assert browser.get(carried.address).status == 400
    assert browser.get(carried.address.partition("&SigAlg=")[0]).status == 400
    assert service_provider.has_session(browser)


def test_other_sites_cannot_begin_a_log_out(complete_sign_in, service_provider):
    browser = Browser()
    assert complete_sign_in(browser=browser).page.status == 200
    url, evil = f"{service_provider.url}logout", {"Origin": "https://evil.example"}
    browser.session.post(url, headers=evil, timeout=NET_SECONDS)
    assert service_provider.has_session(browser)


def test_an_answer_that_nobody_awaits_is_shown_as_such(complete_sign_in, service_provider):
    browser = Browser()
    assert complete_sign_in(browser=browser).page.status == 200
    page = service_provider.sign_out(browser, "redirect").page
    assert "not outstanding" not in page.html
    assert "not outstanding" in browser.get(page.url).html


def links(page) -> set[str]:
    return set(html.fromstring(page.html).xpath("//nav//a/@href"))


def test_each_page_leads_to_each_step(complete_sign_in, service_provider):
    stranger = Browser()
    assert {"/", "/metadata"} <= links(stranger.get(service_provider.url))
    assert "/assertion" not in links(stranger.get(service_provider.url))

    browser = Browser()
    finished = complete_sign_in(browser=browser)

    assert {"/", "/assertion", "#signOutForm", "/metadata"} <= links(finished.page)
    assert "signOut" in finished.page.ids()
    assert "signOut" in browser.get(f"{service_provider.url}/assertion").ids()


def test_the_page_after_a_sign_in_signs_out(complete_sign_in, service_provider):
    browser = Browser()
    finished = complete_sign_in(browser=browser)
    [form] = [each for each in finished.page.forms if each.id == "signOutForm"]

    page = browser.submit(form, binding="redirect")

    assert page.text("status") == "Success"
    assert "signOut" not in browser.get(service_provider.url).ids()
