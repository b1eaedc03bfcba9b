"""The page that posts a message: filled from parts kept ready, it is what its template renders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.languages.samples import Request

from idp.signin import posting
from idp.signin.pages import render_page
from idp.signin.posting import posting_page, unchanged
from idp.web.languages import LANGUAGES
from idp.web.page_frame import begin_page
from idp.web.page_texts import catalogue, page_language
from idp.web.theme.theme import NO_THEME

TEXT = st.text(max_size=60) | st.text("\0\r\n<>&\"'{}%$", max_size=12)


def rendered(address: str, fields: dict[str, str]) -> bytes:
    language = page_language().language
    return render_page(
        posting.TEMPLATE,
        posting.POSTING_POLICY,
        address=address,
        fields=[(name, unchanged(value)) for name, value in fields.items()],
        script=posting.SUBMIT,
        language=language,
        texts={name: catalogue(language).gettext(text) for name, text in posting.TEXTS.items()},
    ).body


@pytest.mark.parametrize("allows_faults", [False, True])
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.tag)
@given(address=TEXT, fields=st.dictionaries(TEXT, TEXT, min_size=1, max_size=4))
def test_the_page_is_what_its_template_renders(language, allows_faults, address, fields):
    begin_page(Request(), NO_THEME, allows_faults=allows_faults)
    page_language().choose(language)
    assert posting_page(address, fields).body == rendered(address, fields)


def test_each_language_and_kind_of_server_has_a_page_of_its_own():
    bodies = set()
    for language in LANGUAGES:
        for allows_faults in (False, True):
            begin_page(Request(), NO_THEME, allows_faults=allows_faults)
            page_language().choose(language)
            bodies.add(posting_page("https://sp.test/", {"SAMLResponse": "x"}).body)
    assert len(bodies) == 2 * len(LANGUAGES)


def test_the_answer_is_a_page_with_the_policy_of_its_one_script():
    answer = posting_page("https://sp.test/", {"SAMLResponse": "x"})
    assert (answer.status, answer.page) == (200, "post_form")
    assert answer.header("Content-Security-Policy") == posting.POSTING_POLICY
