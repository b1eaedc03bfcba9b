"""Debian's xmlsec1 verifies every shape of what we sign, and refuses each once it is altered."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idp.saml import uris
from idp.saml.assertions import write_response
from idp.saml.keys import new_signing_certificate
from idp.saml.metadata import write_idp_metadata
from idp.saml.signing import SigningKey
from idp.saml.values import Attribute, Encryption, NameID

NOW = datetime(2026, 11, 24, 12, 30, 15, 250_000, tzinfo=UTC)
SHAPES = {
    "usual": {},
    "unsolicited": {"in_response_to": None},
    "without a name": {"name_id": None},
    "without attributes": {"attributes": ()},
    "with a session's end": {"session_not_on_or_after": NOW + timedelta(hours=8)},
    "many values": {"attributes": tuple(Attribute(f"a{n}", ("x", "", "y")) for n in range(20))},
    "markup": {
        "name_id": NameID('<a b="c">&amp;\'\r\n\t]]>', 'urn:"<&>\t'),
        "attributes": (Attribute('"<&>\r\n\t', ("<!-- -->&#10;\r\r\n\t ]]>", " both ends ")),),
    },
    "any script": {"name_id": NameID("Żółć Ελλάς 日本 🂡\u2028\u00a0e\u0301")},
}
SIGNED = {
    "assertion": ["Assertion"],
    "response": ["Response"],
    "both": ["Assertion", "Response"],
}
WITH_IDS = (
    f"{uris.ASSERTION}:Assertion",
    f"{uris.PROTOCOL}:Response",
    f"{uris.METADATA}:EntityDescriptor",
)

Verify = Callable[..., bool]


@pytest.fixture
def verify(xmlsec1, pair, tmp_path) -> Verify:
    """Ask xmlsec1 whether the signature of one element is good."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(pair.certificate)

    def ask(xml: bytes, element: str) -> bool:
        file = tmp_path / "signed.xml"
        file.write_bytes(xml)
        command = _command(xmlsec1, certificate, element, file)
        asked = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        verdicts = {"OK", "FAIL"}.intersection(asked.stderr.decode().split())
        assert len(verdicts) == 1, asked.stderr
        return verdicts == {"OK"} and asked.returncode == 0

    return ask


def _command(xmlsec1: str, certificate: Path, element: str, file: Path) -> list[str]:
    signature = f"//*[local-name()='{element}']/*[local-name()='Signature']"
    return [
        xmlsec1,
        "--verify",
        "--enabled-reference-uris",
        "same-doc",
        *(word for name in WITH_IDS for word in ("--id-attr:ID", name)),
        "--pubkey-cert-pem",
        str(certificate),
        "--node-xpath",
        signature,
        str(file),
    ]


@pytest.fixture
def write_signed_response(key, assertion) -> Callable[..., bytes]:
    """Write a response around an assertion with changes."""

    def write(signed: str, encryption: Encryption | None = None, **changes: object) -> bytes:
        said = assertion(NOW, **changes)
        return write_response(
            said,
            response_id="_response",
            destination=said.recipient,
            key=key,
            sign_assertion="Assertion" in SIGNED[signed],
            sign_response="Response" in SIGNED[signed],
            encryption=encryption,
        )

    return write


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("signed", SIGNED)
def test_every_shape_is_verified(verify, write_signed_response, signed, shape):
    xml = write_signed_response(signed, **SHAPES[shape])
    assert all(verify(xml, element) for element in SIGNED[signed])


@pytest.mark.parametrize("signed", SIGNED)
def test_an_altered_name_is_refused(verify, write_signed_response, signed):
    xml = write_signed_response(signed).replace(b"anna@", b"otto@")
    assert not any(verify(xml, element) for element in SIGNED[signed])


def test_metadata_is_verified_until_it_is_altered(verify, key):
    xml = write_idp_metadata(
        entity_id="http://idp.example.test/adfs/services/trust",
        ls_url="https://idp.example.test/adfs/ls/",
        certificates=[key.certificate],
        key=key,
        now=NOW,
        attributes=[("urn:oid:2.5.4.3", "Name & <more>")],
    )
    assert verify(xml, "EntityDescriptor")
    assert not verify(xml.replace(b"/adfs/ls/", b"/adfs/1s/"), "EntityDescriptor")


@pytest.fixture(scope="module")
def recipient():
    """The key of who may read it, as PEM, and its certificate."""
    return new_signing_certificate("sp.example.test", datetime.now(UTC))


def decrypted(xmlsec1: str, folder: Path, xml: bytes, pair) -> bytes | None:
    """Let xmlsec1 open the first EncryptedData; None when it cannot."""
    (folder / "sp.key").write_bytes(pair.private_key)
    (folder / "encrypted.xml").write_bytes(xml)
    command = [xmlsec1, "--decrypt", "--privkey-pem", folder / "sp.key", folder / "encrypted.xml"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cbc", [False, True])
def test_an_encrypted_assertion_is_opened_by_its_reader_alone_and_verified(
    verify, xmlsec1, write_signed_response, recipient, pair, tmp_path, shape, cbc
):
    certificate = SigningKey.from_pem(*recipient).certificate
    encryption = Encryption(certificate, cbc=cbc)
    xml = write_signed_response("both", encryption=encryption, **SHAPES[shape])

    assert verify(xml, "Response")
    assert decrypted(xmlsec1, tmp_path, xml, new_signing_certificate("x", NOW)) is None
    opened = decrypted(xmlsec1, tmp_path, xml, recipient)
    assert verify(opened, "Assertion")
    assert not verify(opened.replace(b"AuthnInstant", b"Authninstant"), "Assertion")
