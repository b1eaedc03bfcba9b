"""pysaml2 plays the service provider; each of its holes that matters here is closed."""

from __future__ import annotations

import base64
import html
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote

import pytest
import saml2
import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from support.service_providers.pysaml2_provider import (
    ACS_URL,
    IDP_ID,
    SP_ID,
    accept,
    make_client,
    response_to,
)

from idp.saml import uris
from idp.saml.bindings import decode_post, decode_redirect
from idp.saml.refusal import Refused


def begin(client, binding):
    """Return the message of a sign-in that *client* starts."""
    _, info = client.prepare_for_authenticate(entityid=IDP_ID, relay_state="state", binding=binding)
    if binding == saml2.BINDING_HTTP_REDIRECT:
        return decode_redirect(dict(info["headers"])["Location"].partition("?")[2].encode())
    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', info["data"]))
    return decode_post(html.unescape(fields["SAMLRequest"]), fields["RelayState"])


BINDINGS = [saml2.BINDING_HTTP_REDIRECT, saml2.BINDING_HTTP_POST]


@pytest.mark.parametrize("binding", BINDINGS, ids=["Redirect", "POST"])
@pytest.mark.parametrize("signed", [True, False])
def test_requests_of_pysaml2_are_read_by_both_bindings(identities, idp, binding, signed):
    idp.now = datetime.now(UTC)
    client = make_client(identities, sign_requests=signed)

    message = begin(client, binding)

    request = idp.read(message)
    assert message.relay_state == "state"
    assert (request.issuer, request.acs_url, request.signed) == (SP_ID, ACS_URL, signed)


@pytest.mark.parametrize("binding", BINDINGS, ids=["Redirect", "POST"])
def test_pysaml2_signs_with_sha256_although_sha1_is_the_default(identities, binding):
    message = begin(make_client(identities), binding)

    assert b"sha1" not in message.xml
    if message.redirect_signature is not None:
        assert message.redirect_signature.algorithm == uris.RSA_SHA256


def test_pysaml2_needs_neither_program_nor_temporary_file(identities, idp, monkeypatch):
    def refuse(*_arguments, **_more):
        raise AssertionError("a file or a process was asked for")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr("saml2.sigver.NamedTemporaryFile", refuse)
    monkeypatch.setattr("saml2.sigver.Popen", refuse)
    monkeypatch.setenv("PATH", "")
    idp.now = datetime.now(UTC)
    client = make_client(identities, want_response_signed=True)

    assert idp.read(begin(client, saml2.BINDING_HTTP_POST)).signed
    assert accept(client, response_to(client, identities, sign_response=True)).name_id.text == "ada"


def sign_again(xml: str, identity, method, digest) -> str:
    """Return *xml* with its assertion's signature made anew by the given algorithms."""
    root = etree.fromstring(xml)
    assertion = root.find(f"{{{uris.ASSERTION}}}Assertion")
    assertion.remove(assertion[1])
    template = xmlsec.template.create(assertion, xmlsec.Transform.EXCL_C14N, method, ns="ds")
    assertion.insert(1, template)
    reference = xmlsec.template.add_reference(template, digest, uri=f"#{assertion.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(identity.pem.private_key, xmlsec.KeyFormat.PEM)
    context.register_id(assertion, "ID")
    context.sign(template)
    return etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize(
    ("method", "digest", "accepted"),
    [
        (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256, True),
        (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA256, False),
        (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA1, False),
    ],
)
def test_pysaml2_refuses_an_assertion_signed_with_sha1(identities, method, digest, accepted):
    client = make_client(identities)
    xml = sign_again(response_to(client, identities), identities.idp, method, digest)

    if accepted:
        assert accept(client, xml).name_id.text == "ada"
    else:
        with pytest.raises(saml2.sigver.SignatureError):
            accept(client, xml)


def test_pysaml2_refuses_an_assertion_signed_by_another_key(identities):
    client = make_client(identities)
    algorithms = xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256
    xml = sign_again(response_to(client, identities), identities.stranger, *algorithms)

    with pytest.raises(saml2.sigver.SignatureError):
        accept(client, xml)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(">ada<", ">eve<"),
        lambda xml: xml.replace('ID="_a1"', 'ID="_a2"'),
        lambda xml: re.sub("<ds:SignatureValue>[^<]*", "<ds:SignatureValue>AAAA", xml),
        lambda xml: xml.replace("<Subject>", '<Subject><NameID Format="x">eve</NameID>'),
        lambda xml: xml.replace(
            "<Assertion", re.search("<Assertion.*</Assertion>", xml)[0] + "<Assertion", 1
        ),
    ],
    ids=["name", "ID", "value", "second name", "twin"],
)
def test_pysaml2_refuses_a_changed_assertion(identities, change):
    client = make_client(identities)
    good = response_to(client, identities)
    changed = change(good)

    assert changed != good
    with pytest.raises(Exception, match=r".*") as caught:
        accept(client, changed)
    assert isinstance(caught.value, saml2.SAMLError | saml2.response.IncorrectlySigned)


def test_two_clients_in_one_process_sign_with_their_own_keys(identities):
    """pysaml2's own signers are one for all, and keep the key of whoever asked last."""
    one = make_client(identities)
    other = make_client(identities, signer=identities.stranger)
    signer_of_one = one.sec.sec_backend.get_signer(uris.RSA_SHA256)
    other.sec.sec_backend.get_signer(uris.RSA_SHA256)

    signature = signer_of_one.sign(b"x")

    public_key = identities.sp.key.private_key.public_key()
    public_key.verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())
    assert one.sec.sec_backend.get_signer("http://www.w3.org/2000/09/xmldsig#rsa-sha1") is None


def test_a_redirect_signature_of_pysaml2_is_over_the_query_as_sent(identities):
    """Checked with cryptography alone, since pysaml2 writes a query anew before it checks it."""
    _, info = make_client(identities).prepare_for_authenticate(
        entityid=IDP_ID, relay_state="a/b c", binding=saml2.BINDING_HTTP_REDIRECT
    )
    query = dict(info["headers"])["Location"].partition("?")[2]
    signed, _, signature = query.partition("&Signature=")

    identities.sp.key.private_key.public_key().verify(
        base64.b64decode(unquote(signature)), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert parse_qs(query)["RelayState"] == ["a/b c"]


@pytest.mark.parametrize("age", [timedelta(minutes=9), timedelta(days=4)])
def test_a_stale_request_is_refused_although_pysaml2_would_read_it(identities, idp, age):
    message = begin(make_client(identities), saml2.BINDING_HTTP_POST)
    idp.now = datetime.now(UTC) + age

    with pytest.raises(Refused) as caught:
        idp.read(message)
    assert caught.value.code == "not_fresh"


def test_another_user_of_pysaml2_in_the_process_is_not_affected(identities):
    make_client(identities)

    assert saml2.sigver.make_temp.__module__ == "saml2.sigver"
    assert saml2.sigver.RSACrypto(None).get_signer(uris.RSA_SHA256) in (
        saml2.sigver.SIGNER_ALGS.values()
    )


def test_importing_pysaml2_does_not_compile_the_slow_schema():
    code = "import idp.embedded.test_sp.pysaml2_client, sys; assert 'xmlschema' not in sys.modules"

    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)  # noqa: S603  # ours
