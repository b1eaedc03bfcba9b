"""Parses XML from strangers: no DTD, no entities, no network, limited in size and depth.

expat scans each message first and keeps nothing; only then lxml makes a tree of it. libxml2 keeps
every name it has seen as long as the thread lives, so that an attacker could fill the memory with
invented names. A message with names that SAML does not define is therefore parsed in a thread of
its own, which takes the names with it when it ends.
"""

from __future__ import annotations

import re
from threading import Thread, local
from typing import NoReturn
from xml.parsers import expat

from lxml import etree

from idp.saml.refusal import Refused
from idp.saml.schema import vocabulary

MAX_BYTES = 64 * 1024
MAX_DEPTH = 100
MAX_SHOWN_BYTES = 1024 * 1024
"""Bytes of a message that is indented for people."""

_SEPARATOR = " "  # between a namespace and a local name; expat refuses namespaces that hold it
_XML_SPACE = " \t\r\n"
_spaces = re.compile(f"[{_XML_SPACE}]+")
_string = etree.XPath("string()", smart_strings=False)


def parse(xml: bytes, *, limit: int = MAX_BYTES) -> etree._Element:
    """Return the root of the message *xml* (UTF-8, at most *limit* bytes).

    Raises :class:`Refused` if it is too large or too deep, has a document type, or is not XML.
    """
    if len(xml) > limit:
        raise Refused(
            f"The XML is larger than {limit} bytes",
            "Send a smaller message",
            code="message_too_large",
        )
    if _names(xml) <= vocabulary():
        return _tree(xml)
    return _tree_of_foreign_names(xml)


def parse_scanned(xml: bytes) -> etree._Element:
    """Return the root of a document of any size whose depth the caller has checked.

    Raises :class:`Refused` if it has a document type, or is not XML.
    """
    return _tree_of_foreign_names(xml)


def as_bytes(element: etree._Element) -> bytes:
    """Return one element in UTF-8. ASCII could not hold names with other letters."""
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))


def indented(xml: str) -> str:
    """Return a message with each element on a line of its own, for people; else as it is."""
    try:
        root = parse(xml.encode(), limit=MAX_SHOWN_BYTES)
    except Refused:
        return xml
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def child_of(element: etree._Element, tag: str) -> etree._Element | None:
    """Return the first child with this *tag*, None without one."""
    return next(element.iterchildren(tag), None)


def text_of(element: etree._Element) -> str:
    """Return the whole text of *element*; comments and processing instructions do not cut it."""
    # Both are children for lxml: without any, the text cannot be cut, and need not be searched for.
    whole = _string(element) if len(element) else element.text or ""
    return str(whole).strip(_XML_SPACE)


def collapse(value: str) -> str:
    """Return *value* with white space collapsed, as the types of XML Schema say."""
    return _spaces.sub(" ", value).strip(" ")


class _Scan:
    """Collects the names in one message; raises at the first thing that is not allowed."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.namespaces: set[str | None] = set()
        self.depth = 0

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(
                f"The XML is nested deeper than {MAX_DEPTH} elements",
                "Send a SAML message",
                code="message_too_deep",
            )
        self.words.append(name)
        self.words += attributes[::2]

    def end(self, _name: str) -> None:
        self.depth -= 1

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.words.append(prefix or "xmlns")
        self.namespaces.add(uri)

    def instruction(self, target: str, _data: str) -> None:
        self.words.append(target)

    def doctype(self, *_declaration: object) -> NoReturn:
        raise Refused(
            "The XML has a document type declaration",
            "Send the message without DOCTYPE and entities",
            code="doctype",
        )


def _names(xml: bytes) -> set[str | None]:
    """Return every name in *xml*: local names, prefixes and namespaces."""
    scan = _Scan()
    # The encoding is always UTF-8, whatever the message declares.
    parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
    parser.ordered_attributes = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.StartNamespaceDeclHandler = scan.namespace
    parser.ProcessingInstructionHandler = scan.instruction
    parser.StartDoctypeDeclHandler = scan.doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise _not_xml(error.lineno) from None
    return set(_SEPARATOR.join(scan.words).split(_SEPARATOR)) | scan.namespaces


class _Nothing(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    """Loads nothing: with ``collect_ids=False`` lxml would load a DTD without being asked."""

    def resolve(self, _url: str, _public_id: str, _context: object) -> NoReturn:
        _Scan().doctype()


_NOTHING = _Nothing()
_of_thread = local()


def _parser() -> etree.XMLParser:
    """Return this thread's parser: safe by itself, although the scan refuses these things before.

    A parser keeps nothing of a message for the next one; threads that share one wait for it.
    """
    made: etree.XMLParser | None = getattr(_of_thread, "parser", None)
    if made is None:
        made = _of_thread.parser = _new_parser()
    return made


def _new_parser() -> etree.XMLParser:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        collect_ids=False,
    )
    parser.resolvers.add(_NOTHING)
    return parser


def _tree(xml: bytes) -> etree._Element:
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as error:
        raise _not_xml(error.lineno or 0) from None
    if root.getroottree().docinfo.doctype:
        _Scan().doctype()
    return root


def _tree_of_foreign_names(xml: bytes) -> etree._Element:
    outcome: list[etree._Element | Refused] = []

    def work() -> None:
        try:
            outcome.append(_tree(xml))
        except Refused as refusal:
            outcome.append(refusal)

    thread = Thread(target=work, name="saml-parse")
    thread.start()
    thread.join()
    result = outcome[0]
    if isinstance(result, Refused):
        raise result
    return result


def _not_xml(line: int) -> Refused:
    return Refused(
        f"The XML is not well-formed (line {line})",
        "Send a SAML message as XML in UTF-8",
        code="not_xml",
    )
