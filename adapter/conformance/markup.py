"""Reads an adapter's HTML fragment into a flat list of elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Element:
    """One start tag; ``form`` is the id of the form around it, None outside of a form."""

    tag: str
    attributes: Mapping[str, str]
    form: str | None

    def get(self, name: str) -> str | None:
        """Return an attribute: an empty text if it has no value, None if it is not there."""
        return self.attributes.get(name)

    def __str__(self) -> str:
        named = self.get("name") or self.get("id")
        return f"<{self.tag}>" if not named else f"<{self.tag}> {named!r}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.has_doctype = False
        self._form: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}  # the first one counts
        if tag == "form":
            self._form = attributes.get("id", "")
        self.elements.append(Element(tag, attributes, attributes.get("form", self._form)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def handle_decl(self, decl: str) -> None:
        self.has_doctype = True

    def handle_pi(self, data: str) -> None:
        self.has_doctype = True


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment of HTML: its source and its elements."""

    source: str
    elements: tuple[Element, ...]
    has_doctype: bool

    def all(self, *tags: str) -> Iterator[Element]:
        """Return the elements with any of these tag names, in order."""
        return (element for element in self.elements if element.tag in tags)

    def buttons(self) -> Iterator[tuple[str, str]]:
        """Yield the name and value of each named button that submits a form."""
        for element in self.all("button", "input"):
            default = "submit" if element.tag == "button" else "text"
            if element.get("name") and (element.get("type") or default) == "submit":
                yield element.attributes["name"], element.get("value") or ""

    def fields(self) -> tuple[str, ...]:
        """Return the names of everything a user can fill in or press."""
        named = (e.get("name") for e in self.all("input", "button", "select", "textarea"))
        return tuple(dict.fromkeys(name for name in named if name))


def read(html: str) -> Fragment:
    """Read a fragment; anything that is not HTML counts as text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Fragment(html, tuple(reader.elements), reader.has_doctype)
