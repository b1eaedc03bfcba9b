"""Mends what is misspelt in the metadata of one entity, and says so.

A reader that goes by the schema drops what it does not know without a word. Some of that would make
a trust less strict than its owner meant: ``AuthnRequestsSigned="True"``, ``use="Signing"``, a key
whose elements are in the wrong namespace. Each is read in the stricter way, with a warning, or
refused. White space around values collapses without a warning, as the schema of saml-metadata says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from idp.saml import uris
from idp.saml.xml import collapse

MAX_WARNINGS = 20
"""Upper limit of the warnings about one entity; one more says how many there would be."""

_MD, _DS = f"{{{uris.METADATA}}}", f"{{{uris.XMLDSIG}}}"
_ENTITY, _ROLE, _KEY = f"{_MD}EntityDescriptor", f"{_MD}SPSSODescriptor", f"{_MD}KeyDescriptor"
_CERTIFICATE, _CONSUMER = f"{_DS}X509Certificate", f"{_MD}AssertionConsumerService"

_KEY_PARTS = {
    # element                  children that hold a key, or say how to encrypt for it
    _ROLE:                     (_KEY,),
    _KEY:                      (f"{_DS}KeyInfo", f"{_MD}EncryptionMethod"),
    f"{_DS}KeyInfo":           (f"{_DS}X509Data",),
    f"{_DS}X509Data":          (_CERTIFICATE,),
    f"{_MD}EncryptionMethod":  (f"{_DS}DigestMethod", f"{{{uris.XMLENC11}}}MGF"),
}  # fmt: skip

_ATTRIBUTES = {
    # element   attributes that it may have
    _ENTITY:    ("entityID", "validUntil", "cacheDuration", "ID"),
    _ROLE:      ("ID", "validUntil", "cacheDuration", "protocolSupportEnumeration", "errorURL",
                 "AuthnRequestsSigned", "WantAssertionsSigned"),
    _KEY:       ("use",),
}  # fmt: skip

_ROLE_CHILDREN = frozenset(
    f"{_MD}{name}"
    for name in (
        "Extensions", "KeyDescriptor", "Organization", "ContactPerson", "ArtifactResolutionService",
        "SingleLogoutService", "ManageNameIDService", "NameIDFormat", "AssertionConsumerService",
        "AttributeConsumingService",
    )
) | {f"{_DS}Signature"}  # fmt: skip

_FLAGS = ("AuthnRequestsSigned", "WantAssertionsSigned")
_USES = ("signing", "encryption")
_BOOLEANS = ("true", "false", "1", "0")


@dataclass(slots=True)
class Mended:
    """What was found: ``warnings`` about what was mended, ``faults`` that refuse the entity."""

    _warnings: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def warn(self, warning: str) -> None:
        """Add a warning, once."""
        self._warnings[warning] = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings, sentences without a full stop, at most MAX_WARNINGS and one."""
        found = tuple(self._warnings)
        more = len(found) - MAX_WARNINGS
        last = (f"there are {more} more such warnings",) if more > 0 else ()
        return found[:MAX_WARNINGS] + last


def mend(entity: etree._Element) -> Mended:
    """Change the tree of one EntityDescriptor so that it says what its owner meant."""
    mended = Mended()
    _collapse_values(entity)
    _mend_attribute_names(entity, mended)
    for role in entity.findall(_ROLE):
        _mend_attribute_names(role, mended)
        _mend_key_parts(role, mended)
        for name in _FLAGS:
            _mend_flag(role, name, mended)
        for key in role.findall(_KEY):
            _mend_attribute_names(key, mended)
            _mend_use(key, mended)
            _warn_of_missing_certificate(key, mended)
        for service in role.findall(_CONSUMER):
            _mend_default(service, mended)
        _warn_of_unknown_children(role, mended)
    return mended


