"""Reads values out of received XML: elements by XPath, whole texts, instants."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from idp.saml import uris

NAMESPACES = {
    "p": uris.PROTOCOL,
    "a": uris.ASSERTION,
    "ds": uris.XMLDSIG,
    "xenc": uris.XMLENC,
}


def all_of(node: etree._Element, path: str) -> list[etree._Element]:
    """Return every node at an XPath, with the prefixes p, a, ds and xenc."""
    return node.xpath(path, namespaces=NAMESPACES)  # type: ignore[no-any-return]  # elements, by the path


def first_of(node: etree._Element, path: str) -> etree._Element | None:
    """Return the first element at an XPath, None without one."""
    return next(iter(all_of(node, path)), None)


def text_at(node: etree._Element, path: str) -> str:
    """Return the whole text of the first element at an XPath."""
    found = first_of(node, path)
    return "" if found is None else string_of(found)


def string_of(node: etree._Element) -> str:
    """Return the whole text; a comment inside it does not cut it off."""
    return str(node.xpath("string()"))


def attribute_of(node: etree._Element | None, name: str) -> str:
    """Return an attribute, empty if it or the element is missing."""
    return "" if node is None else node.get(name, "")


def time_of(node: etree._Element | None, name: str) -> datetime | None:
    """Read an instant (saml-core §1.3.3); None if it is missing or not one."""
    try:
        at = datetime.fromisoformat(attribute_of(node, name))
    except ValueError:
        return None
    return at if at.tzinfo else None
