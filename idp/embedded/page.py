"""An HTML page as a client without script sees it: text by element id, forms and their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from operator import methodcaller
from urllib.parse import urljoin

from lxml import html as lxml_html

__tracebackhide__ = methodcaller("errisinstance", AssertionError)  # pytest hides our frames


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its address, and the fields it sends if nothing is typed and no button is named.

    ``pairs`` are the same fields as a browser sends them, with those whose name comes twice.
    """

    id: str
    name: str
    action: str
    method: str
    fields: dict[str, str]
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, repr=False)
class Page:
    """One response of a server."""

    url: str
    status: int
    html: str
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        error = f" error={self.error!r}" if self.error else ""
        return f"<Page {self.status} {self.title!r} {self.url.partition('?')[0]}{error}>"

    @property
    def title(self) -> str:
        """The title."""
        found = self._document.find(".//title")
        return "" if found is None else _text(found)

    @property
    def error(self) -> str:
        """The text of the page's error element, empty if there is none."""
        return self.text("errorText") or self.text("errorMessage") or ""

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms, in the order of the page."""
        return tuple(self._form(node) for node in self._document.iter("form"))

    @property
    def form(self) -> Form | None:
        """The form to submit: AD FS's ``loginForm`` if there is one, else the last form.

        The form that only chooses a language is not one to submit.
        """
        forms = [form for form in self.forms if form.id != "languageForm"]
        named = [form for form in forms if form.id == "loginForm"]
        return next(iter([*named, *reversed(forms)]), None)

    def words(self) -> str:
        """Return the text that a reader sees, without scripts and styles."""
        texts = self._document.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
        return " ".join(map(str, texts))

    def text(self, element_id: str) -> str | None:
        """Return the text of the element with this id, None if there is none."""
        found = self._document.xpath("//*[@id = $id]", id=element_id)
        return _text(found[0]) if found else None

    def data(self, element_id: str, name: str) -> dict[str, str]:
        """Return ``data-NAME`` of each ``dd`` in a ``dl``, by the text of its ``dt``."""
        descriptions = self._document.xpath("//dl[@id = $id]/dd", id=element_id)
        return {_text(dd.getprevious()): dd.get(f"data-{name}", "") for dd in descriptions}

    def link(self, element_id: str) -> str:
        """Return the absolute address of the link with this id."""
        found = self._document.xpath("//a[@id = $id]", id=element_id)
        if len(found) != 1:
            raise AssertionError(f"The page {self.title!r} has no link with the id {element_id!r}")
        return urljoin(self.url, str(found[0].get("href", "")))

    def ids(self) -> frozenset[str]:
        """Return the ids of all elements."""
        return frozenset(map(str, self._document.xpath("//@id")))

    @cached_property
    def _document(self) -> lxml_html.HtmlElement:
        return lxml_html.document_fromstring(self.html or "<html></html>")

    def _form(self, node: lxml_html.HtmlElement) -> Form:
        return Form(
            id=node.get("id", ""),
            name=node.get("name", ""),
            action=urljoin(self.url, node.get("action") or self.url),
            method=node.get("method", "get").lower(),
            fields=dict(_fields(node)),
            pairs=tuple(_fields(node)),
        )


def _fields(form: lxml_html.HtmlElement) -> list[tuple[str, str]]:
    """Return the fields that a browser sends if no named button is pressed."""
    return [
        (node.get("name"), node.get("value", ""))
        for node in form.iter("input")
        if node.get("name") and node.get("disabled") is None and _is_sent(node)
    ]


def _is_sent(node: lxml_html.HtmlElement) -> bool:
    kind = node.get("type", "text")
    if kind in ("checkbox", "radio"):
        return node.get("checked") is not None
    return kind not in ("submit", "button", "image", "reset", "file")


def _text(node: lxml_html.HtmlElement) -> str:
    return " ".join(str(node.text_content()).split())
