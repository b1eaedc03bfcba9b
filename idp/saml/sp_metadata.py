"""Reads a service provider's metadata, or reports everything that is wrong with it.

pysaml2 reads the elements, after our own parser has refused DTDs, entities and excessive size. Only
``saml2.md`` is imported, and only when metadata is read. Source: saml-metadata §2.3 and §2.4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from idp.saml import certificates, encryption_keys, endpoints, uris
from idp.saml.aggregate import MAX_BYTES, Limits, select_service_provider
from idp.saml.bad_metadata import BadMetadata
from idp.saml.validity import Validity, strictest_validity
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    ServiceProvider,
    SingleLogoutService,
)
from idp.saml.xml import as_bytes

__all__ = [
    "MAX_BYTES",
    "BadMetadata",
    "ServiceProviderMetadata",
    "read_metadata",
    "read_service_provider",
]

MAX_ENTITY_ID_LENGTH = 1024
"""In characters (saml-metadata §2.2.1)."""

_SP_ROLE = f"{{{uris.METADATA}}}SPSSODescriptor"
_LANG = f"{{{uris.XML}}}lang"
_IS_SHORT_NUMBER = re.compile(r"[0-9]{1,5}").fullmatch
_MAX_INDEX = 65_535


@dataclass(frozen=True, slots=True)
class ServiceProviderMetadata:
    """One service provider in metadata: its values, their validity, and the entity's document."""

    service_provider: ServiceProvider
    validity: Validity
    document: bytes


def read_metadata(
    metadata: bytes,
    entity_id: str | None = None,
    *,
    allow_http: bool = False,
    signed_by: str | None = None,
) -> ServiceProviderMetadata:
    """Return the service provider in *metadata*: at most 64 MiB, its entity at most 1 MiB.

    *entity_id* selects one of several in an EntitiesDescriptor. Addresses must be https, or http if
    *allow_http*. If *signed_by* is a certificate (base64), the document must be signed with its
    key. Raises :class:`BadMetadata`.
    """
    selected = select_service_provider(metadata, entity_id, signed_by=signed_by)
    entity = selected.element
    validity = strictest_validity((*selected.limits, *_limits_of(entity)))
    from saml2 import md  # imported late, so that the server starts faster

    _keep_first_certificates(entity)
    descriptor = md.entity_descriptor_from_string(as_bytes(entity))
    reading = _Reading(allow_http)
    service_provider = reading.service_provider(descriptor)
    if reading.faults:
        raise BadMetadata(*reading.faults)
    return ServiceProviderMetadata(service_provider, validity, selected.document)


def read_service_provider(
    metadata: bytes, entity_id: str | None = None, *, allow_http: bool = False
) -> ServiceProvider:
    """Return only the service provider that :func:`read_metadata` returns."""
    return read_metadata(metadata, entity_id, allow_http=allow_http).service_provider


def _limits_of(entity: etree._Element) -> list[Limits]:
    elements = [entity, *entity.findall(_SP_ROLE)]
    return [(element.get("validUntil"), element.get("cacheDuration")) for element in elements]


def _keep_first_certificates(entity: etree._Element) -> None:
    """Remove the issuers of each certificate: pysaml2 would take the last of a chain as the key."""
    for data in entity.iter(f"{{{uris.XMLDSIG}}}X509Data"):
        for issuer in data.findall(f"{{{uris.XMLDSIG}}}X509Certificate")[1:]:
            data.remove(issuer)


