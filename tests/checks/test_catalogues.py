"""The check of translations finds what is missing or left over; the build refuses wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from checks import catalogues
from checks.catalogues import DOMAINS, LANGUAGES, Domain, find, texts_of, update
from checks.unmarked_texts import unmarked_texts
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


def head_of(file):
    return file.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()


def test_an_update_keeps_how_plurals_are_made_and_no_dates(tree):
    update(tree)
    assert head_of(tree / "locale/de/LC_MESSAGES/d.po") == [
        'msgid ""',
        'msgstr ""',
        r'"Language: de\n"',
        r'"Plural-Forms: nplurals=2; plural=(n != 1);\n"',
        r'"Content-Type: text/plain; charset=utf-8\n"',
        r'"Content-Transfer-Encoding: 8bit\n"',
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_our_own_catalogues_have_such_a_head(domain, language):
    head = head_of(catalogues.path_of(ROOT, domain, language))
    assert len(head) == 6
    assert head[3] == rf'"Plural-Forms: {Catalog(locale=language).plural_forms}\n"'


def test_texts_of_sentences_and_those_that_a_page_marks_are_found(tree, monkeypatch):
    (tree / "code.py").write_text('a = mark("Five")\nb = sentence("Six {x}", x=1)\n')
    (tree / "more.py").write_text('c = counted("{number} node", "{number} nodes", 7)\n')
    domain = Domain("d", "locale", ("templates",), {}, marking=(".",), saying=(".",))

    plural = ("{number} node", "{number} nodes")
    assert set(texts_of(tree, domain)) == {"One", "Two", "Five", "Six {x}", plural}


def test_a_sentence_that_is_no_literal_is_refused(tree):
    (tree / "code.py").write_text("a = sentence(text)\n")
    with pytest.raises(LookupError, match="literal"):
        texts_of(tree, Domain("d", "locale", (), {}, saying=(".",)))


def test_a_template_that_another_domain_names_is_left_to_it(tree, monkeypatch):
    (tree / "templates" / "b.html").write_text("{{ _('Other') }}")
    domains = [Domain("a", "a", ("templates",), {}), Domain("b", "b", ("templates/b.html",), {})]
    monkeypatch.setattr(catalogues, "DOMAINS", domains)
    assert [sorted(texts_of(tree, each)) for each in domains] == [["One", "Two"], ["Other"]]


def test_a_text_of_a_further_fallback_is_not_translated_twice(tree, monkeypatch):
    domains = [
        Domain("a", "a", ("templates",), {}, fallback="b"),
        Domain("b", "b", (), {}, fallback="c"),
        Domain("c", "c", (), {"code.py": ("THREE",)}),
    ]
    (tree / "templates" / "a.html").write_text("{{ _('One') }}{{ _('Three') }}")
    monkeypatch.setattr(catalogues, "DOMAINS", domains)
    assert list(texts_of(tree, domains[0])) == ["One"]


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Bare</p>", ["1: not marked: 'Bare'"]),
        ("<p>\n{{ x }} and {{ y }}</p>", ["1: not marked: 'and'"]),
        ("{% if a %}\n<a title='Bare'></a>{% endif %}", ["2: not marked: 'Bare'"]),
        ("<p>{{ _('Marked') }} <code>command</code> UTC 20348</p>", []),
        ("<p>{% trans a=b %}Marked {{ a }}{% endtrans %}</p>", []),
        ("{# Bare #}<script>bare()</script><p class='bare'>–</p>", []),
    ],
)
def test_texts_of_templates_that_are_not_marked_are_found(tmp_path, template, found):
    (tmp_path / "a.html").write_text(template)
    assert list(unmarked_texts(tmp_path, [tmp_path / "a.html"])) == [
        f"a.html:{each}" for each in found
    ]


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
