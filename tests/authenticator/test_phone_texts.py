"""The phone page in languages: all of its texts come from the catalogues, the API stays English."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
import requests
from lxml import html
from support.languages.untranslated import untranslated
from support.nets import NET_SECONDS

from idp.authenticator import phone_texts
from idp.authenticator.phone_texts import OUTCOMES, PROBLEMS, TEXTS
from idp.notices.occasions import DEVICES, OCCASIONS
from idp.web.http_status import STATUS
from idp.web.languages import COOKIE, LANGUAGES

SCRIPTS = {
    file.name: file.read_text()
    for file in sorted((Path(phone_texts.__file__).parent / "static").glob("*.js"))
}
HEADER = "`Tallystick device="
"""The beginning of a header, no text."""
CODE = {name: re.sub(r"(?m)(^|\s)//.*$", "", script) for name, script in SCRIPTS.items()}


def fetched(host, path="", language="de", **cookies):
    address = f"{host.url}/authenticator/{path}"
    headers = {"Accept-Language": language}
    return requests.get(address, headers=headers, cookies=cookies, timeout=NET_SECONDS)


def texts_in(page):
    return json.loads(html.document_fromstring(page).get_element_by_id("texts").text)


def sentences_in(code):
    """Return the strings that begin with a capital letter and have several words."""
    found = re.findall(r"""['"`>][A-Z][\w’-]* [^'"`]*['"`<]""", code)
    return [text for text in found if not text.startswith(HEADER)]


def strings(value):
    if isinstance(value, str):
        return [value]
    return [text for each in value.values() for text in strings(each)]


@pytest.mark.usefixtures("pseudo_german")
def test_no_text_of_the_page_and_its_scripts_is_left_untranslated(phone_host):
    page = fetched(phone_host).text
    commands = "tallystick phone|tallystick user activate NAME|123 456 789"
    assert untranslated(page, commands) == []
    assert [text for text in strings(texts_in(page)) if not text.startswith("⟦")] == []


@pytest.mark.usefixtures("pseudo_german")
def test_the_manifest_has_the_language(phone_host):
    manifest = fetched(phone_host, "manifest.webmanifest").json()
    assert (manifest["lang"], manifest["dir"]) == ("de", "ltr")
    assert manifest["description"].startswith("⟦")


@pytest.mark.parametrize("language", [each.tag for each in LANGUAGES])
def test_the_page_is_in_the_language_that_was_chosen_or_else_the_browsers(phone_host, language):
    by_browser = fetched(phone_host, language=language)
    chosen = fetched(phone_host, language="fr", **{COOKIE: language})
    assert by_browser.text == chosen.text
    assert f'<html lang="{language}" dir="ltr">' in chosen.text


@pytest.mark.parametrize("language", [each.tag for each in LANGUAGES])
def test_the_worker_keeps_the_page_of_the_language_that_was_chosen(phone_host, language):
    """It fetches the page without the cookie, so it names the language itself."""
    worker = fetched(phone_host, "sw.js", language="fr", **{COOKIE: language}).text
    named = re.search(r"const LANGUAGE = (.*?);", worker)[1]
    page = fetched(phone_host, language=json.loads(named)).content
    assert hashlib.sha256(page).hexdigest() in worker


def test_every_text_is_used_by_a_script_and_every_text_used_is_there():
    everything = "\n".join(CODE.values())
    used = set(re.findall(r"'(\w+)'", everything))
    assert TEXTS.keys() <= used
    assert set(re.findall(r"\btext\('(\w+)'", everything)) <= TEXTS.keys()
    assert set(re.findall(r"#tell\('(\w+)'", everything)) <= OUTCOMES.keys()


@pytest.mark.parametrize("name", CODE)
def test_no_script_has_a_text_of_its_own(name):
    assert sentences_in(CODE[name]) == []


def test_the_check_finds_a_text_in_a_script():
    with_text = CODE["app.js"] + "announce('The phone is here');"
    assert sentences_in(with_text) == ["'The phone is here'"]


def test_values_in_texts_are_those_that_scripts_fill_in():
    everything = "\n".join(CODE.values())
    of_accounts = {"user"}  # whole accounts are passed
    for text in TEXTS.values():
        for value in set(re.findall(r"\{(\w+)\}", text)) - of_accounts:
            assert re.search(rf"\b{value}\b", everything), text


def test_every_problem_is_a_code_of_the_api():
    others = {"already_answered", "broker_needs_ios", "device_cannot_match", "no_app_for_watchos",
              "too_many_methods"}  # fmt: skip
    assert PROBLEMS.keys() <= STATUS.keys() | others


def test_the_api_answers_in_english_whatever_the_browser_speaks(phone_host):
    answer = fetched(phone_host, "api/account", **{COOKIE: "ja"}).json()
    assert answer["problem"] == "The call is not signed by a phone"


def test_a_notice_names_the_platform_by_which_the_page_translates_it(phone_host):
    first = phone_host.phone()
    phone_host.phone(name="second", platform="ios")
    (notice,) = first.notices()
    assert notice.sent["occasion"] in OCCASIONS
    assert notice.sent["platform"] in DEVICES
    assert notice.sent["text"] == "An Authenticator app (iOS) was added to your account."
