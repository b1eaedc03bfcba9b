"""The pages of administration are in the language of the browser; REST stays English."""

from __future__ import annotations

import gettext

import pytest
from lxml import html
from support.servers.server_folder import BASE_URL

from adapter.sentences import counted, joined, sentence
from idp.admin.texts import DOMAIN
from idp.web.languages import COOKIE, LANGUAGES, language_of
from idp.web.page_texts import PageLanguage, _current, catalogue, translated

OVERVIEWS = {
    "en": "Overview", "de": "Übersicht", "fr": "Vue d’ensemble", "es": "Información general",
    "ja": "概要",
}  # fmt: skip


def see(administrator, path="/admin/", **headers):
    answer = administrator.client.get(path, base_url=BASE_URL, headers=headers)
    return html.document_fromstring(answer.text)


@pytest.mark.parametrize("tag", [each.tag for each in LANGUAGES])
def test_the_overview_is_in_the_language_of_the_browser(administrator, tag):
    page = see(administrator, Accept_Language=tag)

    assert page.get("lang") == tag
    assert page.findtext(".//h1") == OVERVIEWS[tag]
    assert page.xpath("//nav[@class='languages']/button[@aria-current]/@value") == [tag]


def test_a_language_is_chosen_on_the_page_and_the_same_page_comes_back(administrator):
    page = see(administrator, "/admin/users?q=a")
    (form,) = page.xpath("//form[@id='languageForm']")

    fields = {"Return": form.xpath("input/@value")[0], "Language": "fr"}
    answer = administrator.post(form.get("action"), fields)

    assert answer.location == "/admin/users?q=a"
    assert COOKIE in answer.headers["Set-Cookie"]
    assert see(administrator, answer.location, Accept_Language="de").get("lang") == "fr"


def test_rest_answers_in_english(administrator, script):
    problems = [each["problem"] for each in script("GET", "/admin/api/overview").json]
    assert "The farm has no node" in problems
    assert "Die Farm hat keinen Knoten." in see(administrator, Accept_Language="de").text_content()


def test_only_pages_of_administration_have_its_texts():
    german = language_of("de")
    assert catalogue(german).gettext("The farm has no node") == "The farm has no node"
    assert catalogue(german, DOMAIN).gettext("The farm has no node") != "The farm has no node"
    assert catalogue(german, DOMAIN).gettext("Cancel") == "Abbrechen"


@pytest.fixture
def german(monkeypatch):
    """A page whose catalogue has some forms of its own."""
    texts = {"{user} is {state}": "{state}: {user}", "locked": "gesperrt"}

    class Texts(gettext.NullTranslations):
        def gettext(self, message):
            return texts.get(message, message)

        def ngettext(self, one, more, number):
            return f"{number} Knoten" if number != 1 else "ein Knoten"

    monkeypatch.setattr(PageLanguage, "catalogue", Texts())
    _current.set(PageLanguage())


@pytest.mark.usefixtures("german")
def test_a_sentence_is_translated_with_its_values_and_keeps_them_as_they_are():
    said = sentence("{user} is {state}", user="locked", state=sentence("locked"))

    assert translated(said) == "gesperrt: locked"
    assert translated(joined("; ", ["locked", sentence("locked")])) == "locked; gesperrt"
    assert translated(counted("{number} node", "{number} nodes", 1)) == "ein Knoten"
    assert translated("locked") == "gesperrt"
    assert translated("") == ""
