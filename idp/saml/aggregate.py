"""Selects one service provider from metadata, which may describe ten thousand entities.

expat scans the document and keeps nothing; only the selected entity is parsed to a tree. If a
signature has to be checked, the whole document is parsed, and the entity is taken from that tree,
since only that tree was verified. The scan looks for the signature and counts what the tree would
hold, so that no tree is made of what has no signature or would fill the memory. Source:
saml-metadata §2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from lxml import etree

from idp.saml import signature, uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.canonical import attribute
from idp.saml.metadata_limits import Limits, limits_in
from idp.saml.metadata_text import to_utf8
from idp.saml.refusal import Refused
from idp.saml.xml import MAX_DEPTH, as_bytes, collapse, parse, parse_scanned

MAX_BYTES = 1024 * 1024
"""Upper limit of the metadata of one entity."""

MAX_AGGREGATE_BYTES = 64 * 1024 * 1024
"""Upper limit of the document that it is taken from."""

MAX_NODES = 2_000_000
"""Upper limit of elements, attributes, namespaces and comments of a document that becomes a tree.

The tree takes about 150 bytes for each; a federation of 10,000 entities has about 1,500,000.
"""

MAX_LISTED = 20
"""Upper limit of the entity IDs in the message that asks to choose one."""

_NOT_SIGNED = "it is not signed, but its trust demands that"
_SIGNATURE = f"{uris.XMLDSIG} Signature"
_ENTITY = f"{uris.METADATA} EntityDescriptor"
_ENTITIES = f"{uris.METADATA} EntitiesDescriptor"
_SP_ROLE = f"{uris.METADATA} SPSSODescriptor"
_ENTITY_TAG = f"{{{uris.METADATA}}}EntityDescriptor"
_SP_ROLE_TAG = f"{{{uris.METADATA}}}SPSSODescriptor"


@dataclass(frozen=True, slots=True)
class SelectedEntity:
    """One entity: its element, a document with it alone, and the limits of the groups around it."""

    element: etree._Element
    document: bytes
    limits: tuple[Limits, ...]


def select_service_provider(
    metadata: bytes, entity_id: str | None, *, signed_by: str | None = None
) -> SelectedEntity:
    """Return the service provider *entity_id*, or the only one if *entity_id* is None.

    If *signed_by* is a certificate (base64), the whole document must be signed with its key. Raises
    :class:`BadMetadata`.
    """
    _check_size(metadata)
    metadata = to_utf8(metadata)
    _check_size(metadata)  # UTF-8 may be longer
    entry = _find_entry(metadata, entity_id, must_be_signed=signed_by is not None)
    try:
        if signed_by is not None:
            root = _parse_verified(metadata, signed_by)
            element = _find_only(root, entry.entity_id)
            limits = tuple(limits_in(group.attrib.items()) for group in element.iterancestors())
        else:
            root = parse(entry.document(metadata), limit=MAX_BYTES + len(entry.head))
            element = root[0] if entry.head else root
            limits = entry.limits
    except Refused as refusal:
        raise BadMetadata(refusal.problem) from None
    whole = entry.is_root
    document = metadata if whole else as_bytes(element)
    if len(document) > MAX_BYTES:
        raise BadMetadata(f"its entity is larger than {MAX_BYTES} bytes")
    return SelectedEntity(element, document, limits)


def _check_size(metadata: bytes) -> None:
    if len(metadata) > MAX_AGGREGATE_BYTES:
        raise BadMetadata(f"it is larger than {MAX_AGGREGATE_BYTES // 2**20} MiB")


def _parse_verified(metadata: bytes, certificate: str) -> etree._Element:
    """Return the root after checking its signature, in the same way as that of a message."""
    root = parse_scanned(metadata)
    enveloped = signature.enveloped_signature(root)
    if enveloped is None:
        raise BadMetadata(_NOT_SIGNED)
    signature.check_enveloped(root, enveloped, (certificate,))
    return root


def _find_only(root: etree._Element, entity_id: str) -> etree._Element:
    entities = [
        entity
        for entity in root.iter(_ENTITY_TAG)
        if collapse(entity.get("entityID", "")) == entity_id
        and entity.find(_SP_ROLE_TAG) is not None
    ]
    if len(entities) != 1:
        raise BadMetadata(f"it describes {entity_id!r} {len(entities)} times")
    return entities[0]


@dataclass(slots=True)
class _Entry:
    """The position of an entity with a service provider in the document."""

    entity_id: str
    start: int
    is_root: bool
    limits: tuple[Limits, ...]
    namespaces: Mapping[str, str]
    end: int = 0
    is_service_provider: bool = False

    @property
    def head(self) -> str:
        """A start tag with the namespaces declared around the entity; empty for a root."""
        if self.is_root:
            return ""
        declared = "".join(
            f' xmlns{prefix and ":"}{prefix}="{attribute(uri)}"'
            for prefix, uri in self.namespaces.items()
        )
        return f"<group{declared}>"

    def document(self, metadata: bytes) -> bytes:
        """Return the entity as a document: alone, or inside one element with the namespaces."""
        if self.is_root:
            return metadata
        return f"{self.head}".encode() + metadata[self.start : self.end] + b"</group>"


def _find_entry(metadata: bytes, entity_id: str | None, *, must_be_signed: bool) -> _Entry:
    scan = _Scan(metadata, entity_id, becomes_a_tree=must_be_signed)
    scan.run()
    if must_be_signed and not scan.is_signed:
        raise BadMetadata(_NOT_SIGNED)
    if not scan.is_metadata:
        raise BadMetadata("it is XML, but no SAML metadata")
    if not scan.names:
        raise BadMetadata("it describes no service provider (there is no SPSSODescriptor)")
    if not scan.entries:
        raise BadMetadata(f"it describes no service provider {entity_id!r}")
    if scan.count > 1:
        raise BadMetadata(_several(scan))
    return scan.entries[0]


def _several(scan: _Scan) -> str:
    if scan.wanted is not None:
        return f"it describes several service providers of the name {scan.wanted!r}"
    names = ", ".join(scan.names)
    more = f" and {scan.count - MAX_LISTED} more" if scan.count > MAX_LISTED else ""
    return f"it describes several service providers, so say which one: {names}{more}"


@dataclass
class _Scan:
    """One pass over a document; it counts the matching entities and keeps the first."""

    metadata: bytes
    wanted: str | None
    becomes_a_tree: bool = False
    is_signed: bool = False
    is_metadata: bool = False
    count: int = 0
    entries: list[_Entry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _depth: int = 0
    _nodes: int = 0
    _limits: list[Limits] = field(default_factory=list)
    _namespaces: list[tuple[str, str]] = field(default_factory=list)
    _entry: _Entry | None = None
    _entry_depth: int = 0

    def run(self) -> None:
        self._parser = parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._declared
        parser.EndNamespaceDeclHandler = self._undeclared
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if self.becomes_a_tree:
            parser.CommentHandler = parser.ProcessingInstructionHandler = self._count_one
            parser.StartCdataSectionHandler = self._count_one
        try:
            parser.Parse(self.metadata, True)
        except expat.ExpatError as error:
            raise BadMetadata(f"the XML is not well-formed (line {error.lineno})") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadMetadata(f"the XML is nested deeper than {MAX_DEPTH} elements")
        if self.becomes_a_tree:
            self._count(1 + len(attributes))
            self.is_signed = self.is_signed or (name == _SIGNATURE and self._depth == 2)
        if self._entry is not None:
            if name == _SP_ROLE and self._depth == self._entry_depth + 1:
                self._entry.is_service_provider = True
        elif len(self._limits) == self._depth - 1:  # all elements around it are groups
            self._start_outside(name, attributes)

    def _count_one(self, *_node: str) -> None:
        self._count(1)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise BadMetadata(f"it has more than {MAX_NODES} elements and attributes")

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        if name == _ENTITIES:
            self.is_metadata = True
            self._limits.append(limits_in(attributes.items()))
        elif name == _ENTITY:
            self.is_metadata = True
            self._entry_depth = self._depth
            self._entry = _Entry(
                collapse(attributes.get("entityID", "")),
                self._parser.CurrentByteIndex,
                self._depth == 1,
                tuple(self._limits),
                dict(self._namespaces),
            )

    def _end(self, name: str) -> None:
        if self._entry is not None and self._depth == self._entry_depth:
            self._finish(self._entry)
            self._entry = None
        elif self._entry is None and self._depth == len(self._limits):
            self._limits.pop()
        self._depth -= 1

    def _finish(self, entry: _Entry) -> None:
        if not entry.is_service_provider:
            return
        if len(self.names) < MAX_LISTED:
            self.names.append(entry.entity_id)
        if self.wanted in (None, entry.entity_id):
            self.count += 1
            if not self.entries:
                entry.end = self.metadata.index(b">", self._parser.CurrentByteIndex) + 1
                self.entries.append(entry)

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        if self.becomes_a_tree:
            self._count(1)
        if self._entry is None:
            self._namespaces.append((prefix or "", uri or ""))

    def _undeclared(self, _prefix: str | None) -> None:
        if self._entry is None:
            self._namespaces.pop()


def _refuse_doctype(*_declaration: object) -> None:
    raise BadMetadata("it has a document type declaration")
