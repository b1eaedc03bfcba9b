"""Every page of the adapter against the page contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.adapters.entra_sign_in import (
    CODE,
    FAILED,
    REFUSED,
    UNPATCHED,
    WAITING,
    after_approval,
    begun,
    pages,
)
from support.users import ALICE

import adapter.entra_mfa
from adapter.contract import UPN, AuthenticationContext, Claim
from adapter.entra_mfa.page import ERRORS


@pytest.fixture
def a_page(mfa, device):
    mfa.phone = device
    return lambda make: make(mfa).page


@pages(WAITING, FAILED, REFUSED, CODE)
def test_every_page_has_what_clients_post_back(a_page, make):
    page = a_page(make)

    assert "Multi-Factor Authentication" in page.title
    assert page.form.tag == "form"
    assert page.form.get("method") == "post"
    assert page.form.get("action") == "%Action%"
    auth_method, context = page.one("authMethod"), page.one("context")
    assert dict(auth_method.attrib) == {
        "id": "authMethod",
        "type": "hidden",
        "name": "AuthMethod",
        "value": "%AuthMethod%",
    }
    assert dict(context.attrib) == {
        "id": "context",
        "type": "hidden",
        "name": "Context",
        "value": "%Context%",
    }
    assert page.form.xpath(".//input[@id='authMethod'] and .//input[@id='context']")
    assert page.one("instructions").tag == "p"
    assert page.one("instructions").text.strip()
    assert page.form.xpath(".//*[@id='errorText']")


@pages(WAITING, FAILED, REFUSED, CODE)
def test_every_input_has_a_name_and_every_id_is_there_once(a_page, make):
    page = a_page(make)

    assert not page.all("//input[not(@name)]")
    identifiers = page.all("//@id")
    assert len(identifiers) == len(set(identifiers))
    hosts_own = {"options", "optionSelection", "workArea", "mfaGreetingDescription"}
    assert not hosts_own & set(identifiers)


@pages(WAITING, FAILED, REFUSED, CODE)
def test_no_page_needs_what_the_content_security_policy_forbids(a_page, make):
    page = a_page(make)

    assert not page.all("//script | //style | //link | //@style")
    assert not [a for a in page.all("//@*") if a.attrname.startswith("on")]


@pages(WAITING, FAILED, REFUSED, CODE)
def test_every_page_can_be_used_without_script(a_page, make):
    page = a_page(make)

    usable = page.form.xpath(".//button[@type='submit']")
    assert usable or page.error, "a page without a button says why"


def test_number_match_shows_the_number_alone_and_speaks_it_digit_by_digit(adapter_sign_in):
    page = adapter_sign_in.begin()

    shown = page.one("validEntropyNumber")
    assert shown.tag == "p"
    assert len(shown) == 0
    assert shown.text == adapter_sign_in.started.number
    assert shown.text.isdigit()
    assert 10 <= int(shown.text) <= 99
    assert shown.get("aria-hidden") == "true"
    spoken = shown.getnext()
    assert "visually-hidden" in spoken.get("class")
    assert spoken.get("aria-hidden") is None
    assert " ".join(shown.text) in spoken.text_content()


def test_approve_deny_shows_no_number_anywhere(mfa, device):
    page = begun(mfa, UNPATCHED).page

    assert page.number is None
    assert not any(character.isdigit() for character in page.root.text_content())


@pages(FAILED, REFUSED)
def test_a_failed_request_has_a_reason_and_no_number(a_page, make):
    page = a_page(make)

    assert page.error
    assert page.number is None
    assert "visually-hidden" not in page.html


@pages(WAITING)
def test_while_the_phone_has_not_answered_the_error_is_there_and_empty(a_page, make):
    page = a_page(make)

    assert page.error == ""


@pages(WAITING, FAILED, REFUSED)
def test_a_code_is_asked_for_only_where_one_is_due(a_page, make):
    page = a_page(make)

    assert not page.has("verificationCodeInput")
    assert not page.all("//*[@name='VerificationCode' or @name='SignIn']")


@pages(CODE)
def test_the_code_page_has_the_field_and_the_button_that_clients_know(a_page, make):
    page = a_page(make)

    entry = page.one("verificationCodeInput")
    assert entry.tag == "input"
    assert entry.get("name") == "VerificationCode"
    assert entry.get("placeholder")
    assert page.buttons["SignIn"] == "Sign in"
    assert page.number is None
    assert page.all("//label[@for='verificationCodeInput']")


@pages(WAITING, FAILED, REFUSED, CODE)
def test_the_script_polls_only_while_an_answer_is_awaited(a_page, make):
    page = a_page(make)

    awaited = page.has("validEntropyNumber") or make is WAITING["approve or deny"]
    if make is after_approval:
        awaited = False
    assert page.state == ("pending" if awaited else "answered")


def test_the_style_and_the_scripts_of_the_page_are_in_the_package(adapter_sign_in):
    """All of them are on the page of a user with an iPhone of a broker flow."""
    adapter_sign_in.mfa.give_phone(platform="ios", app_version="6.5.85", broker=True)
    presentation = adapter_sign_in.node.begin_authentication(
        Claim(UPN, ALICE), adapter_sign_in.request, AuthenticationContext("a", "c")
    )
    static = Path(adapter.entra_mfa.__file__).with_name("static")

    files = {file.name for file in static.iterdir()}
    assert set(presentation.stylesheets) | set(presentation.scripts) == files


@pytest.mark.parametrize("outcome", sorted(ERRORS))
def test_every_error_is_a_sentence_without_markup(outcome):
    assert ERRORS[outcome].endswith(".")
    assert not set(ERRORS[outcome]) & set("<>&")
