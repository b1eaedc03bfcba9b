"""A sign-in without Flask: request values in, answer values out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from support.browsers.direct_browser import ADDRESS, DirectBrowser, fields_of, web_request
from werkzeug.exceptions import MethodNotAllowed

from idp.config.schema import SignInSection
from idp.saml.refusal import Refused
from idp.session.seal import SealBroken
from idp.signin.destination import OwnPage
from idp.signin.host import build_host
from idp.signin.pending import PendingSignIn


@pytest.fixture
def host(federation):
    return build_host(federation.services)


@pytest.fixture
def browser(host):
    return DirectBrowser(host.endpoints.ls)


@pytest.fixture
def log_in(federation, browser):
    """Give name and password on the log-in page of an address; return the page that follows."""

    def log_in(url, password=None):
        user = federation.user
        form = {"UserName": user.name, "Password": password or user.password}
        return browser.post(url, fields_of(browser.get(url)) | form)

    return log_in


def number_on(page) -> str:
    return page.body.decode().partition('id="validEntropyNumber"')[2].partition(">")[2][:2]


def test_a_sign_in_with_a_phone_goes_from_request_values_to_an_answer_value(
    sp, phone, browser, log_in
):
    url = sp.url()
    page = log_in(url)
    phone.approve(number_on(page))
    answer = browser.post(url, fields_of(page) | {"AuthMethod": "AzureMfaAuthentication"})

    assert answer.status == 200
    assert "SAMLResponse" in fields_of(answer)
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert "sha256-" in answer.header("Content-Security-Policy")


def test_the_log_in_page_posts_to_the_address_of_its_request(federation, easy, browser):
    url = easy.url()
    page = browser.get(url).body.decode()
    assert 'action="/adfs/ls/?SAMLRequest=' in page
    assert f'action="{federation.url}/adfs/ls/?SAMLRequest=' in page
    assert browser.cookies == {}


def test_a_right_password_gives_a_session_whose_next_request_needs_no_page(easy, browser, log_in):
    assert "SAMLResponse" in fields_of(log_in(easy.url()))
    assert "SAMLResponse" in fields_of(browser.get(easy.url()))


def test_a_wrong_password_gives_the_log_in_page_again_and_no_cookie(easy, browser, log_in):
    page = log_in(easy.url(), password="wrong")
    assert "incorrect" in page.body.decode()
    assert browser.cookies == {}


def test_the_activity_id_of_a_sign_in_continues_on_all_its_requests(
    federation, easy, browser, log_in
):
    log_in(easy.url())
    (first,) = {request.activity.id for request in browser.requests}
    assert len(browser.requests) == 3
    assert {row.activity_id for row in federation.log} == {first}
    assert {row.client_ip for row in federation.log} == {ADDRESS}


def test_a_request_that_is_refused_raises_with_the_activity_id_of_its_sign_in(
    federation, easy, browser
):
    fields = fields_of(browser.get(easy.url()))
    federation.services.trusts.change_from_text(easy.entity_id, {"enabled": "false"})
    with pytest.raises(Refused):
        browser.post(easy.url(), fields | {"UserName": "a@example.test", "Password": "x"})
    first, second = (request.activity.id for request in browser.requests)
    assert first == second


def test_a_form_that_we_did_not_make_is_refused(browser):
    with pytest.raises(SealBroken):
        browser.post("/adfs/ls/", {"SamlSession": "made up"})


def test_head_uses_up_no_request(host, easy):
    query = easy.url().partition("?")[2]
    with pytest.raises(MethodNotAllowed):
        host.endpoints.ls(replace(web_request(query=query), method="HEAD"))


def test_the_sixth_token_of_a_browser_is_refused_as_a_loop(federation, easy):
    config = federation.services.config.model_copy(
        update={"sign_in": SignInSection(idp_initiated=True)}
    )
    host = build_host(replace(federation.services, config=config))
    browser, user = DirectBrowser(host.endpoints.ls), federation.user
    url = easy.url()
    browser.post(url, {"UserName": user.name, "Password": user.password})
    for _ in range(4):
        browser.get(easy.url())
    with pytest.raises(Refused) as refused:
        browser.get(easy.url())
    assert refused.value.code == "MSIS7042"


@pytest.fixture
def reads(federation, monkeypatch):
    """How often each of the two lists that name the enabled adapters was read."""
    counted = Counter()

    def count(target, name):
        read = getattr(target, name)

        def counting(self):
            counted[name] += 1
            return read(self)

        monkeypatch.setattr(target, name, counting)

    count(type(federation.services.providers), "by_name")
    count(type(federation.services.policy), "enabled_providers")
    return counted


ONCE = {"by_name": 1, "enabled_providers": 1}


def test_the_enabled_adapters_are_read_once_in_a_step(sp, phone, browser, log_in, reads):
    url = sp.url()
    page = log_in(url)
    assert reads == ONCE  # begin

    reads.clear()
    form = fields_of(page) | {"AuthMethod": "AzureMfaAuthentication"}
    page = browser.post(url, form)
    assert reads == ONCE  # the same page once more

    reads.clear()
    phone.approve(number_on(page))
    form["Context"] = fields_of(page)["Context"]
    assert "SAMLResponse" in fields_of(browser.post(url, form))
    assert reads == ONCE  # passed, and on to the token


def test_the_enabled_adapters_are_read_once_where_the_user_chooses(
    enable, federation, sp, browser, log_in, reads
):
    enable("Good", "AzureMfaAuthentication")
    reads.clear()
    page = log_in(sp.url())
    assert reads == ONCE

    reads.clear()
    context = page.body.decode().partition('name="Context" value="')[2].partition('"')[0]
    browser.post(sp.url(), {"Context": context, "AuthMethod": "Good"})
    assert reads == ONCE


def test_a_signed_in_request_reads_no_adapters(easy, browser, log_in, reads):
    log_in(easy.url())
    reads.clear()
    browser.get(easy.url())
    assert reads == {}


@pytest.fixture
def log_in_to_own_page(federation, browser):
    """Give name and password on the way to a page of our own, which has no trust."""

    def log_in_to_own_page(password=None):
        services, user = federation.services, federation.user
        now = services.clock.now()
        pending = PendingSignIn(OwnPage("/pages/"), now, "activity")
        sealed = pending.seal(services.sealer.purpose("saml-session"), now)
        form = {"UserName": user.name, "Password": password or user.password}
        return browser.post("/adfs/ls/", {"SamlSession": sealed} | form)

    return log_in_to_own_page


def test_a_sign_in_to_a_page_of_our_own_needs_no_trust(federation, browser, log_in_to_own_page):
    federation.services.policy.set_second_factor("never")

    answer = log_in_to_own_page()

    assert (answer.status, answer.header("Location")) == (303, "/pages/")
    assert "MSISAuth" in browser.cookies


def test_a_wrong_password_gives_the_log_in_page_of_our_own_page_again(
    browser, federation, log_in_to_own_page
):
    page = log_in_to_own_page("wrong")
    assert "incorrect" in page.body.decode()
    assert [row.trust for row in federation.log] == [""]

    federation.services.policy.set_second_factor("never")
    user = federation.user
    form = {"UserName": user.name, "Password": user.password}
    assert browser.post("/adfs/ls/", fields_of(page) | form).status == 303


def test_a_second_factor_on_the_way_to_a_page_of_our_own_counts_once(
    federation, phone, browser, log_in_to_own_page
):
    page = log_in_to_own_page()
    phone.approve(number_on(page))
    cookies = dict(browser.cookies)
    form = fields_of(page) | {"AuthMethod": "AzureMfaAuthentication"}

    answer = browser.post("/adfs/ls/", form)

    assert (answer.status, answer.header("Location")) == (303, "/pages/")
    browser.cookies.update(cookies)
    with pytest.raises(Refused) as refused:
        browser.post("/adfs/ls/", form)
    assert refused.value.code == "MSIS7001"


def test_a_session_is_enough_for_a_page_of_our_own(federation, browser, log_in_to_own_page):
    federation.services.policy.set_second_factor("never")
    log_in_to_own_page()
    services = federation.services
    pending = PendingSignIn(OwnPage("/pages/one"), services.clock.now(), "activity")
    sealed = pending.seal(services.sealer.purpose("saml-session"), services.clock.now())

    answer = browser.post("/adfs/ls/", {"SamlSession": sealed})

    assert (answer.status, answer.header("Location")) == (303, "/pages/one")
