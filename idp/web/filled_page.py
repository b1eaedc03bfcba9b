"""Pages that are rendered once, with gaps, and filled for each answer.

Of a page in one language little differs from answer to answer: the name of a user, an address, a
sealed value. The template is rendered with a gap in the place of each such text, and kept; an
answer fills the gaps. A filled page is, byte for byte, what the template renders with its texts.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from jinja2 import Environment
from markupsafe import Markup, escape

from idp.web.page_frame import Look, page_look
from idp.web.page_texts import page_language, use_language

MAX_KEPT = 256
"""Pages that are kept: each in one language, with some of its parts and without others."""
_RETURN_TO = "return to"
"""The gap for the address that the frame of the page has."""


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """What a template gets in the place of the text *name*: it can only show it."""

    name: str

    def __html__(self) -> Markup:
        return Markup(f"\0{self.name}\0")  # noqa: S704 - a name in our code

    def __eq__(self, other: object) -> bool:
        """Compare gaps; what a template compares with another value has to be a choice."""
        return self.name == other.name if isinstance(other, Gap) else self._refuse()

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError(f"A template can only show {self.name!r}: make it a choice to do more")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A page in parts: every second one is the place of a gap, whose name is in *gaps*."""

    parts: list[bytes]
    gaps: list[str]

    def fill(self, texts: Mapping[str, str]) -> bytes:
        """Return the page with these texts, escaped unless they are markup."""
        parts = self.parts.copy()
        given = map(texts.__getitem__, self.gaps)
        shown = [each if isinstance(each, Markup) else escape(each) for each in given]
        parts[1::2] = [each.encode() for each in shown]
        return b"".join(parts)


def filled_page(
    environment: Environment,
    template: str,
    texts: Mapping[str, str],
    choices: Mapping[str, Hashable],
) -> bytes:
    """Return in UTF-8 what *template* renders with these values, which it finds by their names.

    Of the *texts* it can only ask whether they are empty, and show them. What it does more with is
    a choice: the page is rendered, and kept, for each value of the *choices*, which must be few.
    They may hold a :class:`Gap` for one of the texts.
    """
    names, are_there = tuple(texts), tuple(map(bool, texts.values()))
    chosen = tuple(choices.items())
    page = _prepared(environment, template, page_look(), names, are_there, chosen)
    if _RETURN_TO in page.gaps:
        texts = {**texts, _RETURN_TO: page_language().return_to}
    return page.fill(texts)


@lru_cache(MAX_KEPT)
def _prepared(
    environment: Environment,
    template: str,
    look: Look,
    names: tuple[str, ...],
    are_there: tuple[bool, ...],
    choices: tuple[tuple[str, Hashable], ...],
) -> _Prepared:
    """Return a page with gaps; *look*, of the page that is being made, tells it from others."""
    there = zip(names, are_there, strict=True)
    gaps = {name: Gap(name) if is_there else "" for name, is_there in there}
    context = copy_context()  # what is kept must show nothing of the request that comes first
    return_to = Gap(_RETURN_TO) if look.can_return else ""
    context.run(use_language, page_language().of_no_request(return_to))
    render = environment.get_template(template).render
    html = context.run(render, gaps, **dict(choices))
    parts = re.split("\0(" + "|".join((*names, _RETURN_TO)) + ")\0", html)
    return _Prepared([part.encode() for part in parts], parts[1::2])
