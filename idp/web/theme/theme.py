"""A theme as pages use it: the addresses of its files, and its texts in the page's language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from idp.web.languages import Language
from idp.web.theme.settings import AllContent, Content, ThemeSettings

ADDRESS = "/adfs/portal/theme/"
COLORS_FILE = "colors.css"
"""The name of the style sheet that the colours of ``theme.toml`` become."""


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """One file of a theme, read when the server started."""

    content: bytes
    mimetype: str


@dataclass(frozen=True, eq=False)
class Theme:
    """The theme of one server; files by name. Each one that is read is another theme."""

    settings: ThemeSettings = field(default_factory=ThemeSettings)
    files: Mapping[str, ThemeFile] = field(default_factory=dict)

    @cached_property
    def logo(self) -> str:
        """The address of the logo, empty without one."""
        return self._address(self.settings.logo)

    @cached_property
    def illustration(self) -> str:
        """The address of the illustration, empty without one."""
        return self._address(self.settings.illustration)

    @cached_property
    def style_sheets(self) -> tuple[str, ...]:
        """The addresses of its style sheets: first the colours, then the administrator's own."""
        names = (COLORS_FILE if COLORS_FILE in self.files else None, self.settings.style_sheet)
        return tuple(self._address(name) for name in names if name)

    def content(self, language: Language) -> Content:
        """Return the texts in a language; those that it does not have are the common ones."""
        if self is NO_THEME:
            return _NO_CONTENT
        common = self.settings.content
        own = getattr(common, language.tag, Content())
        merged = {**_given(common), **_given(own)}
        return Content(**merged)

    def _address(self, name: str | None) -> str:
        """Return the address of a file; its digest makes browsers load a changed one."""
        if name is None:
            return ""
        digest = hashlib.sha256(self.files[name].content).hexdigest()[:12]
        return f"{ADDRESS}{name}?v={digest}"


NO_THEME = Theme()
_NO_CONTENT = Content()


def _given(content: Content | AllContent) -> dict[str, str]:
    names = Content.model_fields
    return {name: value for name in names if (value := getattr(content, name)) is not None}
