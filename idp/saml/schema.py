"""The XML Schemas of SAML 2.0, compiled once, and the names that they define.

The schema files are part of pysaml2. They are found without importing it, since that import takes
half a second, and the compilation with lxml two milliseconds.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from adapter.errors import TallystickError
from idp.saml import uris

_PROTOCOL = "saml-schema-protocol-2.0.xsd"
_ASSERTION = "saml-schema-assertion-2.0.xsd"
_XMLDSIG = "xmldsig-core-schema.xsd"

# Prefixes and namespaces that service providers use, in addition to the names in the schemas.
_PREFIXES = frozenset({
    "xmlns", "xml", "xs", "xsd", "xsi", "saml", "samlp", "saml2", "saml2p", "ds", "dsig", "ec",
    "md", "ns0", "ns1", "ns2", "ns3", "ns4", "ns5", "ns6",
})  # fmt: skip
_NAMESPACES = frozenset({
    uris.PROTOCOL,
    uris.ASSERTION,
    uris.METADATA,
    uris.XMLDSIG,
    uris.EXCLUSIVE_C14N,
    "http://www.w3.org/2001/XMLSchema",
    "http://www.w3.org/2001/XMLSchema-instance",
})  # fmt: skip


class _Bundled(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    """Finds the schemas that others import in the folder of pysaml2, never on the network."""

    def resolve(self, url: str, public_id: str, context: object) -> object:
        return self.resolve_filename(str(_folder() / url.rsplit("/", 1)[-1]), context)


def load() -> None:
    """Compile the schema and read the names; a process does so before it has threads that parse.

    While a schema is compiled, a function that is global to libxml2 finds the files it imports. If
    another thread parses or compiles meanwhile, the import is not found and the compilation fails.
    """
    protocol()
    vocabulary()


@cache
def protocol() -> etree.XMLSchema:
    """Return the schema of requests and responses, assertions and signatures included."""
    return etree.XMLSchema(document(_PROTOCOL))


@cache
def vocabulary() -> frozenset[str]:
    """Return the names of elements, attributes, prefixes and namespaces of ordinary messages."""
    names: set[str] = {"InclusiveNamespaces", "PrefixList"}
    for file in (_PROTOCOL, _ASSERTION, _XMLDSIG):
        names.update(document(file).xpath("//@name"))
    return frozenset(names) | _PREFIXES | _NAMESPACES


def document(name: str) -> etree._ElementTree:
    """Return the schema file *name*; its imports are resolved when it is compiled."""
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Bundled())
    return etree.parse(str(_folder() / name), parser)


@cache
def _folder() -> Path:
    spec = find_spec("saml2")
    if spec is None or spec.origin is None:
        raise TallystickError(
            "pysaml2 is not installed",
            "Run pip install tallystick again",
            code="incomplete_install",
        )
    return Path(spec.origin).parent / "data" / "schemas"
