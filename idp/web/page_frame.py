"""What the frame of every page shows around its content: see ``templates/page.html``."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from idp.web.languages import LANGUAGES, Language
from idp.web.page_texts import Request, begin_language, install_texts, page_language
from idp.web.theme.settings import Content
from idp.web.theme.theme import NO_THEME, Theme

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
"""The folder of the templates that all hosts share."""
LANGUAGE_ADDRESS = "/adfs/language"
"""Where the choice of a language is posted by a page that cannot show itself again."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The frame of one page.

    ``return_to`` is the address under which the page can be loaded again, empty if it cannot.
    """

    language: Language
    return_to: str
    theme: Theme
    content: Content
    languages: tuple[Language, ...] = LANGUAGES
    language_address: str = LANGUAGE_ADDRESS


class Look(NamedTuple):
    """What all pages have in common that one server makes in one language, and can show again."""

    language: Language
    texts: NullTranslations
    theme: Theme
    allows_faults: bool
    can_return: bool


_theme: ContextVar[Theme | None] = ContextVar("theme", default=None)
_allows_faults: ContextVar[bool] = ContextVar("allows_faults", default=False)
"""Whether the server is for testing service providers, which every page says."""


def begin_page(request: Request, theme: Theme, *, allows_faults: bool = False) -> None:
    """Answer *request* in its language and with *theme*; called before each request."""
    begin_language(request)
    _theme.set(theme)
    _allows_faults.set(allows_faults)


def page_frame() -> PageFrame:
    """Return the frame of the page that is being made."""
    page, theme = page_language(), _theme.get() or NO_THEME
    language = page.language
    return PageFrame(language, page.return_to, theme, theme.content(language))


def page_look() -> Look:
    """Return the look of the page that is being made."""
    page, theme = page_language(), _theme.get() or NO_THEME
    return Look(page.language, page.catalogue, theme, _allows_faults.get(), page.can_return)


def allows_faults() -> bool:
    """Say whether the page that is being made is of a server for testing service providers."""
    return _allows_faults.get()


def install(environment: Environment) -> None:
    """Give the templates of *environment* the texts of our pages and their frame."""
    install_texts(environment)
    environment.globals["page_frame"] = page_frame
    environment.globals["allows_faults"] = allows_faults
