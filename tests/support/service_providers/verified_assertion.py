"""An assertion as a stranger to our code reads it: by libxmlsec1, from what was signed alone."""

from __future__ import annotations

import xmlsec
from lxml import etree

SAML = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}


def verified_assertion(response: bytes, certificate_pem: bytes) -> etree._Element:
    """Return the only assertion of a response once its own signature is proven good."""
    root = etree.fromstring(response, etree.XMLParser(resolve_entities=False, no_network=True))
    [assertion] = root.iterfind("saml:Assertion", SAML)
    [signature] = assertion.iterfind("{http://www.w3.org/2000/09/xmldsig#}Signature")
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate_pem, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(assertion, "ID")
    context.verify(signature)
    [reference] = signature.iterfind(".//{http://www.w3.org/2000/09/xmldsig#}Reference")
    if reference.get("URI") != f"#{assertion.get('ID')}":
        raise AssertionError("The signature is over something else than the assertion")
    return assertion


def only(assertion: etree._Element, path: str) -> str:
    """Return the text or attribute that *path* finds; it must be one."""
    [found] = assertion.xpath(path, namespaces=SAML)
    return str(found)


def values(assertion: etree._Element, name: str) -> list[str]:
    """Return the values of the attribute *name*."""
    path = "saml:AttributeStatement/saml:Attribute[@Name=$name]/saml:AttributeValue"
    return [value.xpath("string()") for value in assertion.xpath(path, name=name, namespaces=SAML)]
