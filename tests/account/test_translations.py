"""Every page of ``/account/`` in the pseudo-locale: no text is left untranslated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from support.languages.account_walk import Walk, walk_through
from support.languages.untranslated import untranslated

from idp import account as host
from idp.account.frame import Refused
from idp.account.texts import REFUSALS, refusal_sentence

TEMPLATES = Path(host.__file__).parent / "templates"
PARTS = {"layout.html", "parts.html"}
VALUES = (
    r"\S+@\S+|localhost:\d+|https?://\S+|\d{4}-\d\d-\d\d|\b\d+\b|Terminal|Maker Model|"
    r"tallystick \S+ \S+ \S+"
)
SECRETS = "//*[@id='secret'] | //*[@id='activityId'] | //*[@id='errorCode'] | //*[@id='typed']"


def left_in_english(page: str) -> list[str]:
    document = html.document_fromstring(page)
    for node in document.xpath(SECRETS):
        node.text = ""
    return untranslated(html.tostring(document, encoding="unicode"), VALUES)


@pytest.mark.usefixtures("pseudo_german")
def test_every_page_is_translated(federation, account, sp):
    walk = walk_through(federation, account, sp, Walk())

    ours = {each.relative_to(TEMPLATES).as_posix() for each in TEMPLATES.rglob("*.html")}
    assert {each for each in ours if Path(each).name not in PARTS} - walk.templates == set()
    left = [(url, left_in_english(page)) for url, page in walk.pages]
    assert [(url, texts) for url, texts in left if texts] == []


def test_a_refusal_is_a_sentence_of_ours_and_in_english_the_errors_own(pseudo_german):
    error = Refused("The form is not one of this session", "Load the page again", code="csrf")
    assert refusal_sentence(error) == "The form is not one of this session. Load the page again."


def test_every_code_that_pages_refuse_with_has_a_sentence():
    source = "".join(each.read_text() for each in Path(host.__file__).parent.rglob("*.py"))
    codes = set(re.findall(r'code="(\w+)"', source)) - {"passkey_not_allowed"}
    assert codes <= REFUSALS.keys()