class _Reading:
    """Reads a descriptor of pysaml2; collects all faults instead of stopping at the first."""

    def __init__(self, allow_http: bool) -> None:
        self.faults: list[str] = []
        self._allow_http = allow_http

    def service_provider(self, descriptor: Any) -> ServiceProvider:
        roles = [role for role in descriptor.spsso_descriptor if _speaks_saml2(role)]
        if not roles:
            raise BadMetadata("its service provider does not speak SAML 2.0")
        role = roles[0]
        if not (descriptor.entity_id or "").strip():
            self._fault("it has no entityID")
        elif len(descriptor.entity_id) > MAX_ENTITY_ID_LENGTH:
            self._fault(f"its entityID is longer than {MAX_ENTITY_ID_LENGTH} characters")
        keys = role.key_descriptor
        signing = self._usable(keys, "signing")
        self._usable(keys, "encryption")
        signs = _true(role.authn_requests_signed)
        if signs and not signing:
            self._fault("it promises signed requests, but holds no signing certificate")
        return ServiceProvider(
            entity_id=(descriptor.entity_id or "").strip(),
            assertion_consumer_services=self._consumers(role),
            signing_certificates=signing,
            encryption_certificates=encryption_keys.encryption_certificates(keys),
            sha256_transport=encryption_keys.sha256_transport(keys),
            oaep11_transport=encryption_keys.oaep11_transport(keys),
            aes128_content=encryption_keys.aes128_content(keys),
            name_id_formats=tuple(_text(format_) for format_ in role.name_id_format),
            authn_requests_signed=signs,
            want_assertions_signed=_true(role.want_assertions_signed),
            display_name=_display_name(descriptor, role),
            single_logout_services=self._logout_services(role),
        )

    def _usable(self, keys: Sequence[Any], use: str) -> tuple[str, ...]:
        """Return the certificates for *use*, once each; keys without ``use`` are for both."""
        usable = tuple(
            dict.fromkeys(
                certificate
                for key in keys
                if key.use in (None, use)
                for certificate in encryption_keys.certificates_of(key)
            )
        )
        weak = []
        for certificate in usable:
            try:
                certificates.public_key(certificate)
            except certificates.WeakKey as error:
                weak.append(error.problem)  # it is never used; another one may be
            except certificates.UnusableKey:
                continue  # it is never used, so it does no harm
            except certificates.BadCertificate as error:
                self._fault(f"a certificate in it is unusable ({error.problem})")
        if weak and len(weak) == len(usable):
            self._fault(f"it has no key for {use} that may be used ({weak[0]})")
        return usable

    def _consumers(self, role: Any) -> tuple[AssertionConsumerService, ...]:
        elements = role.assertion_consumer_service
        default = _choose_default([element for element in elements if element.binding == POST])
        if default is None:
            self._fault("it has no assertion consumer service for HTTP-POST")
        return tuple(
            AssertionConsumerService(
                location=self._address("assertion consumer service", element.location or ""),
                binding=element.binding or "",
                index=self._index(element.index, position),
                is_default=element is default,
            )
            for position, element in enumerate(elements)
        )

    def _logout_services(self, role: Any) -> tuple[SingleLogoutService, ...]:
        """Return the services with a binding that we support."""
        return tuple(
            SingleLogoutService(
                location=self._address("log-out service", service.location or ""),
                binding=service.binding,
                response_location=self._address("log-out service", service.response_location)
                if service.response_location
                else None,
            )
            for service in role.single_logout_service
            if service.binding in (REDIRECT, POST)
        )

    def _address(self, what: str, location: str) -> str:
        fault = endpoints.address_fault(location, allow_http=self._allow_http)
        if fault is not None:
            self._fault(f"its {what} {location[:200]!r} {fault}")
        return location

    def _index(self, index: str | None, position: int) -> int:
        """Return the index; if it is missing, which the schema forbids, the position."""
        if index is None:
            return position
        if not _IS_SHORT_NUMBER(index) or int(index) > _MAX_INDEX:
            self._fault(f"an assertion consumer service has the index {index[:20]!r}")
            return position
        return int(index)

    def _fault(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)


def _choose_default(elements: Sequence[Any]) -> Any:
    """Return the first with isDefault true, else the first without isDefault, else the first."""
    declared = [element for element in elements if _true(element.is_default)]
    undeclared = [element for element in elements if element.is_default is None]
    return next(iter([*declared, *undeclared, *elements]), None)


def _speaks_saml2(role: Any) -> bool:
    return uris.PROTOCOL in (role.protocol_support_enumeration or "").split()


def _display_name(descriptor: Any, role: Any) -> str:
    """Return the name for people: of the user interface info, else of the organization."""
    extensions = role.extensions.extension_elements if role.extensions else ()
    names = [
        (child.attributes.get(_LANG, ""), child.text or "")
        for info in extensions
        if (info.namespace, info.tag) == (uris.MDUI, "UIInfo")
        for child in info.children
        if child.tag == "DisplayName"
    ]
    if not names and descriptor.organization:
        organization = descriptor.organization.organization_display_name
        names = [(name.lang or "", name.text or "") for name in organization]
    english = [name for lang, name in names if lang.startswith("en")]
    return next(iter([*english, *(name for _, name in names)]), "").strip()


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _true(value: str | None) -> bool:
    return (value or "").strip() in ("true", "1")
