"""The user's choice of a language: on every step of a sign-in, and kept in a cookie."""

from __future__ import annotations

import pytest
from lxml import html

from idp.embedded.page import Form

ELSEWHERE = {"Origin": "https://evil.example"}


def choose(browser, page, code: str):
    """Press the button of a language, without script: it posts the form it belongs to."""
    document = html.document_fromstring(page.html)
    (button,) = document.xpath("//button[@name='Language' and @value=$code]", code=code)
    (form,) = [each for each in page.forms if each.id == button.get("form")]
    return browser.submit(form, Language=code)


def language(page) -> str:
    return html.document_fromstring(page.html).get("lang")


def test_a_client_without_a_language_gets_english(federation, sp):
    page = federation.browser().get(sp.url())
    assert (language(page), page.title) == ("en", "Sign In")


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_the_sign_in_goes_on_in_the_language_chosen_on_the_log_in_page(binding, federation, sp):
    browser = federation.browser()
    page = browser.get(sp.url()) if binding == "redirect" else browser.post(sp.ls_url, sp.fields())
    page = choose(browser, page, "ja")
    assert (language(page), page.title) == ("ja", "サインイン")
    page = browser.submit(
        page.form, UserName=federation.user.name, Password=federation.user.password
    )
    assert (language(page), page.title) == ("ja", "多要素認証")
    assert page.text("validEntropyNumber")


def test_the_number_stays_when_the_language_changes_and_the_phone_gets_nothing_new(
    federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    number = sign_in.number
    page = choose(sign_in.browser, sign_in.page, "fr")
    assert page.title == "Authentification multifacteur"
    assert page.text("validEntropyNumber") == number
    assert len(phone.pending()) == 1


def test_a_choice_counts_more_than_the_browsers_language(federation, sp):
    browser = federation.browser()
    browser.session.headers["Accept-Language"] = "de"
    page = browser.get(sp.url())
    assert language(page) == "de"
    choose(browser, page, "es")
    assert language(browser.get(sp.url())) == "es"
    assert language(browser.get(f"{federation.url}/adfs/nothing")) == "es"


def test_a_page_that_cannot_show_itself_again_is_led_back_to(federation):
    browser = federation.browser()
    page = browser.get(f"{federation.url}/adfs/ls/?wrong=1")
    page = choose(browser, page, "de")
    assert (language(page), page.title) == ("de", "Fehler")
    assert page.url == f"{federation.url}/adfs/ls/?wrong=1"


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "", "x",
     "/ a", "/" + "a" * 20_000],
)  # fmt: skip
def test_no_choice_leads_to_another_host(address, federation):
    form = Form("", "", f"{federation.url}/adfs/language", "post", {"Return": address})
    answer = federation.browser().session.post(
        form.action, data={"Language": "de", "Return": address}, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_another_site_cannot_choose(federation, sp):
    session = federation.browser().session
    there = f"{federation.url}/adfs/language"
    refused = session.post(there, data={"Language": "de"}, headers=ELSEWHERE)
    assert refused.status_code == 403
    session.post(sp.ls_url, data={**sp.fields(), "Language": "de"}, headers=ELSEWHERE)
    assert "tallystick_language" not in session.cookies


def test_an_unknown_language_changes_nothing(federation):
    session = federation.browser().session
    session.post(f"{federation.url}/adfs/language", data={"Language": "xx", "Return": "/adfs/"})
    assert "tallystick_language" not in session.cookies
