"""What stages do to the XML of a response: find elements, copy them, forge their content."""

from __future__ import annotations

import copy
from collections.abc import Callable

from lxml import etree

from idp.saml import uris
from idp.saml_faults.errors import FaultNotPossible
from idp.saml_faults.scene import CUT, IMPOSTOR, Scene

NS = {"p": uris.PROTOCOL, "a": uris.ASSERTION, "ds": uris.XMLDSIG, "xenc": uris.XMLENC}

Edit = Callable[[etree._Element, Scene], None]
Alteration = Callable[[etree._Element, Scene], etree._Element]


def all_of(node: etree._Element, path: str) -> list[etree._Element]:
    """Return every element at an XPath, with the prefixes p, a, ds and xenc."""
    return list(node.xpath(path, namespaces=NS))


def one_of(node: etree._Element, path: str) -> etree._Element:
    """Return the first element at an XPath; raises :class:`FaultNotPossible` without one."""
    found = all_of(node, path)
    if not found:
        raise FaultNotPossible(
            f"The response cannot have this fault: it has no {path}",
            "Look at the trust's claim rules: a NameID, for one, must be issued",
        )
    return found[0]


def name(prefix: str, local: str) -> str:
    """Return a name as lxml writes it, like ``{urn:...}Assertion``."""
    return f"{{{NS[prefix]}}}{local}"


def assertion_of(root: etree._Element) -> etree._Element:
    """Return the first assertion of a response."""
    return one_of(root, "a:Assertion")


def removing(path: str) -> Edit:
    """Return an edit that removes every element at a path."""

    def edit(root: etree._Element, _scene: Scene) -> None:
        for node in all_of(root, path):
            remove(node)

    return edit


def setting(path: str, **attributes: str | None) -> Edit:
    """Return an edit that sets attributes of the elements at a path; None removes one."""

    def edit(root: etree._Element, _scene: Scene) -> None:
        for node in all_of(root, path):
            for key, value in attributes.items():
                if value is None:
                    node.attrib.pop(key, None)
                else:
                    node.set(key, value)

    return edit


def texting(path: str, text: str) -> Edit:
    """Return an edit that replaces the text of the elements at a path."""

    def edit(root: etree._Element, _scene: Scene) -> None:
        for node in all_of(root, path):
            node.text = text

    return edit


def after_signing(edit: Edit) -> Alteration:
    """Return *edit* as an alteration of the signed response."""

    def alter(root: etree._Element, scene: Scene) -> etree._Element:
        edit(root, scene)
        return root

    return alter


def remove(node: etree._Element) -> None:
    """Take an element out of its parent."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def without_signature(node: etree._Element) -> etree._Element:
    """Return a copy of an element without its own signature."""
    copied = copy.deepcopy(node)
    copied.tail = None
    for signature in all_of(copied, "ds:Signature"):
        remove(signature)
    return copied


def forge(node: etree._Element) -> etree._Element:
    """Let every name and attribute in an element be the impostor's; return the element."""
    for each in all_of(node, ".//a:NameID | .//a:AttributeValue"):
        for child in list(each):
            each.remove(child)
        each.text = IMPOSTOR
    return node


def forged_copy(assertion: etree._Element, identifier: str = "_forged") -> etree._Element:
    """Return an unsigned copy of an assertion that is about the impostor."""
    forged = forge(without_signature(assertion))
    forged.set("ID", identifier)
    return forged


def split_with(node: etree._Element, inserted: etree._Element) -> None:
    """Put *inserted*, a comment or the like, before the last characters of an element's text."""
    text = node.text or ""
    node.text, inserted.tail = text[:-CUT], text[-CUT:]
    node.insert(0, inserted)


def append_cut(path: str, tail: str) -> Edit:
    """Return an edit that adds a comment and *tail* to a text: readers who stop see the old one."""

    def edit(root: etree._Element, _scene: Scene) -> None:
        for node in all_of(root, path):
            comment = etree.Comment("x")
            comment.tail = tail
            node.append(comment)

    return edit
