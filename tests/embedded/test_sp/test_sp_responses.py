"""Responses that the test service provider refuses, and what its page says of them."""

from __future__ import annotations

import base64

import pytest

from idp.embedded.browser import Browser


def test_a_changed_name_is_refused(complete_sign_in, federation):
    finished = complete_sign_in()
    finished.fields["SAMLResponse"] = _changed(
        finished.xml, federation.user.name, "admin@example.test"
    )
    page = finished.page
    assert page.status == 403
    assert "wrong" in page.text("assertion-signature")
    assert "pysaml2 refuses it" in page.text("objections")
    assert "user" not in page.ids()


def test_a_response_without_signatures_is_refused(complete_sign_in):
    finished = complete_sign_in()
    start = finished.xml.index(b"<ds:Signature ")
    end = finished.xml.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    bare = finished.xml[:start] + finished.xml[end:]
    finished.fields["SAMLResponse"] = base64.b64encode(bare).decode()
    assert finished.page.status == 403


def test_the_same_response_is_not_taken_twice(complete_sign_in):
    finished = complete_sign_in()
    assert finished.page.status == 200
    again = Browser().post(finished.action, finished.fields)
    assert again.status == 403
    assert "not outstanding" in again.text("objections")
    assert "used before" in again.text("objections")


def test_an_unsolicited_response_is_not_taken_twice(federation, service_provider, phone):
    sign_in = federation.sign_in(federation.idp_initiated_url(service_provider.entity_id))
    phone.approve(sign_in.number)
    finished = sign_in.finish()
    assert finished.page.status == 200
    assert "used before" in Browser().post(finished.action, finished.fields).text("objections")


def test_an_answer_to_a_request_of_another_is_refused(complete_sign_in, service_provider):
    finished = complete_sign_in()
    answered = finished.received.in_response_to
    finished.fields["SAMLResponse"] = _changed(finished.xml, answered, "id-of-nobody")
    assert "not outstanding" in finished.page.text("objections")


def test_an_answer_that_comes_late_is_refused(complete_sign_in, federation):
    finished = complete_sign_in()
    federation.clock.advance(2 * 3600)
    assert "not valid any more" in finished.page.text("objections")


def test_an_answer_from_the_future_is_refused(complete_sign_in, federation):
    finished = complete_sign_in()
    federation.clock.advance(-3600)
    assert "not valid yet" in finished.page.text("objections")


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"SAMLResponse": ""},
        {"SAMLResponse": "no base64!"},
        {"SAMLResponse": base64.b64encode(b"no XML").decode()},
        {"SAMLResponse": base64.b64encode(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").decode()},
        {"SAMLResponse": base64.b64encode(b"<a/>").decode()},
        {
            "SAMLResponse": base64.b64encode(
                b'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>'
            ).decode()
        },
    ],
)
def test_a_post_that_is_not_a_response_is_refused(posted, service_provider):
    page = Browser().post(service_provider.acs_url, posted)
    assert page.status in (400, 403)
    assert page.text("objections")


def test_a_refused_response_signs_nobody_in(complete_sign_in, service_provider):
    browser = Browser()
    finished = complete_sign_in(browser=browser)
    finished.fields["SAMLResponse"] = _changed(finished.xml, "</NameID>", "x</NameID>")
    assert finished.page.status == 403
    assert "user" not in browser.get(service_provider.url).ids()


def _changed(xml: bytes, old: str, new: str) -> str:
    assert old.encode() in xml
    return base64.b64encode(xml.replace(old.encode(), new.encode())).decode()
