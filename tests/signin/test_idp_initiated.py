"""A sign-in that begins here: by the trust's name, by a RelayState of two levels, or by choice."""

from __future__ import annotations

import re

import pytest
from support.service_providers.metadata_parts import metadata
from support.service_providers.service_provider import two_levels

from idp.config.schema import SignInSection
from idp.signin import endpoints

pytestmark = pytest.mark.each_database


@pytest.fixture
def page_of(federation):
    def page_of(suffix: str, query: str):
        return f"{federation.url}/adfs/ls/idpinitiatedsignon{suffix}?{query}"

    return page_of


@pytest.mark.parametrize("suffix", [".aspx", ".htm", ""])
@pytest.mark.parametrize("name", ["loginToRp", "LoginToRP", "logintorp"])
def test_the_trust_may_be_named(suffix, name, page_of, federation, easy):
    finished = federation.sign_in(page_of(suffix, f"{name}={easy.entity_id}")).finish()

    assert finished.assertion.audiences == (easy.entity_id,)
    assert finished.relay_state is None


def test_the_answer_refers_to_no_request(federation, easy):
    finished = federation.sign_in(easy.initiated_url("there")).finish()

    assert finished.received.in_response_to == finished.assertion.in_response_to == ""
    assert finished.relay_state == "there"


@pytest.mark.parametrize("target", ["https://sp.example.test/a?b=c&d=e", "ü & <b>", ""])
def test_a_relay_state_of_two_levels_names_the_trust_and_the_target(
    target, page_of, federation, easy
):
    url = page_of(".aspx", f"RelayState={two_levels(easy.entity_id, target)}")

    finished = federation.sign_in(url).finish()

    assert finished.assertion.audiences == (easy.entity_id,)
    assert finished.relay_state == target


def test_without_a_name_a_user_who_has_signed_in_chooses(federation, easy, page_of, phone):
    """Nobody is sent a push for looking at the list."""
    browser = federation.sign_in(easy.url()).browser

    page = browser.get(page_of(".aspx", ""))

    assert page.status == 200
    assert "loginToRp=https%3A//sp.example.test/metadata" in page.html
    assert not phone.pending()


@pytest.mark.parametrize("query", ["", "RelayState=somewhere", "after=0", "after=1&x=y"])
def test_a_stranger_is_told_of_no_trust(query, federation, easy, page_of):
    page = federation.browser().get(page_of(".aspx", query))

    assert (page.status, "passwordInput" in page.html) == (200, True)
    assert "sp.example.test" not in page.html


@pytest.mark.parametrize("rule", ["never", "default", "always"])
def test_a_stranger_signs_in_and_is_led_to_the_list(rule, federation, easy, page_of, phone):
    federation.services.policy.set_second_factor(rule)
    user, browser = federation.user, federation.browser()
    form = browser.get(page_of(".aspx", "")).form

    page = browser.submit(form, UserName=user.name, Password=user.password)
    if rule != "never":
        phone.approve(number=page.text("validEntropyNumber"))
        page = browser.submit(page.form)

    assert page.url == page_of(".aspx", "").rstrip("?")
    assert easy.entity_id in page.text("workArea")
    assert "SAMLResponse" in browser.get(easy.initiated_url()).html


def test_a_client_may_sign_in_to_the_list_without_an_earlier_get(federation, easy, page_of):
    federation.services.policy.set_second_factor("never")
    fields = {"UserName": federation.user.name, "Password": federation.user.password}
    page = federation.browser().post(page_of(".aspx", ""), fields)
    assert easy.entity_id in page.text("workArea")


def test_a_disabled_trust_is_not_offered(federation, easy, page_of):
    browser = federation.sign_in(easy.url()).browser
    easy.set(enabled="false")

    page = browser.get(page_of(".aspx", ""))

    assert page.text("workArea").startswith("Sign in to an application")
    assert easy.entity_id not in page.html
    assert browser.get(easy.initiated_url()).status == 400


def test_the_list_has_pages(federation, easy, page_of, monkeypatch):
    for number in range(4):
        federation.add_service_provider(metadata(f"https://sp{number}.example.test"))
    federation.services.trusts.change_from_text("https://sp1.example.test", {"enabled": "false"})
    monkeypatch.setattr(endpoints, "CHOICES_ON_PAGE", 2)
    browser = federation.sign_in(easy.url()).browser

    page, seen = browser.get(page_of(".aspx", "")), []
    assert "firstPage" not in page.html
    while True:
        seen += re.findall(r"loginToRp=https%3A//([a-z0-9.]*)", page.html)
        following = re.search(r'id="nextPage" href="([^"]*)"', page.html)
        if following is None:
            break
        page = browser.get(federation.url + following[1])

    assert seen == [f"{name}.example.test" for name in ("sp", "sp0", "sp2", "sp3")]
    assert "firstPage" in page.html


@pytest.mark.parametrize("after", ["x", "-1", "9" * 19, "9" * 40, "%D9%A1", "1&after=2", ""])
def test_any_place_in_the_list_is_answered(after, federation, easy, page_of):
    browser = federation.sign_in(easy.url()).browser
    assert browser.get(page_of(".aspx", f"after={after}")).status in (200, 400)


@pytest.mark.parametrize(
    "query",
    [
        "loginToRp=urn:nobody",
        "loginToRp=",
        "loginToRp=%00",
        "loginToRp=<script>alert(1)</script>",
        f"RelayState={two_levels('urn:nobody', 'x')}",
    ],
)
def test_a_trust_that_there_is_not_is_refused(query, page_of, federation, lines):
    page = federation.browser().get(page_of(".aspx", query))

    assert (page.status, lines.refusals()) == (400, ["MSIS7007"])
    assert "<script>alert" not in page.html


@pytest.mark.parametrize("second", ["loginToRp=b", "LOGINTORP=b", "RelayState=x&relaystate=y"])
def test_a_name_given_twice_is_refused(second, page_of, federation, easy, lines):
    page = federation.browser().get(page_of("", f"loginToRp={easy.entity_id}&{second}"))

    assert (page.status, lines.refusals()) == (400, ["duplicate_parameter"])


def test_a_relay_state_that_names_nothing_leads_to_the_choice(page_of, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    for relay_state in ("somewhere", "a%3Db", "%26".join(["a%3Db"] * 20), "%ff"):
        page = browser.get(page_of(".aspx", f"RelayState={relay_state}"))
        assert page.text("workArea").startswith("Sign in to an application")


@pytest.mark.parametrize("suffix", [".aspx", ".htm", ""])
def test_switched_off_as_it_is_by_default_the_page_has_no_handler(
    suffix, page_of, reconfigured, easy
):
    client = reconfigured(sign_in=SignInSection())
    answer = client.get(f"/adfs/ls/idpinitiatedsignon{suffix}?loginToRp={easy.entity_id}")

    assert answer.status_code == 404
    assert "MSIS7065" in answer.text


def test_relay_state_may_be_switched_off_alone(reconfigured, easy):
    client = reconfigured(
        sign_in=SignInSection(idp_initiated=True, idp_initiated_relay_state=False)
    )
    page = "/adfs/ls/idpinitiatedsignon.aspx"

    by_relay_state = client.get(f"{page}?RelayState={two_levels(easy.entity_id, 'x')}")
    by_name = client.get(f"{page}?loginToRp={easy.entity_id}")

    assert (by_relay_state.status_code, by_name.status_code) == (404, 200)
    assert "MSIS7065" in by_relay_state.text
