"""Faults of keys: who signs, and what KeyInfo says about it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from idp.saml.signing import SigningKey
from idp.saml_faults.edits import forge
from idp.saml_faults.fault import Fault, Group, Needs, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signatures import ASSERTION_ONLY
from idp.saml_faults.signing import put_signature, signing_with, stranger, usual, x509

_rows = Rows(Group.KEY)


def _by_stranger(
    key_info: Callable[[Scene], str],
) -> Callable[[etree._Element, Scene], None]:
    """Return the stage that forges the assertion and signs it with a key that nobody trusts."""

    def sign(element: etree._Element, scene: Scene) -> None:
        how = usual(stranger(), sign=stranger().sign, key_info=key_info(scene))
        put_signature(forge(element), how)

    return sign


def _named_as_it_is(_scene: Scene) -> str:
    return x509(stranger().certificate)


def _named_as_ours(scene: Scene) -> str:
    return x509(scene.key.certificate)


def _key_value(_scene: Scene) -> str:
    return rsa_key_value(stranger())


def rsa_key_value(key: SigningKey) -> str:
    """Return the content of KeyInfo that contains a public RSA key (xmldsig-core §4.4.2.2)."""
    public = key.private_key.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        return x509(key.certificate)
    numbers = public.public_numbers()
    modulus, exponent = (
        base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8)).decode()
        for number in (numbers.n, numbers.e)
    )
    return (
        f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus>"
        f"<ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )


def _next_key(scene: Scene) -> Scene:
    return scene if scene.next_key is None else replace(scene, key=scene.next_key)


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "key_unknown",
        "A key that nobody trusts has signed, and its certificate is in KeyInfo",
        "It takes keys from the metadata of the identity provider, never from the message.",
        "saml-core §5.4.5; saml-metadata §2.4.1.1",
        plan=ASSERTION_ONLY,
        sign=_by_stranger(_named_as_it_is),
    ),
    _rows.refused(
        "key_unknown_named_as_ours",
        "A key that nobody trusts has signed, and KeyInfo has the certificate of the right one",
        "It checks the signature with the key, and does not only compare the certificate.",
        "xmldsig-core §3.2.2",
        plan=ASSERTION_ONLY,
        sign=_by_stranger(_named_as_ours),
    ),
    _rows.refused(
        "key_value_unknown",
        "A key that nobody trusts has signed, and KeyInfo contains the key itself",
        "It takes no key from KeyValue.",
        "saml-core §5.4.5; xmldsig-core §4.4.2",
        plan=ASSERTION_ONLY,
        sign=_by_stranger(_key_value),
    ),
    _rows.accepted(
        "key_info_missing",
        "The signature has no KeyInfo",
        "It finds the key in the metadata, since KeyInfo is optional.",
        "saml-core §5.4.5",
        sign=signing_with(key_info=""),
    ),
    _rows.either(
        "key_info_other",
        "KeyInfo has the certificate of another key",
        "It may refuse this; it must not take the key from KeyInfo.",
        "saml-core §5.4.5",
        plan=ASSERTION_ONLY,
        sign=lambda element, scene: put_signature(
            element, usual(scene.key, key_info=x509(stranger().certificate))
        ),
    ),
    _rows.accepted(
        "key_next",
        "The next key has signed, which the metadata announces beside the present one",
        "It accepts every signing key of the metadata, so that keys can be rolled over.",
        "saml-metadata §2.4.1.1",
        needs=Needs.NEXT_KEY,
        plan=_next_key,
    ),
)
