"""Every page of ``/adfs/`` in the pseudo-locale: nothing is left untranslated, nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.languages.samples import SAMPLES, Request, logged_in
from support.languages.untranslated import untranslated
from werkzeug.datastructures import Headers

from idp import signin
from idp.web.error_page import SENTENCES as HTTP_SENTENCES
from idp.web.languages import Language
from idp.web.page_frame import TEMPLATES
from idp.web.page_texts import begin_language, page_language

VALUES = r"°[^°]*°|\b42\b|4 2|/(?:admin|Federation)\S*|tallystick sp add FILE"
"""The sample values, the number, addresses."""


@pytest.fixture
def german(pseudo_german):
    begin_language(Request())


def left_in_english(page: bytes) -> list[str]:
    return untranslated(page.decode(), VALUES)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_left_untranslated(name, german):
    assert left_in_english(SAMPLES[name]()) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_values_of_a_page_are_on_it_in_every_language(name, german):
    page = SAMPLES[name]()
    begin_language(Request(headers=Headers()))
    english = SAMPLES[name]()
    values = re.compile(r"°[^°]*°")
    shown = {value for value in values.findall(page.decode()) if value != "°problem°"}
    assert shown == {value for value in values.findall(english.decode()) if value != "°problem°"}


def test_the_check_finds_a_text_that_is_not_translated(german):
    page = SAMPLES["log in"]()
    assert left_in_english(page.replace(b"</main>", b"<p>Plain</p></main>")) == ["Plain"]
    assert left_in_english(page.replace(b"</main>", b"<img alt='Plain'></main>")) == ["Plain"]


def test_every_template_is_among_the_samples(german):
    own = {file.name for file in (Path(signin.__file__).parent / "templates").glob("*.html")}
    shared = {file.name for file in TEMPLATES.glob("*.html")}
    parts = {
        "page.html",
        "languages.html",
        "faults_allowed.html",
        "footer_links.html",
        "description.html",
        "activity_id.html",
        "back.html",
        "options.html",
    }
    parts |= {"sign_out_form.html", "connect_parts.html"}
    rendered = {
        "change_password.html", "choose.html", "error.html", "front.html",
        "last_page.html", "log_in.html", "passkey.html", "password_changed.html",
        "post_form.html", "second_factor.html", "sign_out.html", "signed_out.html",
        "signing_out.html", "trusts.html", "http_error.html",
    }  # fmt: skip
    assert (own | shared) - parts == rendered
    assert 404 in HTTP_SENTENCES


def test_a_page_says_its_language_and_its_direction(german):
    assert b'<html lang="de" dir="ltr">' in logged_in()
    page_language().choose(Language("ar", "العربية", "rtl"))
    assert b'<html lang="ar" dir="rtl">' in logged_in()
