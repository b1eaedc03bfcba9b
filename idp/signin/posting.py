"""The page that posts a message to a service provider, by script or by its button."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from functools import cache

from markupsafe import Markup, escape

from idp.signin.pages import fill_page
from idp.web.answer import Answer
from idp.web.filled_page import Gap

SUBMIT = Markup("document.forms[0].submit()")
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SPECIAL = "&<>\"'\r"
"""All that :func:`unchanged` changes."""


def posting_page(address: str, fields: Collection[tuple[str, str]], fault: str = "") -> Answer:
    """Return the page that posts *fields* to *address*; it names their *fault*, if they have one.

    Only with a fault may a field come twice.
    """
    gaps = _gaps(len(fields))
    texts = {"address": address, "fault": fault}
    for (of_name, of_value), (name, value) in zip(gaps, fields, strict=True):
        texts[of_name.name], texts[of_value.name] = name, unchanged(value)
    return fill_page("post_form.html", texts, POSTING_POLICY, fields=gaps, script=SUBMIT)


def unchanged(value: str) -> Markup:
    """Escape *value* so that HTML reads it back unchanged: it takes a bare CR for a line feed."""
    if any(special in value for special in _SPECIAL):  # base64, which most values are, has none
        value = str(escape(value)).replace("\r", "&#13;")
    return Markup(value)  # noqa: S704 - escaped


@cache
def _gaps(count: int) -> tuple[tuple[Gap, Gap], ...]:
    """Return the gaps for the names and values of fields: no binding has more than a few."""
    return tuple((Gap(f"name {number}"), Gap(f"value {number}")) for number in range(count))
