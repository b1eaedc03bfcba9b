"""Faults of encryption (xmlenc-core1): content that cannot be read, or that nobody has signed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from idp.saml.encryption import encrypt
from idp.saml.values import Encryption
from idp.saml_faults.edits import assertion_of, forge, one_of
from idp.saml_faults.fault import Fault, Group, Needs, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signatures import sign
from idp.saml_faults.signing import stranger

_rows = Rows(Group.ENCRYPTION)


def _for_a_stranger(assertion: str, encryption: Encryption) -> str:
    return encrypt(assertion, replace(encryption, certificate=stranger().certificate))


def _changed(edit: Callable[[bytearray], None]) -> Callable[[str, Encryption], str]:
    """Return the stage that changes the encrypted content after encrypting it."""

    def conceal(assertion: str, encryption: Encryption) -> str:
        data = etree.fromstring(encrypt(assertion, encryption))
        value = one_of(data, "xenc:CipherData/xenc:CipherValue")
        content = bytearray(base64.b64decode(value.text or ""))
        edit(content)
        value.text = base64.b64encode(content).decode()
        return str(etree.tostring(data, encoding="unicode"))

    return conceal


def _last_bit(content: bytearray) -> None:
    content[-1] ^= 1


def _cut_in_half(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _forged(root: etree._Element, _scene: Scene) -> None:
    forge(assertion_of(root))


def _other_name(assertion: str, encryption: Encryption) -> str:
    """Encrypt something that is no assertion."""
    root = etree.fromstring(assertion)
    return encrypt(etree.tostring(one_of(root, "a:Issuer"), encoding="unicode"), encryption)


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "encrypted_unsigned",
        "The encrypted assertion is forged, and nothing is signed",
        "It takes encryption for no proof: everybody has the key to encrypt with.",
        "saml-core §6.2; saml-profiles §4.1.4.5",
        needs=Needs.ENCRYPTION,
        plan=sign(assertion=False, response=False),
        write=_forged,
    ),
    _rows.refused(
        "encrypted_for_another",
        "The assertion is encrypted for another service provider",
        "It refuses an assertion that its keys do not decrypt.",
        "xmlenc-core1 §5.5",
        needs=Needs.ENCRYPTION,
        conceal=_for_a_stranger,
    ),
    _rows.refused(
        "encrypted_changed",
        "One bit of the encrypted assertion was changed",
        "It refuses content that was changed, and does not say at which step it failed.",
        "xmlenc-core1 §5.2.4, §6.1.3",
        needs=Needs.ENCRYPTION,
        conceal=_changed(_last_bit),
    ),
    _rows.refused(
        "encrypted_cut",
        "Half of the encrypted assertion is missing",
        "It refuses content that is not whole.",
        "xmlenc-core1 §5.2",
        needs=Needs.ENCRYPTION,
        conceal=_changed(_cut_in_half),
    ),
    _rows.refused(
        "encrypted_something_else",
        "What was encrypted is no assertion",
        "It refuses an EncryptedAssertion that does not contain an Assertion.",
        "saml-core §2.3.4",
        needs=Needs.ENCRYPTION,
        conceal=_other_name,
    ),
    _rows.accepted(
        "encrypted",
        "The assertion is encrypted as usual",
        "It decrypts an assertion, and checks the signature inside.",
        "saml-core §6.2",
        needs=Needs.ENCRYPTION,
    ),
)
