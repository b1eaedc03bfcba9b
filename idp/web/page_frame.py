"""What the frame of every page shows around its content: see ``templates/page.html``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from idp.web.languages import LANGUAGES, Language
from idp.web.page_texts import install_texts, page_language

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
    languages: tuple[Language, ...] = LANGUAGES
    language_address: str = LANGUAGE_ADDRESS


def page_frame() -> PageFrame:
    """Return the frame of the page that is being made."""
    page = page_language()
    return PageFrame(page.language, page.return_to)


def install(environment: Environment) -> None:
    """Give the templates of *environment* the texts of our pages and their frame."""
    install_texts(environment)
    environment.globals["page_frame"] = page_frame
