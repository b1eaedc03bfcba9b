"""Checks that pages exist: those under ``docs/`` anywhere, links and anchors in Markdown."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from checks.tree import Tree

_DOCS_PAGE = re.compile(r"(?<![\w./-])(?:\.\./)*(docs/[\w/-]+\.md)(#[\w-]+)?")
_PAGE_NAME = re.compile(r"(?<![\w./*-])([\w-]+\.md)\b(?!\w)")
NOT_PAGES = {
    "saml2.md",  # a module of pysaml2
}

_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
_HTML_ID = re.compile(r"""\b(?:id|name)=["']([^"']+)["']""")


def check_pages(tree: Tree, file: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield references to pages and headings that do not exist."""
    if file.endswith(".md"):
        yield from _wrong_links(tree, file, text)
    for match in _DOCS_PAGE.finditer(text):
        yield from _wrong_page(tree, match.start(), match[1], (match[2] or "")[1:])
    if not file.endswith(".md"):
        for match in _PAGE_NAME.finditer(text):
            if match[1] not in tree.page_names | NOT_PAGES:
                yield match.start(), f"there is no page {match[1]}"


def _wrong_links(tree: Tree, file: str, text: str) -> Iterator[tuple[int, str]]:
    prose = without_code(text)
    for match in _LINK.finditer(prose):
        target = match[1]
        if re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.IGNORECASE):
            continue  # an address in the web
        path, _, anchor = target.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
        yield from _wrong_page(tree, match.start(), page, anchor)


def _wrong_page(tree: Tree, offset: int, page: str, anchor: str) -> Iterator[tuple[int, str]]:
    if not tree.exists(page):
        yield offset, f"there is no page {page}"
    elif anchor and page in tree.files and anchor not in anchors_of(tree.files[page]):
        yield offset, f"{PurePosixPath(page).name} has no heading #{anchor}"


def anchors_of(text: str) -> set[str]:
    """Return the anchors of a Markdown page: its headings, as GitHub writes them, and HTML ids."""
    prose = without_code(text)
    seen: Counter[str] = Counter()
    anchors = set(_HTML_ID.findall(prose))
    for heading in _HEADING.findall(prose):
        slug = _slug(heading)
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def _slug(heading: str) -> str:
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)  # of a link, its text
    kept = re.sub(r"[^\w\- ]", "", shown.lower())
    return kept.replace(" ", "-")


def without_code(text: str) -> str:
    """Return Markdown with its code blocks blanked out; offsets stay the same."""
    return _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
