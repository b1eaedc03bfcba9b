"""Error and request value in, answer value out: SAML statuses, and error pages."""

from __future__ import annotations

import pytest
from support.browsers.direct_browser import ADDRESS, fields_of, web_request

from adapter.errors import TallystickError, Unavailable
from idp.saml import uris
from idp.saml.refusal import Refused
from idp.session.seal import SealBroken
from idp.signin import errors
from idp.signin.host import build_host

STATUS = (uris.RESPONDER, uris.NO_PASSIVE)


@pytest.fixture
def answer(federation):
    host = build_host(federation.services)
    return host.errors.answer


def for_service_provider(sp) -> Refused:
    refused = Refused("The sign-in needs the user", code="no_passive", status=STATUS)
    return refused.for_service_provider(
        issuer=sp.entity_id,
        acs_url="https://sp.example.test/acs",
        in_response_to="_request",
        relay_state="there",
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.no_handler(), 404, "MSIS7065"),
        (errors.denied("a@example.test", "Wiki"), 403, "MSIS5007"),
        (errors.answered_already(), 400, "request_replayed"),
        (SealBroken(), 400, "MSIS7001"),
    ],
)
def test_a_refusal_is_a_page_and_one_line(error, status, code, answer, lines):
    request = web_request(headers={"User-Agent": "<b>"}, cookies={"a": "b"})
    page = answer(error, request)

    (line,) = lines.all()
    assert (page.status, line["code"]) == (status, code)
    assert (line["activity_id"], line["client_ip"]) == (request.activity.id, ADDRESS)
    text = page.body.decode()
    for shown in (request.activity.id, f"{code}:", "srv2022", "enabled", "&lt;b&gt;"):
        assert shown in text


def test_a_service_provider_gets_a_status_once(sp, answer, federation, lines):
    request = web_request()
    page = answer(for_service_provider(sp), request)

    assert page.status == 200
    assert fields_of(page)["RelayState"] == "there"
    (row,) = federation.log
    assert (row.event_id, row.trust, row.outcome) == (1201, sp.entity_id, "no_passive")
    assert (row.activity_id, row.client_ip, row.node) == (request.activity.id, ADDRESS, "srv2022")

    again = answer(for_service_provider(sp), web_request())
    assert (again.status, "request_replayed" in again.body.decode()) == (400, True)
    assert [row.outcome for row in federation.log] == ["no_passive", "request_replayed"]


def test_an_outage_may_be_retried_and_its_cause_is_only_logged(answer, lines):
    page = answer(Unavailable("The disk is full", code="store_unavailable"), web_request())

    assert (page.status, page.header("Retry-After")) == (503, "5")
    assert "disk" not in page.body.decode()
    (line,) = lines.all()
    assert (line["event"], line["problem"]) == ("unavailable", "The disk is full")


def test_any_other_error_ends_the_sign_in_and_its_cause_is_only_logged(answer, lines, federation):
    page = answer(TallystickError("The key is gone", code="no_key"), web_request())

    assert (page.status, "MSIS7012" in page.body.decode()) == (400, True)
    assert "key" not in page.body.decode()
    (line,) = lines.all()
    assert (line["event"], line["code"]) == ("sign_in_failed", "no_key")
    (row,) = federation.log
    assert (row.outcome, row.detail) == ("MSIS7012", "no_key: The key is gone")


def test_the_page_is_shown_without_a_node_too(answer, federation):
    federation.services.farm.remove("srv2022")
    assert "unknown" in answer(errors.no_handler(), web_request()).body.decode()
