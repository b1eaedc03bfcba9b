"""The page that posts a message: what a browser reads in its form is what was to be posted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from support.languages.samples import Request

from idp.signin import posting
from idp.signin.pages import render_page
from idp.signin.posting import posting_page, unchanged
from idp.web.languages import LANGUAGES
from idp.web.page_frame import begin_page
from idp.web.page_texts import page_language
from idp.web.theme.theme import NO_THEME

TEXT = st.text(max_size=60) | st.text("\0\r\n<>&\"'{}%$", max_size=12)


def rendered(address: str, fields: dict[str, str]) -> bytes:
    return render_page(
        "post_form.html",
        address=address,
        fields=[(name, unchanged(value)) for name, value in fields.items()],
        script=posting.SUBMIT,
    ).body


@pytest.mark.parametrize("allows_faults", [False, True])
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.tag)
@given(address=TEXT, fields=st.dictionaries(TEXT, TEXT, min_size=1, max_size=4))
def test_the_page_is_what_its_template_renders(language, allows_faults, address, fields):
    begin_page(Request(), NO_THEME, allows_faults=allows_faults)
    page_language().choose(language)
    assert posting_page(address, fields.items()).body == rendered(address, fields)


def test_a_field_with_a_fault_may_come_twice_and_the_fault_is_named():
    page = posting_page("https://sp.test/", [("a", "1"), ("a", "2")], "the_fault")
    document = html.document_fromstring(page.body)
    assert document.xpath("//input/@value") == ["1", "2"]
    assert document.get_element_by_id("fault").text_content().endswith("the_fault")


def test_the_answer_is_a_page_with_the_policy_of_its_one_script():
    answer = posting_page("https://sp.test/", [("SAMLResponse", "x")])
    assert (answer.status, answer.page) == (200, "post_form")
    assert answer.header("Content-Security-Policy") == posting.POSTING_POLICY
