"""Every page of ``/adfs/`` in the pseudo-locale: nothing is left untranslated, nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from support.languages.samples import SAMPLES, Request, logged_in
from werkzeug.datastructures import Headers

from idp import signin
from idp.web.error_page import SENTENCES as HTTP_SENTENCES
from idp.web.languages import Language
from idp.web.page_frame import TEMPLATES
from idp.web.page_texts import begin_language, page_language

DATA = re.compile(
    r"°[^°]*°|\b42\b|4 2|Tallystick|/(admin|Federation)\S*|tallystick sp add FILE|[\s():,.]+"
)
"""What is no text of ours: values, the number, addresses, and what stands between."""
SHOWN_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-done", "data-left")


@pytest.fixture
def german(pseudo_german):
    begin_language(Request())


def untranslated(page: bytes) -> list[str]:
    """Return what of a page's texts is neither in the pseudo-locale nor a value."""
    document = html.document_fromstring(page.decode())
    for node in document.xpath("//script | //style | //*[@class='languages'] | //*[@lang='en']"):
        node.drop_tree()
    texts = [" ".join(document.itertext())]
    texts += document.xpath(" | ".join(f"//@{name}" for name in SHOWN_ATTRIBUTES))
    left = (DATA.sub("", re.sub(r"⟦.*?⟧", "", text, flags=re.DOTALL)) for text in texts)
    return [text for text in left if text]


@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_left_untranslated(name, german):
    assert untranslated(SAMPLES[name]()) == []


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
    assert untranslated(page.replace(b"</main>", b"<p>Plain</p></main>")) == ["Plain"]
    assert untranslated(page.replace(b"</main>", b"<img alt='Plain'></main>")) == ["Plain"]


def test_every_template_is_among_the_samples(german):
    own = {file.name for file in (Path(signin.__file__).parent / "templates").glob("*.html")}
    shared = {file.name for file in TEMPLATES.glob("*.html")}
    parts = {
        "page.html",
        "languages.html",
        "footer_links.html",
        "description.html",
        "activity_id.html",
        "back.html",
        "options.html",
    }
    parts |= {"sign_out_form.html"}
    rendered = {
        "change_password.html", "choose.html", "error.html", "front.html", "last_page.html",
        "log_in.html", "passkey.html", "password_changed.html", "post_form.html",
            "second_factor.html",
        "sign_out.html", "signed_out.html", "signing_out.html", "trusts.html", "http_error.html",
    }  # fmt: skip
    assert (own | shared) - parts == rendered
    assert 404 in HTTP_SENTENCES


def test_a_page_says_its_language_and_its_direction(german):
    assert b'<html lang="de" dir="ltr">' in logged_in()
    page_language().choose(Language("ar", "العربية", "rtl"))
    assert b'<html lang="ar" dir="rtl">' in logged_in()
