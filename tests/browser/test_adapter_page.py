"""The page of a stranger's adapter in the host's look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD

QUESTION = b'question = "What do we drink at four?"\nanswer = "tea"\n'
AS_INPUT = '<input id="submitButton" type="submit" name="Submit" value="Sign in" />'
LOOK = """element => {
    const look = getComputedStyle(element);
    return [look.backgroundColor, look.color, look.borderRadius, look.paddingLeft, look.cursor,
            look.fontWeight, look.width === element.parentElement.clientWidth + "px"];
}"""


@pytest.fixture
def question_page(page, federation, sp):
    """The page that asks the stranger's question, after the password."""
    federation.services.providers.register(
        "Passphrase", "passphrase_adapter:PassphraseAuthentication", QUESTION
    )
    federation.services.providers.enable(["Passphrase", "AzureMfaAuthentication"])
    page.goto(sp.url())
    page.fill("#userNameInput", DEFAULT_NAME)
    page.fill("#passwordInput", DEFAULT_PASSWORD)
    page.click("#submitButton")
    page.click("#Passphrase")
    expect(page.locator("#answerInput")).to_be_visible()
    return page


def look_of(page, selector: str) -> list:
    return page.locator(selector).evaluate(LOOK)


def test_the_submit_button_of_a_stranger_is_the_primary_one(question_page, looks):
    looks(question_page, "stranger")

    submit, other = (look_of(question_page, each) for each in ("#submitButton", "#options button"))
    question_page.locator("#submitButton").evaluate("element => element.className = 'main'")
    assert look_of(question_page, "#submitButton") == submit
    assert submit[0] != other[0]
    assert not submit[-1]


def test_an_input_as_submit_button_looks_like_the_button(question_page):
    as_button = look_of(question_page, "#submitButton")
    question_page.locator("#submitButton").evaluate(
        "(element, html) => { element.outerHTML = html }", AS_INPUT
    )

    assert look_of(question_page, "#submitButton") == as_button


def test_a_wrong_answer_is_shown_as_an_error(question_page, looks):
    question_page.fill("#answerInput", "coffee")
    question_page.click("#submitButton")

    expect(question_page.locator("#errorText")).to_have_text(re.compile("That is not the answer"))
    looks(question_page, "stranger-wrong")
