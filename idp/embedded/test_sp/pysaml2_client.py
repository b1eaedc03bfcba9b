"""pysaml2 as a service provider, with all its XML cryptography done in this process.

The one module that wraps pysaml2's entities: no name of pysaml2's leaves it but the client it
makes. What is put right here: no xmlsec1 program and no temporary file, SHA-256 to sign and no
SHA-1 to verify, no signer shared between keys, and a compiled schema in place of a slow one.
Import this module only where a service provider is played: it costs a fifth of a second.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
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
    """Raised to pysaml2 when a document is not valid."""


def _validate(document: str, _validator: object = None) -> None:
    """Stand for pysaml2's own schema check, which takes half a second to compile."""
    if not schema.protocol().validate(parse(_bytes(document), limit=MAX_BYTES)):
        raise _SchemaError("The document is not valid by the schema of SAML 2.0")


@contextmanager
def _quick_schema() -> Iterator[None]:
    """Let ``saml2.sigver`` be imported with our schema check in the place of its slow one."""
    stand_in = ModuleType(_SCHEMA_MODULE)
    vars(stand_in).update(validate=_validate, XMLSchemaError=_SchemaError)
    missing = _SCHEMA_MODULE not in sys.modules
    if missing:
        sys.modules[_SCHEMA_MODULE] = stand_in
    try:
        with warnings.catch_warnings():
            # It touches a cipher mode at import that cryptography is about to move.
            warnings.simplefilter("ignore")
            yield
    finally:
        if missing:
            del sys.modules[_SCHEMA_MODULE]


with _quick_schema():
    from saml2 import sigver
    from saml2.client import Saml2Client
    from saml2.config import SPConfig


def make_service_provider(
    config: Mapping[str, Any], *, key_pem: bytes | str, cert_pem: bytes | str
) -> Saml2Client:
    """Return a Saml2Client of *config* (pysaml2's own keys) that signs with *key_pem*."""
    key = SigningKey.from_pem(key_pem, cert_pem)
    # pysaml2 reads algorithms from the service, and ignores them silently at the top level.
    algorithms = {"signing_algorithm": uris.RSA_SHA256, "digest_algorithm": uris.SHA256}
    service = {"sp": {**config["service"]["sp"], **algorithms}}
    loaded = SPConfig().load({**config, "service": service, "crypto_backend": "XMLSecurity"})
    # Attributes keep the names they came with; pysaml2's maps would rename some claim types.
    loaded.attribute_converters = []
    client = Saml2Client(config=loaded)
    client.sec = _security_context(client, key, _bytes(key_pem))
    client.metadata.security = client.sec
    return client


class InProcessBackend(sigver.CryptoBackend):  # type: ignore[misc]  # pysaml2 has no types
    """pysaml2's signing, verifying and decrypting, by libxmlsec1 in this process."""

    def __init__(self, private_key_pem: bytes) -> None:
        self._private_key_pem = private_key_pem

    @property
    def version(self) -> str:
        """The version of libxmlsec1, which pysaml2 asks for."""
        return ".".join(str(part) for part in xmlcrypto.xmlsec.get_libxmlsec_version())

    def sign_statement(
        self, statement: object, node_name: str, key_file: object, node_id: str
    ) -> str:
        """Return *statement* with the empty signature of its node *node_id* filled in."""
        root = parse(_bytes(statement), limit=MAX_BYTES)
        node = _node(root, node_name, node_id)
        xmlcrypto.sign(node, _signature_of(node), self._private_key_pem)
        return str(etree.tostring(root, encoding="unicode"))

    def validate_signature(
        self, signedtext: object, cert_file: str, cert_type: str, node_name: str, node_id: str
    ) -> bool:
        """Return True, or raise SignatureError: pysaml2 then tries the next certificate."""
        certificate = "".join(cert_file.split("-----")[2].split())
        try:
            root = parse(_bytes(signedtext), limit=MAX_BYTES)
            node = _node(root, node_name, node_id)
            signature.check_enveloped(node, _signature_of(node), [certificate])
        except Refused as refusal:
            raise sigver.SignatureError(str(refusal)) from refusal
        return True

    def decrypt(self, enctext: object, key_file: str) -> str:
        """Return the document with its first EncryptedData opened, or raise DecryptError.

        pysaml2 asks again while there is another. *key_file* is the key itself, as PEM.
        """
        root = parse(_bytes(enctext), limit=MAX_BYTES)
        for encrypted in root.iter(f"{{{uris.XMLENC}}}EncryptedData"):
            opened = xmlcrypto.decrypt(encrypted, key_file.encode("ascii"))
            if opened is not None:
                return str(etree.tostring(opened.getroottree(), encoding="unicode"))
            break
        raise sigver.DecryptError("The key opens nothing in the message")


class _OwnSigners(sigver.RSACrypto):  # type: ignore[misc]  # pysaml2 has no types
    """Signers for the Redirect binding that belong to one key.

    pysaml2's are one for the whole process, and take the key of whoever asked last.
    """

    def get_signer(self, sigalg: str, sigkey: object = None) -> Any:
        shared = sigver.SIGNER_ALGS.get(sigalg)
        if shared is None or sigalg not in signature.ACCEPTED[uris.RSA_SHA256]:
            return None
        return sigver.RSASigner(shared.digest, sigkey or self.key)


class _InMemory:
    """What pysaml2 takes for a temporary file: its name is the content."""

    def __init__(self, content: object, *_how: object, **_more: object) -> None:
        self.name = _bytes(content).decode("ascii")


def _with_memory_files(method: Any) -> Any:
    """Return *method* with files in memory, without changing pysaml2 for anybody else."""
    names = {**method.__globals__, "make_temp": _InMemory}
    return FunctionType(
        method.__code__, names, method.__name__, method.__defaults__, method.__closure__
    )


class _SecurityContext(sigver.SecurityContext):  # type: ignore[misc]  # pysaml2 has no types
    _check_signature = _with_memory_files(sigver.SecurityContext._check_signature)
    decrypt_keys = _with_memory_files(sigver.SecurityContext.decrypt_keys)


def _security_context(client: Saml2Client, key: SigningKey, private_key_pem: bytes) -> Any:
    context = _SecurityContext(
        InProcessBackend(private_key_pem),
        metadata=client.metadata,
        only_use_keys_in_metadata=True,
        enc_key_files=[private_key_pem.decode("ascii")],
        sec_backend=_OwnSigners(key.private_key),
    )
    context.my_cert = key.certificate
    return context


def _node(root: etree._Element, node_name: str, node_id: str) -> etree._Element:
    """Return the one element of that name ("namespace:Local") and ID; pysaml2 looked at a copy."""
    namespace, _, local = node_name.rpartition(":")
    nodes = [each for each in root.iter(f"{{{namespace}}}{local}") if each.get("ID") == node_id]
    if len(nodes) != 1:
        raise sigver.SignatureError("The signed element is not there, or there more than once")
    return nodes[0]


def _signature_of(node: etree._Element) -> etree._Element:
    signatures = node.findall(f"{{{uris.XMLDSIG}}}Signature")
    if len(signatures) != 1:
        raise sigver.SignatureError("The element has no signature of its own, or several")
    return signatures[0]


def _bytes(text: object) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode("utf-8")
