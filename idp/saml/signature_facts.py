"""What a message itself says of its signature, for people who look for the reason of a refusal.

None of it is proved: :mod:`idp.saml.signature` decides by the trust alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from idp.saml import uris
from idp.saml.bindings import SamlMessage
from idp.saml.certificates import BadCertificate, thumbprint_of
from idp.saml.refusal import Refused
from idp.saml.xml import parse, text_of

_METHOD = f".//{{{uris.XMLDSIG}}}SignatureMethod"
_CERTIFICATE = f".//{{{uris.XMLDSIG}}}X509Certificate"
_SIGNATURE = f"{{{uris.XMLDSIG}}}Signature"


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """``algorithms`` of the signatures, in the message and in the query.

    ``certificate`` is the SHA-256 thumbprint of the certificate that the message brings, empty if
    it brings none, as every message of the Redirect binding.
    """

    algorithms: tuple[str, ...] = ()
    certificate: str = ""


def signature_facts(message: SamlMessage) -> SignatureFacts:
    """Return what can be read of *message*, which may be anything."""
    by_query = message.redirect_signature
    algorithms = [by_query.algorithm] if by_query is not None else []
    try:
        enveloped = parse(message.xml).find(_SIGNATURE)
    except Refused:
        enveloped = None
    if enveloped is None:
        return SignatureFacts(tuple(algorithms))
    method = enveloped.find(_METHOD)
    if method is not None:
        algorithms.append(method.get("Algorithm", ""))
    return SignatureFacts(tuple(algorithms), _thumbprint(enveloped.find(_CERTIFICATE)))


def _thumbprint(certificate: etree._Element | None) -> str:
    try:
        return "" if certificate is None else thumbprint_of(text_of(certificate))
    except BadCertificate:
        return ""
