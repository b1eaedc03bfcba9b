"""Faults of algorithms: weak ones, confused ones, and transforms that leave things out."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from lxml import etree

from idp.saml import uris
from idp.saml_faults.edits import after_signing, all_of, assertion_of, forge, remove, setting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signatures import ASSERTION_ONLY, SIGNED_ASSERTION
from idp.saml_faults.signing import put_signature, sign_by, signing_with, usual

HMAC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
NONE = "http://fault.invalid/none"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_METHOD = f"{SIGNED_ASSERTION}/ds:SignedInfo/ds:SignatureMethod"
_rows = Rows(Group.ALGORITHM)


def _sha1(element: etree._Element, scene: Scene) -> None:
    sha1 = hashes.SHA1()  # noqa: S303 - the fault
    how = usual(scene.key, sign=sign_by(scene.key, sha1), digest=uris.SHA1)
    put_signature(element, how.with_method(uris.RSA_SHA1))


def _hmac(element: etree._Element, scene: Scene) -> None:
    """Sign with HMAC, whose secret is the certificate that everybody knows, as PEM."""
    certificate = base64.encodebytes(base64.b64decode(scene.key.certificate)).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}-----END CERTIFICATE-----\n".encode()
    how = usual(scene.key, sign=lambda data: hmac.new(pem, data, hashlib.sha256).digest())
    put_signature(forge(element), how.with_method(HMAC_SHA256))


def _none(element: etree._Element, scene: Scene) -> None:
    put_signature(forge(element), usual(scene.key, sign=lambda _data: b"").with_method(NONE))


_WITHOUT_SUBJECT = (
    f'<ds:Transform Algorithm="{XPATH}"><ds:XPath xmlns:a="{uris.ASSERTION}">'
    "not(ancestor-or-self::a:Subject)</ds:XPath></ds:Transform>"
)


def _without_subject(element: etree._Element) -> etree._Element:
    copied = etree.fromstring(etree.tostring(element, with_tail=False))
    for subject in all_of(copied, "a:Subject"):
        remove(subject)
    return copied


def _forged_subject(root: etree._Element, _scene: Scene) -> etree._Element:
    forge(all_of(assertion_of(root), "a:Subject")[0])
    return root


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "signature_sha1",
        "The signature is by RSA with SHA-1",
        "It refuses SHA-1 in signatures, for which collisions are known.",
        "NIST SP 800-131A §3; RFC 9155 §2",
        plan=ASSERTION_ONLY,
        sign=_sha1,
    ),
    _rows.refused(
        "digest_sha1",
        "The digest is by SHA-1",
        "It refuses SHA-1 in digests, too, not only in the signature method.",
        "NIST SP 800-131A §3; RFC 9155 §2",
        plan=ASSERTION_ONLY,
        sign=signing_with(digest=uris.SHA1),
    ),
    _rows.refused(
        "signature_hmac",
        "The forged assertion is signed by HMAC with the public certificate as its secret",
        "It takes the kind of algorithm from the key it trusts, not from the message.",
        "xmldsig-core §6.3.1",
        plan=ASSERTION_ONLY,
        sign=_hmac,
    ),
    _rows.refused(
        "signature_none",
        "The forged assertion is signed by an algorithm that does not exist",
        "It refuses a signature method that it does not know.",
        "xmldsig-core §4.3.2",
        plan=ASSERTION_ONLY,
        sign=_none,
    ),
    _rows.refused(
        "signature_method_changed",
        "The signature method was changed after signing",
        "It checks the signature by the method that was signed, and finds it wrong.",
        "xmldsig-core §3.2.2",
        plan=ASSERTION_ONLY,
        alter=after_signing(setting(_METHOD, Algorithm=uris.RSA_SHA512)),
    ),
    _rows.refused(
        "transform_excludes_subject",
        "A transform leaves the subject out of the signature, and the user was replaced",
        "It refuses transforms other than enveloped-signature and exclusive canonicalisation.",
        "saml-core §5.4.4",
        plan=ASSERTION_ONLY,
        sign=signing_with(transforms=_WITHOUT_SUBJECT, digested=_without_subject),
        alter=_forged_subject,
    ),
    _rows.either(
        "signature_sha512",
        "The signature is by RSA with SHA-512",
        "It may accept algorithms that are stronger than the usual one.",
        "RFC 9231 §2.3.4",
        plan=ASSERTION_ONLY,
        sign=lambda element, scene: put_signature(
            element,
            usual(scene.key, sign=sign_by(scene.key, hashes.SHA512())).with_method(uris.RSA_SHA512),
        ),
    ),
    _rows.accepted(
        "canonical_with_comments",
        "The canonical form is the one with comments",
        "It accepts exclusive canonicalisation with and without comments.",
        "saml-core §5.4.3",
        plan=ASSERTION_ONLY,
        sign=signing_with(canonical=uris.EXCLUSIVE_C14N_WITH_COMMENTS),
    ),
)
