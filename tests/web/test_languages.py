"""Which language a page has: the user's choice, else the browser's, else English."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string

from idp.web.app import harden
from idp.web.languages import ENGLISH, LANGUAGES, choose_language, language_of, with_choice


@pytest.mark.parametrize(
    ("chosen", "accepted", "tag"),
    [
        ("",    "",                           "en"),
        ("",    "it, nl",                     "en"),
        ("",    "de-AT, en;q=0.5",            "de"),
        ("",    "it, fr-CA;q=0.8, en;q=0.9",  "en"),
        ("",    "*",                          "en"),
        ("ja",  "de",                         "ja"),
        ("xx",  "de",                         "de"),
        ("../", "es",                         "es"),
    ],
)  # fmt: skip
def test_a_choice_counts_more_than_the_browsers_language(chosen, accepted, tag):
    assert choose_language(chosen, accepted).tag == tag


def test_a_choice_stands_before_the_browsers_languages():
    assert with_choice("ja", "de, en") == "ja, de, en"
    assert with_choice("ja", "") == "ja"
    assert with_choice("nonsense", "de") == "de"


def test_every_language_is_found_by_its_tag():
    assert [language_of(each.tag) for each in LANGUAGES] == list(LANGUAGES)
    assert LANGUAGES[0] is ENGLISH


def test_templates_of_every_host_know_the_language_and_escape_values():
    app = Flask(__name__)
    harden(app)
    text = "{{ page_language().language.tag }} {{ _('%(name)s is here', name=name) }}"
    app.add_url_rule("/", "page", lambda: render_template_string(text, name="<b>"))
    client = app.test_client()
    assert client.get("/").text == "en &lt;b&gt; is here"
    assert client.get("/", headers={"Accept-Language": "fr"}).text.startswith("fr ")
    client.set_cookie("tallystick_language", "ja")
    assert client.get("/", headers={"Accept-Language": "fr"}).text.startswith("ja ")
