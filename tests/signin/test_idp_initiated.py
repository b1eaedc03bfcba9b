"""A sign-in that begins here: by the trust's name, by a RelayState of two levels, or by choice."""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import two_levels

from idp.config.schema import SignInSection

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


def test_without_a_name_the_user_chooses(federation, easy):
    federation.services.trusts.change_from_text(easy.entity_id, {"enabled": "true"})
    page = federation.browser().get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")

    assert page.status == 200
    assert "loginToRp=https%3A//sp.example.test/metadata" in page.html


def test_a_disabled_trust_is_not_offered(federation, easy):
    easy.set(enabled="false")
    page = federation.browser().get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")

    assert easy.entity_id not in page.html
    assert federation.browser().get(easy.initiated_url()).status == 400


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
    for relay_state in ("somewhere", "a%3Db", "%26".join(["a%3Db"] * 20), "%ff"):
        page = federation.browser().get(page_of(".aspx", f"RelayState={relay_state}"))
        assert page.text("workArea").startswith("Sign in to an application")


@pytest.mark.parametrize("suffix", [".aspx", ".htm", ""])
def test_switched_off_the_page_has_no_handler(suffix, page_of, reconfigured, easy):
    client = reconfigured(sign_in=SignInSection(idp_initiated=False))
    answer = client.get(f"/adfs/ls/idpinitiatedsignon{suffix}?loginToRp={easy.entity_id}")

    assert answer.status_code == 404
    assert "MSIS7065" in answer.text


def test_relay_state_may_be_switched_off_alone(reconfigured, easy):
    client = reconfigured(sign_in=SignInSection(idp_initiated_relay_state=False))
    page = "/adfs/ls/idpinitiatedsignon.aspx"

    by_relay_state = client.get(f"{page}?RelayState={two_levels(easy.entity_id, 'x')}")
    by_name = client.get(f"{page}?loginToRp={easy.entity_id}")

    assert (by_relay_state.status_code, by_name.status_code) == (404, 200)
    assert "MSIS7065" in by_relay_state.text
