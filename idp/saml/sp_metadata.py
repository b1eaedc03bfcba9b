"""Reads a service provider's metadata, or reports everything that is wrong with it.

pysaml2 reads the elements, after our own parser has refused DTDs, entities and excessive size. Only
``saml2.md`` is imported, and only when metadata is read. Source: saml-metadata §2.3 and §2.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from adapter.errors import TallystickError
from idp.saml import certificates, encryption_keys, endpoints, uris
from idp.saml.aggregate import MAX_BYTES, SelectedEntity, select_service_provider
from idp.saml.bad_metadata import BadMetadata
from idp.saml.metadata_limits import Limits, limits_in, strictest_validity
from idp.saml.metadata_mending import Mended, mend
from idp.saml.usable_keys import MIN_RSA_BITS, MIN_RSA_BITS_OF_OLD_TRUSTS
from idp.saml.validity import Validity
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    ServiceProvider,
    SingleLogoutService,
)
from idp.saml.xml import as_bytes, collapse

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
    min_rsa_bits_of: Callable[[str], int] = lambda _entity_id: MIN_RSA_BITS,
) -> ServiceProviderMetadata:
    """Return the service provider in *metadata*: at most 64 MiB, its entity at most 1 MiB.

    *entity_id* selects one of several in an EntitiesDescriptor. Addresses must be https, or http if
    *allow_http*. If *signed_by* is a certificate (base64), the document must be signed with its
    key. *min_rsa_bits_of* returns that setting of the trust with an entity ID; it is called once.
    Raises :class:`BadMetadata`.
    """
    selected = select_service_provider(metadata, entity_id, signed_by=signed_by)
    min_rsa_bits = min_rsa_bits_of((selected.element.get("entityID") or "").strip())
    try:
        return _read_entity(selected, allow_http, min_rsa_bits)
    except TallystickError:
        raise
    except Exception as error:  # whatever a library raises at what a stranger wrote
        raise BadMetadata(f"a part of it cannot be handled ({type(error).__name__})") from error


def _read_entity(
    selected: SelectedEntity, allow_http: bool, min_rsa_bits: int
) -> ServiceProviderMetadata:
    entity = selected.element
    validity, warnings = strictest_validity((*selected.limits, *_limits_of(entity)))
    mended = mend(entity)
    for warning in warnings:
        mended.warn(warning)
    _keep_first_certificates(entity)
    from saml2 import md  # imported late, so that the server starts faster

    descriptor = md.entity_descriptor_from_string(as_bytes(entity))
    service_provider = _Reading(allow_http, min_rsa_bits, mended).service_provider(descriptor)
    if mended.faults:
        raise BadMetadata(*mended.faults)
    return ServiceProviderMetadata(
        replace(service_provider, warnings=mended.warnings), validity, selected.document
    )


def read_service_provider(
    metadata: bytes, entity_id: str | None = None, *, allow_http: bool = False
) -> ServiceProvider:
    """Return only the service provider that :func:`read_metadata` returns."""
    return read_metadata(metadata, entity_id, allow_http=allow_http).service_provider


def _limits_of(entity: etree._Element) -> list[Limits]:
    elements = [entity, *entity.findall(_SP_ROLE)]
    return [limits_in(element.attrib.items()) for element in elements]


def _keep_first_certificates(entity: etree._Element) -> None:
    """Remove the issuers of each certificate: pysaml2 would take the last of a chain as the key."""
    for data in entity.iter(f"{{{uris.XMLDSIG}}}X509Data"):
        for issuer in data.findall(f"{{{uris.XMLDSIG}}}X509Certificate")[1:]:
            data.remove(issuer)


class _Reading:
    """Reads a descriptor of pysaml2; collects all faults instead of stopping at the first."""

    def __init__(self, allow_http: bool, min_rsa_bits: int, mended: Mended) -> None:
        self._allow_http = allow_http
        self._min_rsa_bits = min_rsa_bits
        self._mended = mended

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
            encryption_certificates=encryption_keys.encryption_certificates(
                keys, self._min_rsa_bits
            ),
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
                certificates.public_key(certificate, self._min_rsa_bits)
            except certificates.WeakKey as error:
                weak.append(error.problem)  # it is never used; another one may be
            except certificates.UnusableKey:
                continue  # it is never used, so it does no harm
            except certificates.BadCertificate as error:
                self._fault(f"a certificate in it is unusable ({error.problem})")
        if weak and len(weak) == len(usable):
            self._fault(f"it has no key for {use} that may be used ({weak[0]}){_way_out(usable)}")
        return usable

    def _consumers(self, role: Any) -> tuple[AssertionConsumerService, ...]:
        """Return the usable services; those beside them are left out with a warning."""
        elements = list(enumerate(role.assertion_consumer_service))
        faults = {position: self._fault_of_consumer(element) for position, element in elements}
        usable = [(position, element) for position, element in elements if not faults[position]]
        default = _choose_default([element for _, element in usable if element.binding == POST])
        if default is not None:
            self._leave_out(faults.values())
        elif any(element.binding == POST for _, element in elements):
            self._mended.faults += dict.fromkeys(filter(None, faults.values()))
        else:
            self._fault("it has no assertion consumer service for HTTP-POST")
        return tuple(
            AssertionConsumerService(
                location=element.location,
                binding=element.binding or "",
                # Without an index, which the schema forbids, the position counts.
                index=position if element.index is None else int(element.index),
                is_default=element is default,
            )
            for position, element in usable
        )

    def _fault_of_consumer(self, element: Any) -> str | None:
        index = element.index
        if index is not None and not (_IS_SHORT_NUMBER(index) and int(index) <= _MAX_INDEX):
            return f"an assertion consumer service has the index {index[:20]!r}"
        return self._fault_of_address("assertion consumer service", element.location or "")

    def _logout_services(self, role: Any) -> tuple[SingleLogoutService, ...]:
        """Return the services with a binding that we support and addresses that can be used."""
        services = [each for each in role.single_logout_service if each.binding in (REDIRECT, POST)]
        faults = [self._fault_of_logout(service) for service in services]
        self._leave_out(faults)
        return tuple(
            SingleLogoutService(
                location=service.location,
                binding=service.binding,
                response_location=service.response_location or None,
            )
            for service, fault in zip(services, faults, strict=True)
            if fault is None
        )

    def _fault_of_logout(self, service: Any) -> str | None:
        addresses = [service.location or "", *filter(None, [service.response_location])]
        faults = (self._fault_of_address("log-out service", each) for each in addresses)
        return next(filter(None, faults), None)

    def _fault_of_address(self, what: str, location: str) -> str | None:
        fault = endpoints.address_fault(location, allow_http=self._allow_http)
        return None if fault is None else f"its {what} {location[:200]!r} {fault}"

    def _leave_out(self, faults: Iterable[str | None]) -> None:
        for fault in filter(None, faults):
            self._mended.warn(f"{fault}, so that it was left out")

    def _fault(self, fault: str) -> None:
        if fault not in self._mended.faults:
            self._mended.faults.append(fault)


def _way_out(weak: Iterable[str]) -> str:
    """Say how *weak* certificates can be used nevertheless; empty if no setting allows them."""
    if not any(encryption_keys.is_rsa(each, MIN_RSA_BITS_OF_OLD_TRUSTS) for each in weak):
        return ""
    return ", unless its trust allows it: tallystick sp add FILE --set min_rsa_bits=1024"


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
    return collapse(element.text or "")


def _true(value: str | None) -> bool:
    return value in ("true", "1")
