"""A request comes in by either binding, and the answer goes out by HTTP-POST."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import DEFAULT_ACS_URL

from idp.saml.values import POST


@pytest.fixture(params=["redirect", "post"])
def ask(request, federation, easy):
    """Ask by one of the bindings, and give the password."""

    def by_redirect(browser=None, **given):
        key = easy.key if given.pop("signed", False) else None
        return federation.sign_in(easy.url(key=key, **given), browser=browser)

    def by_post(browser=None, **given):
        browser = browser or federation.browser()
        if given.pop("signed", False):
            given["sign"] = easy.key
        page = browser.post(easy.ls_url, easy.fields(**given))
        if page.form is not None and "UserName" in page.form.fields:
            user = federation.user
            page = browser.submit(page.form, UserName=user.name, Password=user.password)
        return federation.resume(browser, page)

    return by_redirect if request.param == "redirect" else by_post


def test_the_answer_is_posted_to_the_service_provider(ask, federation):
    finished = ask(ID="_mine").finish()

    assert finished.action == DEFAULT_ACS_URL
    assert finished.status == ("Success",)
    assert finished.name_id == federation.user.name
    assert finished.received.in_response_to == finished.assertion.in_response_to == "_mine"
    assert finished.assertion.recipient == DEFAULT_ACS_URL


def test_an_answer_has_no_relay_state_where_the_request_had_none(ask):
    assert set(ask().finish().fields) == {"SAMLResponse"}


@pytest.mark.parametrize("relay_state", ["", "a", "/page?a=b&c=d#e", "<b>'\"&amp;</b>", "ü€𝄞"])
def test_the_relay_state_comes_back_as_it_was(relay_state, ask):
    assert ask(relay_state=relay_state).finish().relay_state == relay_state


def test_a_signed_request_is_answered(ask):
    assert ask(signed=True).finish().status == ("Success",)


def test_a_session_is_enough_for_the_next_request(ask):
    first = ask()
    again = ask(browser=first.browser)
    assert again.is_finished
    assert again.finish().assertion.id != first.finish().assertion.id


def test_the_binding_that_the_answer_shall_take_may_be_named(ask):
    assert ask(ProtocolBinding=POST).finish().status == ("Success",)


def test_signed_requests_are_demanded_where_the_trust_says_so(ask, easy, lines):
    easy.set(signed_saml_requests_required="true")

    assert ask(signed=True).finish().status == ("Success",)
    assert ask().page.status == 400
    assert lines.refusals() == ["signature_required"]
