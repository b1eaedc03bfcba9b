"""The texts of our pages in the language of the request: ``_`` of the templates, and of Python.

Catalogues are those of the standard :mod:`gettext`, compiled when the package is built (see
``hatch_build.py``). The language is found when the first text is asked for, so that an answer
without any text costs nothing.
"""

from __future__ import annotations

import gettext as standard
import string
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from adapter import texts as adapter_texts
from adapter.sentences import Sentence
from idp.web.cookies import own_cookie
from idp.web.languages import COOKIE, ENGLISH, Language, choose_language, with_choice
from idp.web.web_request import HasHeaders

if TYPE_CHECKING:
    from jinja2 import Environment

DOMAIN = "tallystick"
LOCALE = Path(__file__).parents[1] / "locale"


@dataclass(frozen=True, slots=True)
class Domain:
    """Texts of one host alone, in catalogues of their own: the name, and the folder of them.

    They are loaded when that host shows its first page.
    """

    name: str
    folder: Path


class Request(HasHeaders, Protocol):
    """A request of any framework, as far as the frame of its page depends on it."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name."""

    @property
    def method(self) -> str:
        """The method."""

    @property
    def path(self) -> str:
        """The path, decoded."""

    @property
    def query_string(self) -> bytes:
        """The query as it came."""


class PageLanguage:
    """The language of the page that answers one request, and where its texts are."""

    def __init__(
        self,
        request: Request | None = None,
        language: Language | None = None,
        own: Domain | None = None,
        return_to: Any = "",
    ) -> None:
        self._own = own
        self._request = request
        self._return_to = return_to
        self._language = language
        self._choice = language.tag if language else None

    def of_no_request(self, return_to: Any) -> PageLanguage:
        """Return the same language and texts for a page that is rendered before any request.

        *return_to* stands in the place of the address.
        """
        return PageLanguage(language=self.language, own=self._own, return_to=return_to)

    @property
    def language(self) -> Language:
        """The language, found once."""
        if self._language is None:
            self._language = choose_language(self._chosen, self._accepted)
        return self._language

    @property
    def catalogue(self) -> standard.NullTranslations:
        """The texts of the page."""
        return catalogue(self.language, self._own)

    @property
    def wanted(self) -> str:
        """The languages that the user wants, as a header ``Accept-Language`` has them."""
        return with_choice(self._chosen, self._accepted)

    @property
    def can_return(self) -> bool:
        """Whether the page can be loaded again."""
        return self._request is not None and self._request.method == "GET"

    @property
    def return_to(self) -> Any:
        """The path and query at which the page can be loaded again, empty if it cannot."""
        request = self._request
        if request is None or not self.can_return:
            return self._return_to
        query = quote(request.query_string, safe=string.punctuation)
        return quote(request.path) + (f"?{query}" if query else "")

    def choose(self, language: Language) -> None:
        """Answer in the language that the user has just chosen."""
        self._language = language
        self._choice = language.tag

    @property
    def _chosen(self) -> str:
        if self._choice is None:
            self._choice = own_cookie(self._request.cookies, COOKIE) if self._request else ""
        return self._choice

    @property
    def _accepted(self) -> str:
        return self._request.headers.get("Accept-Language", "") if self._request else ""


_NO_REQUEST = PageLanguage(language=ENGLISH)
_current: ContextVar[PageLanguage | None] = ContextVar("page_language", default=None)


def begin_language(request: Request, own: Domain | None = None) -> None:
    """Answer *request* in its language from now on; texts are looked up in *own* first."""
    use_language(PageLanguage(request, own=own))


def use_language(page: PageLanguage) -> None:
    """Make pages with this language and its texts from now on."""
    _current.set(page)


def page_language() -> PageLanguage:
    """Return the language of the page that is being made."""
    return _current.get() or _NO_REQUEST


def gettext(message: str) -> str:
    """Return *message* in the language of the page, unchanged if there is no translation."""
    return page_language().catalogue.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a message for *number* in the language of the page."""
    return page_language().catalogue.ngettext(singular, plural, number)


def translated(text: str) -> str:
    """Return *text* in the language of the page: a constant, or a sentence with its values.

    It is the filter ``translated`` of the templates. Other texts are returned unchanged.
    """
    if not isinstance(text, Sentence):
        return gettext(text) if text else ""
    values = {
        name: translated(value) if isinstance(value, Sentence) else value
        for name, value in text.values.items()
    }
    if text.number is None:
        return gettext(text.template).format_map(values)
    return ngettext(text.template, text.plural, text.number).format_map(values)


def mark(message: str) -> str:
    """Return *message* unchanged: a constant that is translated where it is shown."""
    return message


def install_texts(environment: Environment) -> None:
    """Give the templates of *environment* ``_``, ``ngettext`` and ``{% trans %}``.

    Values of ``_("… %(name)s …", name=value)`` are escaped where the templates escape.
    """
    environment.policies["ext.i18n.trimmed"] = True  # as babel.cfg extracts them
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext, ngettext, newstyle=True
    )
    environment.globals["page_language"] = page_language
    environment.filters["translated"] = translated


@cache
def catalogue(language: Language, own: Domain | None = None) -> standard.NullTranslations:
    """Return the catalogue of *language*; that of English is empty, since messages are English.

    What it does not have is looked up among the texts of our adapters, which other pages show too.
    The texts of a domain of its *own* come before all of these.
    """
    if own is not None:
        made = standard.translation(own.name, own.folder, [language.tag], fallback=True)
        made.add_fallback(catalogue(language))
        return made
    made = standard.translation(DOMAIN, LOCALE, [language.tag], fallback=True)
    made.add_fallback(adapter_texts.catalogue(language.tag))
    return made