def _collapse_values(entity: etree._Element) -> None:
    """Remove white space around the values of attributes: URIs, numbers, flags and times."""
    roles = entity.findall(_ROLE)
    inner = (part for role in roles for child in _elements(role) for part in child.iter("*"))
    for element in (entity, *roles, *inner):
        for name, value in element.attrib.items():
            element.set(name, collapse(value))


def _mend_attribute_names(element: etree._Element, mended: Mended) -> None:
    """Rename misspelt attributes: letters in another case, or with the namespace of metadata.

    Unknown ones are warned of, but not those of other namespaces, which are extensions.
    """
    known = {name.lower(): name for name in _ATTRIBUTES[element.tag]}
    for name in element.attrib:
        right = known.get(name.removeprefix(_MD).lower(), "")
        if name == right or (name.startswith("{") and not name.startswith(_MD)):
            continue
        if right and right not in element.attrib:
            mended.warn(f"the attribute {_quote(name)} is misspelt and read as {right}")
            element.set(right, element.attrib.pop(name))
        else:
            mended.warn(f"the attribute {_quote(name)} is unknown and was ignored")


def _mend_key_parts(parent: etree._Element, mended: Mended) -> None:
    """Give the elements of a key the names that they should have, from the role downwards."""
    right_names = {etree.QName(tag).localname.lower(): tag for tag in _KEY_PARTS[parent.tag]}
    for child in _elements(parent):
        right = right_names.get(etree.QName(child).localname.lower())
        if right is None:
            continue
        if child.tag != right:
            name = etree.QName(right).localname
            mended.warn(f"{name} is misspelt or in a wrong namespace, and was read all the same")
            child.tag = right
        if right in _KEY_PARTS:
            _mend_key_parts(child, mended)


def _mend_flag(role: etree._Element, name: str, mended: Mended) -> None:
    """Read a flag in any case; what is neither true nor false is true, the stricter value."""
    value = role.get(name)
    if value is None or value in _BOOLEANS:
        return
    right = value.lower() if value.lower() in _BOOLEANS else "true"
    mended.warn(f"{name} is {_quote(value)}, which was read as {right}")
    role.set(name, right)


def _mend_default(service: etree._Element, mended: Mended) -> None:
    """Read isDefault in any case; what is neither true nor false is left out."""
    value = service.get("isDefault")
    if value is None or value in _BOOLEANS:
        return
    del service.attrib["isDefault"]
    if value.lower() in _BOOLEANS:
        service.set("isDefault", value.lower())
    mended.warn(f"isDefault is {_quote(value)} and neither true nor false")


def _mend_use(key: etree._Element, mended: Mended) -> None:
    """Read ``use`` in any case; an empty one counts as missing, and any other is a fault."""
    use = key.get("use")
    if use is None or use in _USES:
        return
    if use.lower() in _USES:
        mended.warn(f"the use of a key is {_quote(use)}, which was read as {use.lower()}")
        key.set("use", use.lower())
    elif not use:
        mended.warn("the use of a key is empty, so that it was read as a key for both uses")
        del key.attrib["use"]
    else:
        mended.faults.append(f"a key has the use {_quote(use)}; give signing or encryption")


def _warn_of_missing_certificate(key: etree._Element, mended: Mended) -> None:
    path = f"{_DS}KeyInfo/{_DS}X509Data/{_CERTIFICATE}"
    if key.find(path) is None:
        use = f" for {key.get('use')}" if key.get("use") else ""
        mended.warn(f"a key{use} is given without a certificate and was ignored")


def _warn_of_unknown_children(role: etree._Element, mended: Mended) -> None:
    for child in _elements(role):
        if child.tag not in _ROLE_CHILDREN:
            mended.warn(f"the element {_quote(etree.QName(child).localname)} was ignored")


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the children of *parent* that are elements, without those in its Extensions."""
    return (child for child in parent.iterchildren("*") if child.tag != f"{_MD}Extensions")


def _quote(text: str) -> str:
    return repr(text[:60])
