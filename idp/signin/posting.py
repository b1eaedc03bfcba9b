"""The page that posts a message to a service provider: every sign-in has it, so it is kept ready.

It is the template ``post_form.html``, rendered once for each language with gaps where a message
differs from the next one; an answer fills the gaps.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from idp.signin.pages import render_page
from idp.web.answer import Answer
from idp.web.languages import Language
from idp.web.page_frame import allows_faults
from idp.web.page_texts import catalogue, page_language

TEMPLATE = "post_form.html"
TEXTS = {
    "title":        "Working...",
    "heading":      "One moment",
    "instructions": "If the application does not open by itself, press the button.",
    "button":       "Continue",
}  # fmt: skip

SUBMIT = Markup("document.forms[0].submit()")
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SPECIAL = "&<>\"'\r"
"""All that :func:`unchanged` changes."""
_GAP = "\0"
"""Stands where an answer differs: no text of ours holds it."""


def posting_page(address: str, fields: Mapping[str, str]) -> Answer:
    """Return the page that posts *fields* to *address*, by script or by its button.

    There is at least one field, as every binding has it.
    """
    page = _prepared(page_language().language, allows_faults=allows_faults())
    inputs = page.between.join(
        str(escape(name)) + page.to_value + _unchanged(value) for name, value in fields.items()
    )
    html = page.start + str(escape(address)) + page.to_inputs + inputs + page.end
    like = page.answer
    return Answer(html.encode(), like.status, like.headers, like.page)


def unchanged(value: str) -> Markup:
    """Escape *value* so that HTML reads it back unchanged: it takes a bare CR for a line feed."""
    return Markup(str(escape(value)).replace("\r", "&#13;"))  # noqa: S704 - escaped


def _unchanged(value: str) -> str:
    """Do the same faster: base64, which most values are, is found to need no escape."""
    if any(special in value for special in _SPECIAL):
        return str(unchanged(value))
    return value


@dataclass(frozen=True, slots=True)
class _PreparedPage:
    """The parts of the page around its gaps, already escaped, and an answer with gaps.

    The gaps are the address after ``start``, and for each field its name and its value.
    """

    answer: Answer
    start: str
    to_inputs: str
    to_value: str
    between: str
    end: str


@cache
def _prepared(language: Language, *, allows_faults: bool) -> _PreparedPage:
    """Return the page in *language*, which is that of the page that is being made."""
    texts = catalogue(language)
    answer = render_page(
        TEMPLATE,
        POSTING_POLICY,
        address=_GAP,
        fields=[(_GAP, _GAP), (_GAP, _GAP)],
        script=SUBMIT,
        language=language,
        texts={name: texts.gettext(text) for name, text in TEXTS.items()},
    )
    start, to_inputs, to_value, between, _, end = answer.body.decode().split(_GAP)
    return _PreparedPage(answer, start, to_inputs, to_value, between, end)
