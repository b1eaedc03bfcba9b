"""XML signatures and decryption by libxmlsec1, in this process. Only this module imports xmlsec.

lxml and xmlsec each contain a copy of libxml2 and exchange trees, which works only if both copies
have the same minor version. pip does not check that, so this module does when it is imported.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from lxml import etree

from adapter.errors import TallystickError
from idp.saml.certificates import BadCertificate, public_key_pem
from idp.saml.usable_keys import MIN_RSA_BITS


class WheelMismatch(TallystickError):
    """Raised if the installed lxml and xmlsec cannot work together."""

    code = "wheel_mismatch"


def load_xmlsec() -> ModuleType:
    """Return the xmlsec module; raises :class:`WheelMismatch` if it does not fit this lxml."""
    try:
        xmlsec = import_module("xmlsec")
        same = xmlsec.get_libxml_version()[:2] == etree.LIBXML_VERSION[:2]
    except Exception as error:  # xmlsec raises an error of a class that has no public name
        raise _mismatch(str(error).splitlines()[0] if str(error) else "no reason given") from error
    if not same:
        raise _mismatch("they hold different libxml2 versions")
    return xmlsec


def _mismatch(cause: str) -> WheelMismatch:
    return WheelMismatch(
        f"lxml {etree.__version__} and xmlsec cannot work together ({cause})",
        'Run pip install --only-binary lxml,xmlsec "lxml>=6.1,<6.2" xmlsec==1.3.17',
    )


xmlsec = load_xmlsec()


def verifies(
    node: etree._Element,
    signature: etree._Element,
    certificate: str,
    min_rsa_bits: int = MIN_RSA_BITS,
) -> bool:
    """Say whether *signature*, a child of *node*, was made with the key in *certificate* (base64).

    The key is set before, so libxmlsec1 never reads KeyInfo. The caller must have checked the shape
    of the signature: this is only the cryptographic check.
    """
    context = xmlsec.SignatureContext()
    try:
        context.key = _verification_key(certificate, min_rsa_bits)
        context.register_id(node, "ID")
        context.verify(signature)
    except (xmlsec.Error, BadCertificate):
        return False
    return True


def sign(node: etree._Element, signature: etree._Element, private_key_pem: bytes) -> None:
    """Fill in the empty *signature*, a child of *node*. Only the test service provider uses it."""
    context = xmlsec.SignatureContext()
    context.key = _signing_key(private_key_pem)
    context.register_id(node, "ID")
    context.sign(signature)


def decrypt(encrypted: etree._Element, private_key_pem: bytes) -> etree._Element | None:
    """Replace *encrypted* (an EncryptedData) by the element in it, and return that element.

    Returns None and changes nothing if this key does not decrypt it. Only service providers use it.
    """
    context = xmlsec.EncryptionContext(_decryption_keys(private_key_pem))
    try:
        opened: etree._Element = context.decrypt(encrypted)
    except xmlsec.Error:
        return None
    return opened


# The number of trusts bounds it: only certificates of registered service providers get here.
@lru_cache(maxsize=4096)
def _verification_key(certificate: str, min_rsa_bits: int) -> Any:
    # The key alone and not the certificate, since libxmlsec1 copies it for each message.
    pem = public_key_pem(certificate, min_rsa_bits)
    return xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)


@lru_cache(maxsize=16)
def _signing_key(private_key_pem: bytes) -> Any:
    return xmlsec.Key.from_memory(private_key_pem, xmlsec.KeyFormat.PEM)


@lru_cache(maxsize=16)
def _decryption_keys(private_key_pem: bytes) -> Any:
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(private_key_pem, xmlsec.KeyFormat.PEM))
    return manager
