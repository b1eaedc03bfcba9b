"""The check of translations finds what is missing or left over; the build refuses wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from checks import catalogues
from checks.catalogues import DOMAINS, LANGUAGES, Domain, find, texts_of, update
from hatch_build import faults

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("{{ _('One') }} {% trans %}Two{% endtrans %}")
    (tmp_path / "code.py").write_text('THREE = "Three"\nTABLE = {"a": "Four", "b": "Fi" "ve"}\n')
    domain = Domain("d", "locale", ("templates",), {"code.py": ("THREE", "TABLE")})
    monkeypatch.setattr(catalogues, "DOMAINS", (domain,))
    monkeypatch.setattr(catalogues, "LANGUAGES", ("de",))
    return tmp_path


def test_texts_of_templates_constants_and_tables_are_found(tree):
    assert sorted(texts_of(tree, catalogues.DOMAINS[0])) == ["Five", "Four", "One", "Three", "Two"]


def test_a_text_without_a_translation_and_one_that_is_gone_are_found(tree):
    update(tree)
    file = tree / "locale/de/LC_MESSAGES/d.po"
    translated = file.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Eins"')
    file.write_text(translated)
    (tree / "code.py").write_text('THREE = "Drei"\nTABLE = {}\n')
    assert list(find(tree)) == [
        "locale/de/LC_MESSAGES/d.po: no translation of 'Drei'",
        "locale/de/LC_MESSAGES/d.po: no translation of 'Two'",
        "locale/de/LC_MESSAGES/d.po: left over: 'Five'",
        "locale/de/LC_MESSAGES/d.po: left over: 'Four'",
        "locale/de/LC_MESSAGES/d.po: left over: 'Three'",
    ]
    update(tree)
    assert 'msgstr "Eins"' in file.read_text()


def test_a_second_update_changes_nothing(tree):
    update(tree)
    before = (tree / "locale/de/LC_MESSAGES/d.po").read_bytes()
    update(tree)
    assert (tree / "locale/de/LC_MESSAGES/d.po").read_bytes() == before


def test_our_own_catalogues_are_complete():
    assert list(find(ROOT)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS, ids=lambda each: each.name)
def test_our_own_catalogues_keep_placeholders_and_tags(domain, language):
    assert list(faults(catalogues.read(ROOT, domain, language))) == []


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Plain", "Mit %(x)s"),
        ("%(a)s here", "hier"),
        ("%(a)s here", "%(b)s hier"),
        ("{n} left", "noch {m}"),
        ("<b>%(a)s</b>", "<i>%(a)s</i>"),
        ("Half", "50 % davon"),
    ],
)
def test_a_translation_with_other_placeholders_or_tags_is_refused(text, translation):
    catalogue = Catalog(locale="de")
    catalogue.add(text, translation)
    assert list(faults(catalogue))


def test_the_order_of_placeholders_is_free():
    catalogue = Catalog(locale="de")
    catalogue.add("%(a)s of <b>%(b)s</b>", "<b>%(b)s</b>: %(a)s")
    assert list(faults(catalogue)) == []
