"""Pages with gaps: a filled one is what its template renders, and nothing of another request."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from markupsafe import Markup
from support.languages.samples import Request

from idp.web import page_frame
from idp.web.filled_page import Gap, filled_page
from idp.web.languages import LANGUAGES
from idp.web.page_frame import begin_page
from idp.web.page_texts import page_language
from idp.web.theme.folder import read_theme
from idp.web.theme.theme import NO_THEME

TEXT = st.text(max_size=60) | st.text("\0\r\n<>&\"'{}% xyuser", max_size=12)
FRAMED = """
{% extends "page.html" %}{% block body %}
<p title="{{ user }}">{{ _('Sign in') }} {{ _('to continue to %(application)s', application=app) }}</p>
{% if user %}{{ user }}{{ app or "none" }}{% endif %}{{ many }}{% for each in some %}{{ each }}{% endfor %}
{% endblock %}
"""  # noqa: E501 - a line is a line of the page


def environment(**templates: str) -> Environment:
    loader = ChoiceLoader([DictLoader(templates), FileSystemLoader(page_frame.TEMPLATES)])
    made = Environment(loader=loader, autoescape=True)
    page_frame.install(made)
    return made


PAGES = environment(framed=FRAMED)


def fill(template: str, texts: dict[str, str], **choices: object) -> str:
    return filled_page(environment(page=template), "page", texts, choices).decode()


def framed(user: str = "user", app: str = "") -> str:
    return filled_page(PAGES, "framed", {"user": user, "app": app}, {"some": ("a", "b")}).decode()


@given(user=TEXT, app=TEXT, many=st.integers(0, 2))
def test_a_filled_page_is_what_its_template_renders(user, app, many):
    begin_page(Request(path="/<a>", query_string=b"b='c'&d"), NO_THEME)
    texts, choices = {"user": user, "app": app}, {"many": many, "some": ("<", Gap("app"))}
    rendered = PAGES.get_template("framed").render(texts, many=many, some=("<", app))
    assert filled_page(PAGES, "framed", texts, choices) == rendered.encode()


def test_markup_is_shown_as_it_is_and_every_other_text_is_escaped():
    assert fill("{{ a }}{{ b|safe }}", {"a": Markup("<b>"), "b": "<i>"}) == "<b>&lt;i&gt;"


@pytest.mark.parametrize(
    "template",
    ["{{ a|upper }}", "{{ a|length }}", "{{ a ~ 'b' }}", "{{ a == 'b' }}", "{{ a in ['b'] }}",
     "{{ a|urlencode }}", "{{ a[0] }}{{ a|string }}", "{% for each in a %}{% endfor %}"],
)  # fmt: skip
def test_a_template_that_does_more_with_a_text_than_to_show_it_is_found_at_once(template):
    with pytest.raises(TypeError):
        fill(template, {"a": "b"})
    assert fill(template, {}, a="b") is not None


def test_nothing_of_the_request_that_came_first_is_kept():
    begin_page(Request(path="/first", headers={"Accept-Language": "fr"}), NO_THEME)
    assert "/first" in framed("first-user")
    begin_page(Request(path="/second", headers={"Accept-Language": "fr"}), NO_THEME)
    page = framed("other")
    assert "first" not in page
    assert 'value="/second?a=b"' in page
    begin_page(Request(method="POST", headers={"Accept-Language": "fr"}), NO_THEME)
    assert "languageForm" not in framed("other")


def test_each_language_and_kind_of_server_has_a_page_of_its_own():
    pages = set()
    for language in LANGUAGES:
        for allows_faults in (False, True):
            begin_page(Request(), NO_THEME, allows_faults=allows_faults)
            page_language().choose(language)
            pages.add(framed())
    assert len(pages) == 2 * len(LANGUAGES)


def test_a_page_has_the_theme_of_the_server_that_answers(tmp_path: Path):
    for name in ("One", "Two", "One"):
        (tmp_path / "theme.toml").write_text(
            f'[content]\ncompany_name = "{name} \\u0000user\\u0000"'
        )
        begin_page(Request(), read_theme(tmp_path))
        assert f"<span>{name} " in framed()
    begin_page(Request(), NO_THEME)
    assert "<span>Tallystick</span>" in framed()


def test_a_text_of_another_name_is_no_gap():
    assert fill("{{ a }}|{{ b }}", {"a": "x"}, b="\0c\0") == "x|\0c\0"
