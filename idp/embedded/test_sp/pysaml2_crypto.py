"""pysaml2's cryptography for one service provider, done in this process.

What it changes in pysaml2: no xmlsec1 program and no temporary files; SHA-256 for signing and no
SHA-1 for verifying; no signer that is shared between keys; a compiled schema in place of a slow
one. Importing it imports pysaml2, which takes a fifth of a second.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from lxml import etree

from idp.saml import schema, signature, uris, xmlcrypto
from idp.saml.refusal import Refused
from idp.saml.signing import SigningKey
from idp.saml.xml import parse

MAX_BYTES = 1024 * 1024
_SCHEMA_MODULE = "saml2.xml.schema"


class _SchemaError(Exception):
    """Raised when a document is not valid; pysaml2 expects this type from its schema module."""


def _validate(document: str, _validator: object = None) -> None:
    """Replace pysaml2's own schema check, which takes half a second to compile."""
    if not schema.protocol().validate(parse(to_bytes(document), limit=MAX_BYTES)):
        raise _SchemaError("The document is not valid by the schema of SAML 2.0")


@contextmanager
def compiled_schema() -> Iterator[None]:
    """Import ``saml2.sigver`` inside the block, so that it takes our schema check for its own."""
    stand_in = ModuleType(_SCHEMA_MODULE)
    vars(stand_in).update(validate=_validate, XMLSchemaError=_SchemaError)
    missing = _SCHEMA_MODULE not in sys.modules
    if missing:
        sys.modules[_SCHEMA_MODULE] = stand_in
    try:
        with warnings.catch_warnings():
            # pysaml2 imports a cipher mode that cryptography is about to move.
            warnings.simplefilter("ignore")
            yield
    finally:
        if missing:
            del sys.modules[_SCHEMA_MODULE]


with compiled_schema():
    from saml2 import sigver


class InProcessBackend(sigver.CryptoBackend):  # type: ignore[misc]  # pysaml2 has no types
    """pysaml2's signing, verifying and decrypting, by libxmlsec1 in this process."""

    def __init__(self, private_key_pem: bytes) -> None:
        self._private_key_pem = private_key_pem

    @property
    def version(self) -> str:
        """The version of libxmlsec1; pysaml2 asks for it."""
        return ".".join(str(part) for part in xmlcrypto.xmlsec.get_libxmlsec_version())

    def sign_statement(
        self, statement: object, node_name: str, key_file: object, node_id: str
    ) -> str:
        """Return *statement* with the signature template in its element *node_id* filled in."""
        root = parse(to_bytes(statement), limit=MAX_BYTES)
        node = _node(root, node_name, node_id)
        xmlcrypto.sign(node, _signature_of(node), self._private_key_pem)
        return str(etree.tostring(root, encoding="unicode"))

    def validate_signature(
        self, signedtext: object, cert_file: str, cert_type: str, node_name: str, node_id: str
    ) -> bool:
        """Return True or raise SignatureError; pysaml2 then tries the next certificate."""
        certificate = "".join(cert_file.split("-----")[2].split())
        try:
            root = parse(to_bytes(signedtext), limit=MAX_BYTES)
            node = _node(root, node_name, node_id)
            signature.check_enveloped(node, _signature_of(node), [certificate])
        except Refused as refusal:
            raise sigver.SignatureError(str(refusal)) from refusal
        return True

    def decrypt(self, enctext: object, key_file: str) -> str:
        """Return the document with its first EncryptedData decrypted, or raise DecryptError.

        pysaml2 calls this again while there is another. *key_file* is the key itself, as PEM.
        """
        root = parse(to_bytes(enctext), limit=MAX_BYTES)
        for encrypted in root.iter(f"{{{uris.XMLENC}}}EncryptedData"):
            opened = xmlcrypto.decrypt(encrypted, key_file.encode("ascii"))
            if opened is not None:
                return str(etree.tostring(opened.getroottree(), encoding="unicode"))
            break
        raise sigver.DecryptError("The key decrypts nothing in the message")


class _SignersOfOneKey(sigver.RSACrypto):  # type: ignore[misc]  # pysaml2 has no types
    """Signers for the Redirect binding that use one key.

    pysaml2 has one signer for the whole process, which uses the key of the last caller.
    """

    def get_signer(self, sigalg: str, sigkey: object = None) -> Any:
        shared = sigver.SIGNER_ALGS.get(sigalg)
        if shared is None or sigalg not in signature.ACCEPTED[uris.RSA_SHA256]:
            return None
        return sigver.RSASigner(shared.digest, sigkey or self.key)


class _InMemory:
    """Takes the place of pysaml2's temporary file; its name is the content."""

    def __init__(self, content: object, *_how: object, **_more: object) -> None:
        self.name = to_bytes(content).decode("ascii")


def _with_memory_files(method: Any) -> Any:
    """Return a copy of *method* that uses files in memory; pysaml2 itself is not changed."""
    names = {**method.__globals__, "make_temp": _InMemory}
    return FunctionType(
        method.__code__, names, method.__name__, method.__defaults__, method.__closure__
    )


class _SecurityContext(sigver.SecurityContext):  # type: ignore[misc]  # pysaml2 has no types
    _check_signature = _with_memory_files(sigver.SecurityContext._check_signature)
    decrypt_keys = _with_memory_files(sigver.SecurityContext.decrypt_keys)


def make_security_context(metadata: object, key: SigningKey, private_key_pem: bytes) -> Any:
    """Return pysaml2's SecurityContext that signs and decrypts with *key*.

    Signatures are accepted only by keys in *metadata*, pysaml2's metadata store.
    """
    context = _SecurityContext(
        InProcessBackend(private_key_pem),
        metadata=metadata,
        only_use_keys_in_metadata=True,
        enc_key_files=[private_key_pem.decode("ascii")],
        sec_backend=_SignersOfOneKey(key.private_key),
    )
    context.my_cert = key.certificate
    return context


def _node(root: etree._Element, node_name: str, node_id: str) -> etree._Element:
    """Return the one element with this name ("namespace:Local") and ID in our parsed document."""
    namespace, _, local = node_name.rpartition(":")
    nodes = [each for each in root.iter(f"{{{namespace}}}{local}") if each.get("ID") == node_id]
    if len(nodes) != 1:
        raise sigver.SignatureError("The signed element is missing, or is there more than once")
    return nodes[0]


def _signature_of(node: etree._Element) -> etree._Element:
    signatures = node.findall(f"{{{uris.XMLDSIG}}}Signature")
    if len(signatures) != 1:
        raise sigver.SignatureError("The element has no signature of its own, or has several")
    return signatures[0]


def to_bytes(text: object) -> bytes:
    """Return *text* in UTF-8."""
    return text if isinstance(text, bytes) else str(text).encode("utf-8")
