"""Checks one page of an adapter: its form, its tokens, and what the host's page does not allow."""

from __future__ import annotations

import importlib
import importlib.resources
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from adapter.conformance.markup import Element, Fragment, read
from adapter.conformance.rules import Findings, one_line
from adapter.contract import Adapter, AdapterPresentation

TOKENS = {
    # name         (id, token)
    "AuthMethod": ("authMethod", "%AuthMethod%"),
    "Context":    ("context",    "%Context%"),
}  # fmt: skip
HOST_IDS = frozenset({"options", "optionSelection", "workArea", "mfaGreetingDescription"})
PAGE_TAGS = ("html", "head", "title", "body")
EMBEDDING_TAGS = ("base", "embed", "frame", "iframe", "link", "meta", "object")
LOADING_ATTRIBUTES = ("src", "srcset", "poster", "background")
ADDRESS_ATTRIBUTES = ("href", "action", "formaction", *LOADING_ATTRIBUTES)


class PageChecker:
    """Checks the pages of one adapter in each of its languages."""

    def __init__(self, adapter: Adapter, findings: Findings) -> None:
        self._lcids = adapter.metadata.available_lcids
        self._files = _static_files(adapter)
        self._findings = findings

    def check(self, page: AdapterPresentation, *, has_form: bool = True) -> Fragment:
        """Check a page and return its fragment; ``has_form`` is False for a last page."""
        fragment = read("")
        for lcid in self._lcids:
            fragment = self._in_language(page, lcid, has_form=has_form)
        for names, suffix in ((page.stylesheets, ".css"), (page.scripts, ".js")):
            for name in names:
                if name not in self._files or PurePosixPath(name).suffix != suffix:
                    self._findings.add("files_are_there", f"{name!r} is not there")
        return fragment

    def _in_language(self, page: AdapterPresentation, lcid: int, *, has_form: bool) -> Fragment:
        title, instead = _text(lambda: page.page_title(lcid))
        if title is None or not title.strip():
            self._findings.add("page_has_a_title", f"{instead or 'nothing'} for LCID {lcid}")
        html, instead = _text(lambda: page.form_html(lcid))
        if html is None:
            self._findings.add("one_login_form", f"form_html gives {instead} for LCID {lcid}")
            return read("")
        fragment = read(html)
        if has_form:
            _check_form(fragment, self._findings)
        _check_markup(fragment, self._findings)
        return fragment


def _text(ask: Callable[[], object]) -> tuple[str | None, str]:
    """Return the text that *ask* returns, or None and a description of what it did instead."""
    try:
        said = ask()
    except Exception as error:
        return None, one_line(error)
    return (said, "") if isinstance(said, str) else (None, repr(said)[:200])


def _check_form(fragment: Fragment, findings: Findings) -> None:
    forms = list(fragment.all("form"))
    right = [f for f in forms if f.get("id") == "loginForm" and _lower(f, "method") == "post"]
    if len(forms) != 1 or len(right) != 1:
        findings.add(
            "one_login_form", f"{len(forms)} forms, {len(right)} of them as they should be"
        )
    for name, (identifier, token) in TOKENS.items():
        named = [e for e in fragment.elements if e.get("name") == name and e.tag != "form"]
        expected = {"id": identifier, "type": "hidden", "name": name, "value": token}
        kept = [e for e in named if e.tag == "input" and dict(e.attributes) == expected]
        if len(named) != 1 or len(kept) != 1 or kept[0].form != "loginForm":
            findings.add("tokens_are_kept", f"{len(named)} fields {name}, {len(kept)} unmodified")
    for element in fragment.elements:
        for attribute in ("action", "formaction"):
            if element.get(attribute) not in (None, "%Action%"):
                findings.add("posts_to_the_host", f"{attribute}={element.get(attribute)!r}")


def _check_markup(fragment: Fragment, findings: Findings) -> None:
    if fragment.has_doctype or any(fragment.all(*PAGE_TAGS)):
        findings.add("page_is_a_fragment", "the parts of a whole page")
    for element in fragment.all("input"):
        if not element.get("name"):
            findings.add("inputs_have_names", f"{element} has none")
    ids = Counter(e.get("id") for e in fragment.elements if e.get("id") is not None)
    for identifier, times in ids.items():
        if times > 1 or identifier in HOST_IDS or not identifier:
            findings.add("ids_are_unique", f"id {identifier!r}")
    for element in fragment.elements:
        for seen in _inline(element):
            findings.add("nothing_inline", seen)
        for seen in _from_elsewhere(element):
            findings.add("nothing_from_elsewhere", seen)


def _inline(element: Element) -> Iterable[str]:
    if element.tag in ("script", "style"):
        yield f"an element {element.tag}"
    for name, value in element.attributes.items():
        if name == "style" or name.startswith("on"):
            yield f"an attribute {name} of {element}"
        if name in ADDRESS_ATTRIBUTES and value.strip().lower().startswith("javascript:"):
            yield f"a javascript: address of {element}"


def _from_elsewhere(element: Element) -> Iterable[str]:
    if element.tag in EMBEDDING_TAGS:
        yield f"an element {element.tag}"
    for name in LOADING_ATTRIBUTES:
        address = (element.get(name) or "").strip()
        is_own = address.startswith("data:image/") or (
            ":" not in address and not address.startswith(("//", "\\"))
        )
        if not is_own:
            yield f"{element} loads {address[:60]}"


def _lower(element: Element, name: str) -> str:
    return (element.get(name) or "").lower()


def _static_files(adapter: Adapter) -> frozenset[str]:
    """Return the names in the folder ``static`` beside the module of the adapter's class."""
    package = importlib.import_module(type(adapter).__module__).__package__
    if not package:
        return frozenset()
    folder = importlib.resources.files(package) / "static"
    return frozenset(f.name for f in folder.iterdir()) if folder.is_dir() else frozenset()
