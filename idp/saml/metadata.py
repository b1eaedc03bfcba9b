"""Writes metadata: the federation server's own, and that of a service provider.

Source: saml-metadata §2. The form and the order of elements are AD FS's. What reads metadata is
imported here as well, so that one module serves both directions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from idp.saml import uris
from idp.saml.canonical import attribute, instant, text
from idp.saml.signing import SigningKey, sign_enveloped
from idp.saml.sp_metadata import (
    MAX_BYTES,
    BadMetadata,
    ServiceProviderMetadata,
    read_metadata,
    read_service_provider,
)
from idp.saml.values import EMAIL, PERSISTENT, POST, REDIRECT, TRANSIENT

__all__ = [
    "MAX_BYTES",
    "BadMetadata",
    "ServiceProviderMetadata",
    "read_metadata",
    "read_service_provider",
    "write_idp_metadata",
    "write_sp_metadata",
]

NAME_ID_FORMATS = (EMAIL, PERSISTENT, TRANSIENT)
_BINDINGS = (REDIRECT, POST)


def write_idp_metadata(
    *,
    entity_id: str,
    ls_url: str,
    certificates: Sequence[str],
    key: SigningKey,
    now: datetime,
    name_id_formats: Sequence[str] = NAME_ID_FORMATS,
    attributes: Sequence[tuple[str, str]] = (),
    log_out_url: str | None = None,
    bindings: Sequence[str] = _BINDINGS,
    valid_for: timedelta | None = None,
) -> bytes:
    """Return a signed EntityDescriptor with an IDPSSODescriptor, in UTF-8.

    *ls_url* is the address for sign-on and log-out, unless there is a *log_out_url* of its own.
    *certificates* are those of the token-signing keys, the primary first, since some clients only
    use the first. *attributes* are pairs of claim type and friendly name. *valid_for* sets
    ``validUntil``, counted from *now*; AD FS never has it.
    """
    until = "" if valid_for is None else f' validUntil="{instant(now + valid_for)}"'
    log_out_url = log_out_url or ls_url
    role = (
        f'<IDPSSODescriptor protocolSupportEnumeration="{uris.PROTOCOL}">'
        f"{''.join(_key('signing', certificate) for certificate in certificates)}"
        f"{''.join(_service('SingleLogoutService', each, log_out_url) for each in bindings)}"
        f"{''.join(_name_id_format(format_) for format_ in name_id_formats)}"
        f"{''.join(_service('SingleSignOnService', each, ls_url) for each in bindings)}"
        f"{''.join(_offered(name, friendly) for name, friendly in attributes)}"
        "</IDPSSODescriptor></EntityDescriptor>"
    )
    named = f'entityID="{attribute(entity_id)}"{until}>'
    # The ID is a hash of the content, so that the metadata has the same bytes on every node.
    element_id = "_" + hashlib.sha256((named + role).encode("utf-8")).hexdigest()[:32]
    head = f'<EntityDescriptor xmlns="{uris.METADATA}" ID="{element_id}" {named}'
    return sign_enveloped(head, role, element_id, key).encode("utf-8")


def write_sp_metadata(
    *,
    entity_id: str,
    acs_urls: Sequence[str],
    slo_url: str | None = None,
    certificate: str | None = None,
    encryption_certificate: str | None = None,
    authn_requests_signed: bool = False,
    want_assertions_signed: bool = False,
    display_name: str = "",
) -> bytes:
    """Return the metadata of a service provider: of one without its own, and of test ones.

    The first of *acs_urls* is the default. *certificate* (base64) is for signatures that it makes,
    *encryption_certificate* for what is encrypted for it.
    """
    flags = (("AuthnRequestsSigned", authn_requests_signed),
             ("WantAssertionsSigned", want_assertions_signed))  # fmt: skip
    uses = (("signing", certificate), ("encryption", encryption_certificate))
    services = "".join(
        _service("SingleLogoutService", binding, slo_url)
        for binding in _BINDINGS
        if slo_url is not None
    )
    keys = "".join(_key(use, certificate) for use, certificate in uses if certificate is not None)
    return (
        f'<EntityDescriptor xmlns="{uris.METADATA}" entityID="{attribute(entity_id)}">'
        f"<SPSSODescriptor {' '.join(f'{name}={_boolean(value)}' for name, value in flags)} "
        f'protocolSupportEnumeration="{uris.PROTOCOL}">{_user_interface(display_name)}{keys}'
        f"{services}{''.join(_consumer(index, url) for index, url in enumerate(acs_urls))}"
        "</SPSSODescriptor></EntityDescriptor>"
    ).encode()


def _user_interface(display_name: str) -> str:
    """Return the display name (saml-metadata-ui §2.1), empty without one."""
    if not display_name:
        return ""
    return (
        f'<Extensions><UIInfo xmlns="{uris.MDUI}"><DisplayName xml:lang="en">{text(display_name)}'
        "</DisplayName></UIInfo></Extensions>"
    )


def _key(use: str, certificate: str) -> str:
    return f'<KeyDescriptor use="{use}">{_key_info(certificate)}</KeyDescriptor>'


def _key_info(certificate: str) -> str:
    return (
        f'<KeyInfo xmlns="{uris.XMLDSIG}"><X509Data><X509Certificate>{certificate}'
        "</X509Certificate></X509Data></KeyInfo>"
    )


def _name_id_format(uri: str) -> str:
    return f"<NameIDFormat>{text(uri)}</NameIDFormat>"


def _service(name: str, binding: str, url: str) -> str:
    return f'<{name} Binding="{binding}" Location="{attribute(url)}"></{name}>'


def _offered(name: str, friendly_name: str) -> str:
    return (
        f'<Attribute xmlns="{uris.ASSERTION}" FriendlyName="{attribute(friendly_name)}" '
        f'Name="{attribute(name)}" NameFormat="{uris.NAME_FORMAT_URI}"></Attribute>'
    )


def _consumer(index: int, url: str) -> str:
    return (
        f'<AssertionConsumerService Binding="{POST}" Location="{attribute(url)}" '
        f'index="{index}" isDefault={_boolean(index == 0)}></AssertionConsumerService>'
    )


def _boolean(value: bool) -> str:
    return '"true"' if value else '"false"'
