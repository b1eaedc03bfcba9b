"""A service provider's metadata written by hand, part by part.

Every part takes the XML inside it, and attributes as text with a space before each.
"""

from __future__ import annotations

from idp.saml.values import POST

SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"
OTHER_ACS_URL = "https://sp.example.test/other"
DEFAULT_ACS_URL = "https://sp.example.test/default"


def acs(url: str = ACS_URL, index: int = 0, *, binding: str = POST, attributes: str = "") -> str:
    return (
        f'<md:AssertionConsumerService Binding="{binding}" Location="{url}" index="{index}"'
        f"{attributes}/>"
    )


def slo(url: str, binding: str, response_url: str | None = None) -> str:
    answers = f' ResponseLocation="{response_url}"' if response_url else ""
    return f'<md:SingleLogoutService Binding="{binding}" Location="{url}"{answers}/>'


ACS = acs()
SIGNED = ' AuthnRequestsSigned="true"'
"""The attribute of a role that signs its requests."""


def role(inner: str = ACS, attributes: str = "") -> str:
    return (
        f'<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'
        f"{attributes}>{inner}</md:SPSSODescriptor>"
    )


def entity(inner: str | None = None, entity_id: str = SP_ID, attributes: str = "") -> str:
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" '
        f'entityID="{entity_id}"{attributes}>{role() if inner is None else inner}'
        "</md:EntityDescriptor>"
    )


def entities(*inner: str, attributes: str = "") -> str:
    return (
        f'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"{attributes}>'
        f"{''.join(inner)}</md:EntitiesDescriptor>"
    )


def metadata(entity_id: str = SP_ID, acs_url: str = ACS_URL) -> str:
    """Return the least that a service provider can say: its name and one address."""
    return entity(role(acs(acs_url)), entity_id)


def key(certificate: str, use: str = "", methods: str = "") -> str:
    written = f' use="{use}"' if use else ""
    return (
        f"<md:KeyDescriptor{written}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{methods}"
        "</md:KeyDescriptor>"
    )


def method(algorithm: str, digest: str = "", mask: str = "") -> str:
    inner = f'<ds:DigestMethod Algorithm="{digest}"/>' if digest else ""
    if mask:
        inner += f'<e:MGF xmlns:e="http://www.w3.org/2009/xmlenc11#" Algorithm="{mask}"/>'
    return f'<md:EncryptionMethod Algorithm="{algorithm}">{inner}</md:EncryptionMethod>'
