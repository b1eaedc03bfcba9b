"""Checks the signatures of messages: algorithm, shape and key.

Sources: saml-core §5.4 (enveloped XML signatures), saml-bindings §3.4.4.1 (Redirect). The key comes
from the trust, never from the message. So does the algorithm, as in AD FS: a message signed by
another one is refused, even by a stronger one. Algorithms outside the table, such as HMAC and
"none", are refused. SHA-1 is accepted only for a trust that is set to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from idp.saml import uris, xmlcrypto
from idp.saml.bindings import RedirectSignature
from idp.saml.certificates import BadCertificate, PublicKey, public_key
from idp.saml.refusal import Refused
from idp.saml.usable_keys import MIN_RSA_BITS

SIGNATURE_ALGORITHMS: dict[str, tuple[type[PublicKey], hashes.HashAlgorithm]] = {
    # signature method    kind of key                 digest
    uris.RSA_SHA1:     (rsa.RSAPublicKey,           hashes.SHA1()),  # noqa: S303 - for trusts that are set to it
    uris.RSA_SHA256:   (rsa.RSAPublicKey,           hashes.SHA256()),
    uris.ECDSA_SHA256: (ec.EllipticCurvePublicKey,  hashes.SHA256()),
}  # fmt: skip
ACCEPTED = {
    # a trust's algorithm  those that its messages may be signed by
    uris.RSA_SHA256:      (uris.RSA_SHA256, uris.ECDSA_SHA256),
    uris.RSA_SHA1:        (uris.RSA_SHA1,),
}  # fmt: skip
"""EC keys, which AD FS does not support, are accepted with SHA-256 wherever RSA with SHA-256 is."""

DIGEST_ALGORITHMS = {
    # a trust's algorithm  digests of what is signed
    uris.RSA_SHA256:      (uris.SHA256, uris.SHA384, uris.SHA512),
    uris.RSA_SHA1:        (uris.SHA1, uris.SHA256),
}  # fmt: skip

UNEXPECTED_ALGORITHM = "signature_algorithm"

_CANONICAL_FORMS = (uris.EXCLUSIVE_C14N, uris.EXCLUSIVE_C14N_WITH_COMMENTS)
"""saml-core §5.4.3 allows both. Comments never cut a value here, whether they are signed or not:
values are read with :func:`idp.saml.xml.text_of`, and a signature with comments is refused."""

# Every attribute named ID in any case counts: XML readers differ in what they take for an ID.
_same_id = etree.XPath(
    "count(//@*[. = $id][translate(local-name(), 'ID', 'id') = 'id'])", smart_strings=False
)
_NO_ELEMENTS = (etree.Comment, etree.ProcessingInstruction, etree.Entity)
_SIGNATURE = f"{{{uris.XMLDSIG}}}Signature"


def enveloped_signature(root: etree._Element) -> etree._Element | None:
    """Return the signature of the message *root*, None if it has none.

    Raises :class:`Refused` if there are several, or one that is not a child of the root.
    """
    signatures = list(root.iter(_SIGNATURE))
    if not signatures:
        return None
    if len(signatures) > 1 or signatures[0].getparent() is not root:
        raise _bad_shape("more than one signature, or one in an unexpected place")
    return signatures[0]


def check_enveloped(
    root: etree._Element,
    signature: etree._Element,
    certificates: Sequence[str],
    expected: str = uris.RSA_SHA256,
    min_rsa_bits: int = MIN_RSA_BITS,
) -> str:
    """Check the enveloped *signature* over all of *root*; return that one of *certificates*.

    *expected* is the signature algorithm of the trust, and *min_rsa_bits* that setting.
    Raises :class:`Refused`.
    """
    _check_shape(root, signature, expected)
    _require_certificates(certificates)
    for certificate in certificates:
        if xmlcrypto.verifies(root, signature, certificate, min_rsa_bits):
            return certificate
    raise _wrong()


def check_redirect(
    signature: RedirectSignature,
    certificates: Sequence[str],
    expected: str = uris.RSA_SHA256,
    min_rsa_bits: int = MIN_RSA_BITS,
) -> str:
    """Check the *signature* of a Redirect message, likewise; raises :class:`Refused`."""
    kind, digest = _algorithm(signature.algorithm, expected)
    _require_certificates(certificates)
    for certificate in certificates:
        try:
            key = public_key(certificate, min_rsa_bits)
        except BadCertificate:
            continue
        if isinstance(key, kind) and _octets_verify(key, digest, signature):
            return certificate
    raise _wrong()


def _octets_verify(
    key: PublicKey, digest: hashes.HashAlgorithm, signature: RedirectSignature
) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature.value, signature.signed_octets, padding.PKCS1v15(), digest)
        else:
            der = _encode_der(signature.value)
            key.verify(der, signature.signed_octets, ec.ECDSA(digest))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _encode_der(value: bytes) -> bytes:
    """Return the DER of an ECDSA signature written as r followed by s (RFC 4051 §2.3.6)."""
    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))


def _check_shape(root: etree._Element, signature: etree._Element, expected: str) -> None:
    """Refuse every shape that saml-core §5.4 does not allow, before any cryptography."""
    if next(signature.iter(*_NO_ELEMENTS), None) is not None:
        raise _bad_shape("a comment or processing instruction inside the signature")
    signed_info, *_ = _children(signature, "SignedInfo", "SignatureValue", optional="KeyInfo")
    c14n, method, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _algorithm(method.get("Algorithm", ""), expected)
    if c14n.get("Algorithm") not in _CANONICAL_FORMS:
        raise _bad_shape("a canonicalisation other than the exclusive one")
    _check_reference(root, reference, expected)


def _check_reference(root: etree._Element, reference: etree._Element, expected: str) -> None:
    identifier = root.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise _bad_shape("a reference to something other than the message")
    if _same_id(root, id=identifier) != 1:
        raise _bad_shape("an ID that occurs more than once")
    transforms, digest, _ = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    steps = [step.get("Algorithm") for step in transforms]
    if steps not in [[uris.ENVELOPED, form] for form in _CANONICAL_FORMS]:
        raise _bad_shape("transforms other than enveloped-signature and exclusive c14n")
    if digest.get("Algorithm") not in DIGEST_ALGORITHMS[expected]:
        raise _unexpected(digest.get("Algorithm", ""), expected)


def _children(parent: etree._Element, *names: str, optional: str = "") -> list[etree._Element]:
    """Return the children of *parent*: exactly *names* in order, then maybe the *optional* one."""
    children = list(parent)
    tags = [child.tag for child in children]
    expected = [f"{{{uris.XMLDSIG}}}{name}" for name in names]
    if tags != expected and tags != [*expected, f"{{{uris.XMLDSIG}}}{optional}"]:
        raise _bad_shape(f"something other than {', '.join(names)} where they belong")
    return children


def _algorithm(uri: str, expected: str) -> tuple[type[PublicKey], hashes.HashAlgorithm]:
    if uri not in ACCEPTED[expected]:
        raise _unexpected(uri, expected)
    return SIGNATURE_ALGORITHMS[uri]


def _require_certificates(certificates: Sequence[str]) -> None:
    if not certificates:
        raise Refused(
            "The message is signed, but the trust has no certificate to check it with",
            "Add the service provider's metadata with its signing certificate",
            code="no_signing_certificate",
        )


def _unexpected(uri: str, expected: str) -> Refused:
    # The URI came from outside, so it is cut; the log escapes it.
    return Refused(
        f"The message is signed with an algorithm that is not expected: {uri[:100]!r} "
        f"instead of {expected!r}",
        "Let the service provider sign with that, or change signature_algorithm of its trust",
        code=UNEXPECTED_ALGORITHM,
        status=(uris.RESPONDER, None),
    )


def _bad_shape(fault: str) -> Refused:
    return Refused(
        f"The message's signature is not as SAML allows: {fault}",
        "Sign the whole message with one enveloped signature",
        code="signature_shape",
    )


def _wrong() -> Refused:
    return Refused(
        "The message has a wrong signature",
        "Check that the trust holds the certificate that the service provider signs with",
        code="MSIS0038",
    )
