"""A service provider as most run it, pysaml2 with Debian's xmlsec1, understands us and we it."""

from __future__ import annotations

import base64
import re
import warnings
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from idp.saml.assertions import write_response
from idp.saml.bindings import decode_post, decode_redirect
from idp.saml.keys import new_signing_certificate
from idp.saml.messages import RequestRules
from idp.saml.metadata import write_idp_metadata
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.sp_metadata import read_service_provider
from idp.saml.values import POST, REDIRECT, Encryption

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports a cipher mode that cryptography is about to move
    from saml2.client import Saml2Client
    from saml2.config import SPConfig
    from saml2.metadata import create_metadata_string
    from saml2.sigver import SignatureError

IDP = "http://idp.example.test/adfs/services/trust"
SSO = "https://idp.example.test/adfs/ls/"
SP = "https://sp.example.test/metadata"
ACS = "https://sp.example.test/acs"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.fixture
def pysaml2_client(xmlsec1, key, tmp_path) -> Saml2Client:
    """pysaml2's client with its usual settings, all its XML cryptography by the program."""
    pair = new_signing_certificate("sp.example.test", datetime.now(UTC))
    (tmp_path / "key.pem").write_bytes(pair.private_key)
    (tmp_path / "cert.pem").write_bytes(pair.certificate)
    metadata = write_idp_metadata(
        entity_id=IDP, ls_url=SSO, certificates=[key.certificate], key=key, now=datetime.now(UTC)
    )
    service = {
        "endpoints": {"assertion_consumer_service": [(ACS, POST)]},
        "authn_requests_signed": True,
        "want_assertions_signed": False,
        "want_response_signed": False,
        "want_assertions_or_response_signed": True,
        "signing_algorithm": RSA_SHA256,
        "digest_algorithm": SHA256,
    }
    settings = {
        "entityid": SP,
        "allow_unknown_attributes": True,  # AD FS names them without a NameFormat
        "xmlsec_binary": xmlsec1,
        "key_file": str(tmp_path / "key.pem"),
        "cert_file": str(tmp_path / "cert.pem"),
        "encryption_keypairs": [
            {"key_file": str(tmp_path / "key.pem"), "cert_file": str(tmp_path / "cert.pem")}
        ],
        "metadata": {"inline": [metadata.decode()]},
        "service": {"sp": service},
    }
    return Saml2Client(SPConfig().load(settings))


@pytest.fixture
def described_sp(pysaml2_client):
    """The service provider as its own metadata describes it to us."""
    return read_service_provider(
        create_metadata_string(None, config=pysaml2_client.config, valid=24)
    )


def read(message, trust):
    """Read a request as the sign-in does."""
    return read_authn_request(
        message,
        find_trust={SP: RequestRules(trust)}.get,
        destinations=[SSO],
        now=datetime.now(UTC),
    )


def test_a_request_of_pysaml2_by_post_is_read(pysaml2_client, described_sp):
    request_id, form = pysaml2_client.prepare_for_authenticate(binding=POST, sign=True)
    message = decode_post(form_value(form["data"]))
    request = read(message, described_sp)
    assert (request.id, request.acs_url, request.signed) == (request_id, ACS, True)


def test_an_altered_request_of_pysaml2_by_post_is_refused(pysaml2_client, described_sp):
    _, form = pysaml2_client.prepare_for_authenticate(binding=POST, sign=True)
    xml = base64.b64decode(form_value(form["data"]))
    altered = xml.replace(b"<ns0:AuthnRequest", b'<ns0:AuthnRequest ForceAuthn="true"')
    assert altered != xml
    with pytest.raises(Refused, match="signature"):
        read(decode_post(base64.b64encode(altered).decode()), described_sp)


def test_a_request_of_pysaml2_by_redirect_is_read(pysaml2_client, described_sp):
    request_id, answer = pysaml2_client.prepare_for_authenticate(
        binding=REDIRECT, sign=True, sigalg=RSA_SHA256
    )
    query = urlsplit(dict(answer["headers"])["Location"]).query
    request = read(decode_redirect(query.encode()), described_sp)
    assert (request.id, request.acs_url, request.signed) == (request_id, ACS, True)


SIGNED = {"assertion": (True, False), "response": (False, True), "both": (True, True)}


@pytest.fixture(params=SIGNED)
def signed_answer(request, assertion, key) -> bytes:
    """Our answer to its request, signed in each way."""
    sign_assertion, sign_response = SIGNED[request.param]
    return write_response(
        assertion(datetime.now(UTC)),
        response_id="_response",
        destination=ACS,
        key=key,
        sign_assertion=sign_assertion,
        sign_response=sign_response,
    )


def take(client: Saml2Client, xml: bytes):
    """Let it take an answer to its request."""
    return client.parse_authn_request_response(
        base64.b64encode(xml).decode(), POST, outstanding={"_request": "/"}
    )


def test_pysaml2_accepts_the_response(pysaml2_client, signed_answer):
    taken = take(pysaml2_client, signed_answer)
    assert taken.get_subject().text == "anna@example.test"
    assert taken.get_identity() == {MAIL: ["anna@example.test"]}


def test_pysaml2_refuses_an_altered_response(pysaml2_client, signed_answer):
    with pytest.raises(SignatureError):
        take(pysaml2_client, signed_answer.replace(b"anna@", b"otto@"))


PARTS = {"assertion": (True, False), "name": (False, True), "both": (True, True)}


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize("cbc", [False, True])
def test_pysaml2_accepts_a_response_encrypted_with_the_key_that_it_publishes(
    pysaml2_client, described_sp, assertion, key, parts, signed, cbc
):
    sign_assertion, sign_response = SIGNED[signed]
    whole, name = PARTS[parts]
    [certificate] = described_sp.encryption_certificates
    xml = write_response(
        assertion(datetime.now(UTC)),
        response_id="_response",
        destination=ACS,
        key=key,
        sign_assertion=sign_assertion,
        sign_response=sign_response,
        encryption=Encryption(certificate, assertion=whole, name_id=name, cbc=cbc),
    )

    taken = take(pysaml2_client, xml)

    assert b"anna@example.test</NameID" not in xml
    assert taken.get_subject().text == "anna@example.test"
    assert taken.get_identity() == {MAIL: ["anna@example.test"]}


def form_value(html: str) -> str:
    """Return the message in the form that posts it."""
    return re.search(r'name="SAMLRequest" value="([^"]+)"', html)[1]
