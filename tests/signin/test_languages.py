"""Adapters speak the user's language, where they have it (RFC 9110 §12.5.4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from idp.adapters.languages import negotiate
from idp.adapters.lcids import tag_of
from idp.web.accept_language import MAX_RANGES

US, UK, DE, AT, CH, FR_FR, FR, EN, CN, TW, HANS, HANT = (
    1033, 2057, 1031, 3079, 2055, 1036, 12, 9, 2052, 1028, 4, 0x7C04,
)  # fmt: skip
ENTRA = "AzureMfaAuthentication"


@pytest.mark.parametrize(
    ("lcid", "tag"),
    [
        (US, "en-US"), (UK, "en-GB"), (DE, "de-DE"), (AT, "de-AT"), (CH, "de-CH"), (FR, "fr"),
        (EN, "en"), (CN, "zh-CN"), (HANS, "zh-Hans"), (HANT, "zh-Hant"), (0, ""), (-1, ""),
        (1, "ar"), (0x3FF, ""), (0x7FFFFFFF, ""), (4096, ""),
    ],
)  # fmt: skip
def test_an_lcid_is_a_language_tag(lcid, tag):
    assert tag_of(lcid) == tag


@pytest.mark.parametrize(
    ("header", "available", "found"),
    [
        # header                        available           found
        ("de-DE",                       (US, DE),           DE),
        ("DE-de",                       (US, DE),           DE),
        ("de",                          (US, AT, DE),       AT),
        ("de-AT",                       (US, DE, AT),       AT),
        ("de-AT",                       (US, DE),           DE),
        ("de-AT",                       (US, FR, DE),       DE),
        ("fr-CA",                       (US, FR),           FR),
        ("fr",                          (US, FR_FR),        FR_FR),
        ("fr;q=0.5, de;q=0.9",          (US, FR, DE),       DE),
        ("fr, de",                      (US, DE, FR),       FR),
        ("fr;q=0.5,de;q=0.5",           (US, DE, FR),       FR),
        ("ja, fr;q=0.1",                (US, FR),           FR),
        ("en-GB, en;q=0.8, de;q=0.9",   (DE, US),           US),
        ("zh-Hant-TW, zh;q=0.5",        (US, HANS, HANT),   HANT),
        ("zh-TW",                       (US, CN, TW),       TW),
        ("*",                           (DE, US),           DE),
        ("ja, *;q=0.1",                 (DE, US),           DE),
        ("en;q=0, *",                   (US, DE),           DE),
        ("en;q=0, en-GB",               (US, UK, DE),       UK),
        ("de;q=0",                      (DE, US),           US),
        ("*;q=0",                       (DE, US),           US),
        ("*;q=0, de",                   (US, DE),           DE),
        ("de;q=0.001",                  (US, DE),           DE),
        (" de ; q=0.9 , fr",            (US, DE, FR),       FR),
        # nothing that suits, or nothing that is a header
        ("",                            (DE, US),           US),
        ("",                            (DE, UK),           UK),
        ("",                            (DE, FR),           DE),
        ("ja",                          (DE, US),           US),
        ("de;q=2, de;q=-1, de;q=x",     (US, DE),           US),
        ("de;level=1",                  (US, DE),           US),
        ("d\x00e, <b>, 1031, -",        (US, DE),           US),
        ("de_DE",                       (US, DE),           US),
        ("x" * 2000 + ", de",           (US, DE),           US),
        ("ja," * MAX_RANGES + "de",    (US, DE),           US),
        ("de",                          (999_999, US),      US),
        ("de",                          (999_999,),         999_999),
        ("de",                          (),                 US),
    ],
)  # fmt: skip
def test_the_language_that_suits_best_is_found(header, available, found):
    assert negotiate(header, available) == found


@given(st.text(max_size=300), st.lists(st.integers(0, 70_000), min_size=1, max_size=10))
def test_one_of_the_available_languages_is_found_whatever_a_browser_sends(header, available):
    assert negotiate(header, tuple(available)) in available


def test_an_untidy_header_of_any_length_costs_little():
    assert negotiate("de-" * 300_000, (US, DE)) in (US, DE)


# On the pages


@pytest.fixture
def browser_in(federation):
    def browser(languages):
        made = federation.browser()
        made.session.headers["Accept-Language"] = languages
        return made

    return browser


@pytest.mark.parametrize(
    ("languages", "name", "description", "tag"),
    [
        ("de-AT, en;q=0.5", "Eine Frage", "Beantworten Sie sie.", "de-DE"),
        ("en", "A question", "Answer it.", "en-US"),
        ("fr", "Une question", "Answer it.", "fr"),
        ("ja", "A question", "Answer it.", "en-US"),
    ],
)
def test_the_choice_is_offered_in_the_users_language(
    languages, name, description, tag, enable, federation, sp, browser_in
):
    enable("Polyglot", ENTRA)
    page = federation.sign_in(sp.url(), browser=browser_in(languages)).page
    (button,) = html.document_fromstring(page.html).xpath("//button[@id='Polyglot']")
    assert (button.text, button.get("title")) == (name, description)
    assert button.xpath("ancestor::li/@lang") == [tag]


def test_an_adapter_without_the_language_offers_itself_in_english(
    enable, federation, sp, browser_in
):
    enable("Polyglot", ENTRA)
    page = federation.sign_in(sp.url(), browser=browser_in("it")).page
    (button,) = html.document_fromstring(page.html).xpath(f"//button[@id='{ENTRA}']/ancestor::li")
    assert button.get("lang") == "en-US"


@pytest.mark.parametrize(
    ("languages", "lcid", "title"),
    [
        ("de", 1031, "Mehrstufige Anmeldung"),
        ("fr-CA", 12, "Multi-Factor Authentication"),
        ("", 1033, "Multi-Factor Authentication"),
    ],
)
def test_the_pages_of_an_adapter_are_in_the_users_language(
    languages, lcid, title, enable, federation, sp, browser_in
):
    enable("Polyglot")
    sign_in = federation.sign_in(sp.url(), browser=browser_in(languages))
    for page in (sign_in.page, sign_in.poll(), sign_in.poll()):
        assert (page.title, page.text("instructions")) == (title, f"{lcid} {lcid}")
        form = html.document_fromstring(page.html).xpath("//form[@id='loginForm']")[0]
        assert form.xpath("ancestor::div/@lang") == [tag_of(lcid)]


def test_the_last_page_of_an_adapter_is_in_the_users_language(enable, federation, sp, browser_in):
    enable("Polyglot")
    sign_in = federation.sign_in(sp.url(), browser=browser_in("de"))
    page = sign_in.post(Answer="no")
    assert (page.title, page.text("instructions")) == ("Mehrstufige Anmeldung", "1031 1031")


def test_the_other_way_to_sign_in_is_named_in_the_users_language(
    enable, federation, sp, browser_in
):
    enable("Polyglot", ENTRA)
    sign_in = federation.sign_in(sp.url(), browser=browser_in("de"))
    page = sign_in.choose(ENTRA)
    assert page.text("Polyglot") == "Eine Frage"


def test_the_passphrase_adapter_speaks_german_to_a_german_browser(
    enable, federation, sp, browser_in
):
    name, config = "PassphraseAuthentication", b'question = "Tee?"\nanswer = "ja"'
    federation.services.providers.register(name, f"passphrase_adapter:{name}", config)
    enable(name, ENTRA)
    sign_in = federation.sign_in(sp.url(), browser=browser_in("de-CH, en;q=0.3"))
    assert sign_in.page.text(name) == "Eine Frage"
    sign_in.choose(name)
    assert sign_in.page.text("submitButton") == "Anmelden"
    assert sign_in.post(Answer="nein").error == "Das ist nicht die Antwort."
    sign_in.post(Answer="ja")
    assert sign_in.finish().status == ("Success",)
