"""One entity out of metadata that may hold ten thousand: found by a scan, then cut out.

The scan is expat's, which keeps nothing of what it has passed; only the entity that was asked for
becomes a tree. Where a signature has to be checked, all of it becomes one, and the entity is taken
from that tree, since only that was verified. Source: saml-metadata §2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from lxml import etree

from idp.saml import signature, uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.canonical import attribute
from idp.saml.refusal import Refused
from idp.saml.xml import MAX_DEPTH, as_bytes, parse, parse_scanned

MAX_BYTES = 1024 * 1024
"""The largest metadata of one entity."""

MAX_AGGREGATE_BYTES = 64 * 1024 * 1024
"""The largest document that one is taken from."""

LISTED = 20
"""Entity ids that are told where one has to be chosen."""

_ENTITY = f"{uris.METADATA} EntityDescriptor"
_ENTITIES = f"{uris.METADATA} EntitiesDescriptor"
_SP_ROLE = f"{uris.METADATA} SPSSODescriptor"
_ENTITY_TAG = f"{{{uris.METADATA}}}EntityDescriptor"
_SP_ROLE_TAG = f"{{{uris.METADATA}}}SPSSODescriptor"

Limits = tuple[str | None, str | None]
"""``validUntil`` and ``cacheDuration`` of one element, as they stand there."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entity alone: its element, its document, and the limits of the groups around it."""

    element: etree._Element
    document: bytes
    limits: tuple[Limits, ...]


def select_service_provider(
    metadata: bytes, entity_id: str | None, *, signed_by: str | None = None
) -> Found:
    """Return the service provider *entity_id* of *metadata*, or the only one there is.

    With *signed_by*, a certificate (base64), the whole document must be signed by its key. Raises
    :class:`BadMetadata`.
    """
    if len(metadata) > MAX_AGGREGATE_BYTES:
        raise BadMetadata(f"it is larger than {MAX_AGGREGATE_BYTES // 2**20} MiB")
    entry = _entry_of(metadata, entity_id)
    try:
        if signed_by is not None:
            root = _verified(metadata, signed_by)
            element = _only(root, entry.entity_id)
            limits = tuple(
                (group.get("validUntil"), group.get("cacheDuration"))
                for group in element.iterancestors()
            )
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
    return Found(element, document, limits)


def _verified(metadata: bytes, certificate: str) -> etree._Element:
    """Return the root, after its signature was checked as that of every message is."""
    root = parse_scanned(metadata)
    enveloped = signature.enveloped_signature(root)
    if enveloped is None:
        raise BadMetadata("it is not signed, but its trust demands that")
    signature.check_enveloped(root, enveloped, (certificate,))
    return root


def _only(root: etree._Element, entity_id: str) -> etree._Element:
    found = [
        each
        for each in root.iter(_ENTITY_TAG)
        if each.get("entityID") == entity_id and each.find(_SP_ROLE_TAG) is not None
    ]
    if len(found) != 1:
        raise BadMetadata(f"it describes {entity_id!r} {len(found)} times")
    return found[0]


@dataclass(slots=True)
class _Entry:
    """Where an entity with a service provider lies in the document."""

    entity_id: str
    start: int
    is_root: bool
    limits: tuple[Limits, ...]
    namespaces: Mapping[str, str]
    end: int = 0
    is_service_provider: bool = False

    @property
    def head(self) -> str:
        """The start tag that brings the namespaces declared further out, empty for a root."""
        if self.is_root:
            return ""
        declared = "".join(
            f' xmlns{prefix and ":"}{prefix}="{attribute(uri)}"'
            for prefix, uri in self.namespaces.items()
        )
        return f"<group{declared}>"

    def document(self, metadata: bytes) -> bytes:
        """Return the entity as a document of its own, or inside one element."""
        if self.is_root:
            return metadata
        return f"{self.head}".encode() + metadata[self.start : self.end] + b"</group>"


def _entry_of(metadata: bytes, entity_id: str | None) -> _Entry:
    scan = _Scan(metadata, entity_id)
    scan.run()
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
    more = f" and {scan.count - LISTED} more" if scan.count > LISTED else ""
    return f"it describes several service providers, so say which one: {names}{more}"


@dataclass
class _Scan:
    """One pass over a document; of the entities that match, the first is kept."""

    metadata: bytes
    wanted: str | None
    is_metadata: bool = False
    count: int = 0
    entries: list[_Entry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _depth: int = 0
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
        try:
            parser.Parse(self.metadata, True)
        except expat.ExpatError as error:
            raise BadMetadata(f"the XML is not well-formed (line {error.lineno})") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadMetadata(f"the XML is nested deeper than {MAX_DEPTH} elements")
        if self._entry is not None:
            if name == _SP_ROLE and self._depth == self._entry_depth + 1:
                self._entry.is_service_provider = True
        elif len(self._limits) == self._depth - 1:  # all that is around it are groups
            self._start_outside(name, attributes)

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        if name == _ENTITIES:
            self.is_metadata = True
            self._limits.append((attributes.get("validUntil"), attributes.get("cacheDuration")))
        elif name == _ENTITY:
            self.is_metadata = True
            self._entry_depth = self._depth
            self._entry = _Entry(
                attributes.get("entityID", ""),
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
        if len(self.names) < LISTED:
            self.names.append(entry.entity_id)
        if self.wanted in (None, entry.entity_id):
            self.count += 1
            if not self.entries:
                entry.end = self.metadata.index(b">", self._parser.CurrentByteIndex) + 1
                self.entries.append(entry)

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        if self._entry is None:
            self._namespaces.append((prefix or "", uri or ""))

    def _undeclared(self, _prefix: str | None) -> None:
        if self._entry is None:
            self._namespaces.pop()


def _refuse_doctype(*_declaration: object) -> None:
    raise BadMetadata("it has a document type declaration")
