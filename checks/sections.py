"""Checks that sections belong to public standards, and that no page outside the tree is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.tree import Tree

STANDARDS = (
    r"RFC\s+\d{3,5}",
    r"saml-(?:core|bindings|profiles|metadata|metadata-ui|conformance|authn-context|sec-consider)",
    r"SAML2Int",
    r"xmldsig(?:-core\d?)?",
    r"xmlenc(?:-core\d?)?",
    r"(?:exc|xml)-c14n",
    r"XML\s+1\.0",
    r"NIST\s+SP\s+800-\d+[A-Z]?",
    r"FIPS\s+\d+(?:-\d)?",
    r"WebAuthn",
    r"WCAG\s+2\.\d",
    r"\[?MS-[A-Z]+\]?",
)
"""Names before the § of a section, as regular expressions."""

_SECTION = r"§{1,2}\s*[A-Z]?[\d.]*\d"
_NEXT = rf"(?:\s+\([^)]*\))?(?:,|,?\s+and|,?\s+or|\s+to|–|-)\s*(?:{_SECTION}|\d[\d.]*)"
_CITED = re.compile(rf"(?:{'|'.join(STANDARDS)})[,:]?\s+{_SECTION}(?:{_NEXT})*")
"""A standard and its sections: ``saml-core §3.4.1 and §3.3``."""

_OUTSIDE = {
    # form                                              problem
    r"\bfacts\s+§\s*[\w.]+":                            "these facts are not in the tree",
    r"\bsecurity\s+(?:figures|rules)\b":                "there is no such page",
    r"(?<![\w./-])(?:\.\./)*reference/[\w-]+":          "the folder reference/ is not in the tree",
    r"(?<![\w./-])(?:\.\./)*shared/[\w-]+":             "the folder shared/ is not in the tree",
}  # fmt: skip


def check_sections(_tree: Tree, _file: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield sections of no public standard, and forms that name pages outside the tree."""
    for form, problem in _OUTSIDE.items():
        for match in re.finditer(form, text):
            yield match.start(), f"{problem}: {_one_line(match[0])}"
        text = re.sub(form, _without_sign, text)
    for match in re.finditer(r"§+\s*[\w.]*", _CITED.sub(_without_sign, text)):
        yield match.start(), f"no public standard is named before {_one_line(match[0])}"


def _without_sign(match: re.Match[str]) -> str:
    """Return the same text, as long as before, without the sign that is looked for."""
    return match[0].replace("§", " ")


def _one_line(text: str) -> str:
    return " ".join(text.split())
