"""Faulty responses: sent once, marked everywhere, and only by a server for testing."""

from __future__ import annotations

import dataclasses

import pytest
from support.tools.threads import at_once

from idp.config.testing import TestingSection
from idp.management import faults
from idp.saml_faults.errors import FaultNotPossible, FaultsNotAllowed


@pytest.fixture
def easy_sp(federation, service_provider):
    """The test service provider, whose users need no second factor."""
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    return service_provider


def test_the_next_sign_in_has_the_fault_and_the_one_after_it_has_none(federation, easy_sp):
    fault = federation.faults.next(easy_sp, "audience_wrong")
    browser = federation.browser()
    faulty = federation.sign_in(easy_sp.login_url(), browser=browser)
    refused = faulty.finish().page

    assert fault.correct == "refuse"
    assert refused.status == 403
    assert not easy_sp.has_session(browser)
    assert federation.sign_in(easy_sp.login_url(), browser=browser).finish().page.status == 200
    assert easy_sp.has_session(browser)


@pytest.mark.saml_fault("audience_wrong")
def test_the_marker_sets_the_fault_of_the_first_sign_in(federation, service_provider, phone):
    signing_in = federation.sign_in(service_provider.login_url())
    phone.approve(signing_in.number)

    assert signing_in.finish().page.status == 403


def test_a_faulty_response_is_marked_in_id_header_page_log_and_sign_in_log(
    federation, easy_sp, noted_lines
):
    federation.faults.next(easy_sp, "xsw3")
    faulty = federation.sign_in(easy_sp.login_url())
    finished = faulty.finish()

    assert b'ID="_fault-xsw3-' in finished.xml
    assert faulty.page.headers["X-Tallystick-Fault"] == "xsw3"
    assert "xsw3" in faulty.page.text("fault")
    [row] = [each for each in federation.log if each.outcome == "faulty_response"]
    assert (row.detail, row.user, row.event_id) == ("fault=xsw3", "user@example.test", 1200)
    [line] = [each for each in noted_lines.all if each["event"] == "faulty_response"]
    assert (line["fault"], line["set_by"]) == ("xsw3", "pytest")


def test_of_parallel_sign_ins_one_gets_the_fault(federation, easy_sp):
    started = [federation.sign_in(easy_sp.login_url()).browser for _ in range(4)]
    federation.faults.next(easy_sp, "audience_wrong")

    pages = at_once(4, lambda number: started[number].open(easy_sp.login_url()))

    marked = [page for page in pages if "X-Tallystick-Fault" in page.headers]
    assert len(marked) == 1


def test_the_response_of_the_sign_in_before_is_sent_again(federation, easy_sp):
    federation.faults.next(easy_sp, "response_replayed")
    first = federation.sign_in(easy_sp.login_url()).finish()
    assert first.page.status == 200

    second = federation.sign_in(easy_sp.login_url()).finish()

    assert second.xml == first.xml
    assert second.page.status == 403


def test_nobody_is_sent_the_response_of_somebody_else(federation, easy_sp):
    other = federation.add_user("other@example.test")
    federation.faults.next(easy_sp, "response_replayed")
    first = federation.sign_in(easy_sp.login_url()).finish()

    second = federation.sign_in(easy_sp.login_url(), other).finish()
    third = federation.sign_in(easy_sp.login_url(), other).finish()

    assert second.name_id == other.name
    assert third.xml == second.xml != first.xml


def test_a_response_by_redirect_is_sent_as_an_address(federation, easy_sp):
    federation.faults.next(easy_sp, "by_redirect")
    page = federation.sign_in(easy_sp.login_url()).page

    assert not easy_sp.has_session(federation.browser())
    assert "SAMLResponse" not in page.html


def test_a_log_out_request_without_a_signature_leaves_the_user_signed_in(federation, easy_sp):
    browser = federation.browser()
    federation.sign_in(easy_sp.login_url(), browser=browser).finish().page  # noqa: B018 - it signs in
    federation.faults.next(easy_sp, "log_out_unsigned")

    federation.sign_out(browser)

    assert easy_sp.has_session(browser)
    assert [each.detail for each in federation.log if each.outcome == "faulty_response"] == [
        "fault=log_out_unsigned"
    ]


def test_a_fault_that_the_trust_cannot_have_is_refused(federation, easy_sp):
    with pytest.raises(FaultNotPossible, match="not encrypted"):
        federation.faults.next(easy_sp, "encrypted_changed")


def test_a_fault_that_was_set_can_be_cleared(federation, easy_sp):
    federation.faults.next(easy_sp, "audience_wrong")
    federation.faults.clear(easy_sp)

    assert federation.sign_in(easy_sp.login_url()).finish().page.status == 200


@pytest.mark.parametrize("allows", [True, False], ids=["for-testing", "for-real-use"])
@pytest.mark.parametrize(
    "path",
    ["/adfs/ls/idpinitiatedsignon.aspx", "/adfs/ls/?x=1", "/admin/", "/authenticator/",
     "/account/reset/", "/nowhere", "/static/icon.svg"],
)  # fmt: skip
def test_every_answer_of_a_server_for_testing_says_so(path, allows, reconfigured, federation):
    client = reconfigured(testing=TestingSection(allow_faults=allows))
    answer = client.get(path, base_url=federation.url)

    assert answer.headers.get("X-Tallystick-Faults") == ("allowed" if allows else None)
    if answer.mimetype == "text/html":
        assert ("may send faulty responses" in answer.text) == allows


def test_a_server_for_real_use_sends_none_that_are_due(federation, easy_sp, served):
    federation.faults.next(easy_sp, "audience_wrong")
    served(testing=TestingSection())

    assert federation.sign_in(easy_sp.login_url()).finish().page.status == 200
    assert [each.code for each in federation.services.next_faults.due()] == ["audience_wrong"]


def test_a_server_for_real_use_sets_none(federation, easy_sp):
    services = federation.services
    config = services.config.model_copy(update={"testing": TestingSection()})

    with pytest.raises(FaultsNotAllowed):
        faults.set_next(dataclasses.replace(services, config=config), easy_sp.entity_id, "xsw1")
