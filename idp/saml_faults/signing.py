"""Signs elements of a tree: as our trust is set, or by rules that our own signing does not know.

Source: xmldsig-core §4. :mod:`idp.saml.signing` signs text of our own making; here the text may be
anything, so it is made canonical by lxml.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from idp.saml import uris
from idp.saml.encryption import encrypt
from idp.saml.keys import new_signing_certificate
from idp.saml.signing import SigningKey
from idp.saml.values import Encryption
from idp.saml_faults.edits import NS, one_of
from idp.saml_faults.scene import Scene

DIGESTS = {
    uris.SHA1:   hashlib.sha1,
    uris.SHA256: hashlib.sha256,
    uris.SHA512: hashlib.sha512,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """How one element is signed.

    ``sign`` makes the value from the canonical SignedInfo. ``transforms`` is more XML for the
    Reference, and ``digested`` what is digested in place of the element. ``key_info`` is the
    content of KeyInfo; without any, there is no KeyInfo.
    """

    method: str
    sign: Callable[[bytes], bytes]
    digest: str = uris.SHA256
    canonical: str = uris.EXCLUSIVE_C14N
    transforms: str = ""
    digested: Callable[[etree._Element], etree._Element] | None = None
    key_info: str = ""

    def with_method(self, method: str) -> Signature:
        """Return it with another SignatureMethod; the function that signs stays."""
        return replace(self, method=method)


def x509(certificate: str) -> str:
    """Return the content of KeyInfo that names a certificate."""
    return f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"


def usual(key: SigningKey, **other: Any) -> Signature:
    """Return how we sign with *key*, except for the *other* fields."""
    digest = uris.SHA1 if key.algorithm == uris.RSA_SHA1 else uris.SHA256
    made = Signature(key.algorithm, key.sign, digest, key_info=x509(key.certificate))
    return replace(made, **other)


def sign_as_planned(element: etree._Element, scene: Scene) -> None:
    """Sign *element* with the key of the scene, as a response without a fault is."""
    put_signature(element, usual(scene.key))


def signing_with(**other: Any) -> Callable[[etree._Element, Scene], None]:
    """Return the stage that signs with the usual key, except for the *other* fields."""

    def sign(element: etree._Element, scene: Scene) -> None:
        put_signature(element, usual(scene.key, **other))

    return sign


def put_signature(element: etree._Element, how: Signature) -> None:
    """Sign *element* and put the signature after its Issuer (saml-core §2.3.3, §3.2.2)."""
    signature = etree.fromstring(_template(element, how))
    # At its place first: what is canonical depends on the namespaces around it.
    one_of(element, "a:Issuer").addnext(signature)
    signed_info = one_of(signature, "ds:SignedInfo")
    value = how.sign(canonical(signed_info, how.canonical))
    one_of(signature, "ds:SignatureValue").text = _base64(value)


def canonical(element: etree._Element, algorithm: str = uris.EXCLUSIVE_C14N) -> bytes:
    """Return an element in exclusive canonical form, with comments if *algorithm* keeps them."""
    with_comments = algorithm == uris.EXCLUSIVE_C14N_WITH_COMMENTS
    return bytes(
        etree.tostring(
            element, method="c14n", exclusive=True, with_comments=with_comments, with_tail=False
        )
    )


def digest_of(element: etree._Element, digest: str = uris.SHA256) -> str:
    """Return the DigestValue of an element without its own signature."""
    copied = copy.deepcopy(element)
    for signature in copied.xpath("ds:Signature", namespaces=NS):
        copied.remove(signature)
    return _base64(DIGESTS[digest](canonical(copied)).digest())


def _template(element: etree._Element, how: Signature) -> str:
    digested = how.digested(element) if how.digested else element
    value = _base64(DIGESTS[how.digest](canonical(digested, how.canonical)).digest())
    key_info = f"<ds:KeyInfo>{how.key_info}</ds:KeyInfo>" if how.key_info else ""
    return (
        f'<ds:Signature xmlns:ds="{uris.XMLDSIG}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{how.canonical}"/>'
        f'<ds:SignatureMethod Algorithm="{how.method}"/>'
        f'<ds:Reference URI="#{element.get("ID")}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{uris.ENVELOPED}"/>{how.transforms}'
        f'<ds:Transform Algorithm="{how.canonical}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{how.digest}"/><ds:DigestValue>{value}</ds:DigestValue>'
        f"</ds:Reference></ds:SignedInfo><ds:SignatureValue/>{key_info}</ds:Signature>"
    )


@cache
def stranger() -> SigningKey:
    """Return a key that nobody trusts, made once for each process."""
    now = datetime.now(UTC) - timedelta(days=1)
    pair = new_signing_certificate("stranger.fault.invalid", now)
    return SigningKey.from_pem(pair.private_key, pair.certificate)


def sign_by(key: SigningKey, digest: hashes.HashAlgorithm) -> Callable[[bytes], bytes]:
    """Return a function that signs with an RSA key and any digest."""

    def sign(data: bytes) -> bytes:
        private = key.private_key
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(data, padding.PKCS1v15(), digest)
        return key.sign(data)

    return sign


def encrypt_as_usual(assertion: str, encryption: Encryption) -> str:
    """Return the EncryptedData of an assertion, as a response without a fault has it."""
    return encrypt(assertion, encryption)


def serialize(root: etree._Element) -> bytes:
    """Return the document in UTF-8, without an XML declaration."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=False))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
