"""A signature that is there is checked, by the trust's keys and over what came."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest
from support.servers.raw_http import call
from support.service_providers.metadata_parts import key

from idp.saml.signing import SigningKey


@pytest.fixture
def stranger(pairs) -> SigningKey:
    return SigningKey.from_pem(*pairs("stranger"))


def is_refused(page, lines) -> bool:
    (line,) = lines.all()
    return (page.status, page.form) == (400, None) and bool(line["code"])


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_request_signed_by_another_key_is_refused(binding, federation, easy, stranger, lines):
    browser = federation.browser()
    if binding == "redirect":
        page = browser.get(easy.url(key=stranger))
    else:
        page = browser.post(easy.ls_url, easy.fields(sign=stranger))

    assert is_refused(page, lines)
    assert not any(row.event_id >= 1200 for row in federation.log)


def test_an_unsigned_request_is_refused_if_the_metadata_promises_signatures(
    federation, service_provider, lines
):
    page = federation.browser().open(service_provider.login_url(unsigned=True))
    assert (page.status, lines.refusals()) == (400, ["signature_required"])
    assert federation.browser().open(service_provider.login_url()).title == "Sign In"


def test_any_key_of_the_service_provider_will_do(federation, easy, stranger, lines):
    """While it changes its key, its metadata names the old one and the new one."""
    both = easy.metadata().replace(
        "</md:KeyDescriptor>", f"</md:KeyDescriptor>{key(stranger.certificate, 'signing')}", 1
    )
    federation.add_service_provider(both)
    for signing_key in (easy.key, stranger):
        assert federation.browser().get(easy.url(key=signing_key)).title == "Sign In"
        page = federation.browser().post(easy.ls_url, easy.fields(sign=signing_key))
        assert page.title == "Sign In"


CHANGES = {
    "another relay state": lambda url: url.replace("RelayState=here", "RelayState=there"),
    "no relay state": lambda url: url.replace("&RelayState=here", ""),
    "another message": lambda url: re.sub(r"SAMLRequest=(.)", r"SAMLRequest=\g<1>A", url),
    "another signature": lambda url: re.sub(r"Signature=(.)", r"Signature=A\g<1>", url),
    "no signature, but an algorithm": lambda url: re.sub(r"&Signature=.*", "", url),
}
ALGORITHMS = [
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
    "none",
]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_query_is_refused(change, federation, easy, lines):
    url = easy.url(key=easy.key, relay_state="here")
    changed = change(url)
    assert changed != url
    assert is_refused(federation.browser().get(changed), lines)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_algorithm_that_the_trust_does_not_have_is_answered_with_a_status(
    algorithm, federation, easy, lines
):
    """AD FS: event 378, and Responder, at the address that is registered."""
    url = re.sub(r"SigAlg=[^&]*", f"SigAlg={quote(algorithm, safe='')}", easy.url(key=easy.key))

    finished = federation.sign_in(url).finish()

    assert finished.status == ("Responder",)
    assert [line["event_id"] for line in lines.all()] == [378, 1201]
    assert algorithm in lines.all()[0]["problem"]


def test_a_changed_message_by_post_is_refused(federation, easy, lines):
    xml = easy.authn_request(sign=easy.key, ForceAuthn="true").replace(b'"true"', b'"false"')
    assert is_refused(federation.browser().post(easy.ls_url, easy.fields(xml)), lines)


def test_a_signature_around_another_message_is_refused(federation, easy, lines):
    signed, forged = easy.authn_request(sign=easy.key), easy.authn_request(ForceAuthn="false")
    wrapped = forged.replace(b"</samlp:AuthnRequest>", signed + b"</samlp:AuthnRequest>")
    assert is_refused(federation.browser().post(easy.ls_url, easy.fields(wrapped)), lines)


@pytest.mark.parametrize("escapes", [str.upper, str.lower], ids=["upper", "lower"])
def test_escapes_may_be_in_either_case(escapes, federation, easy):
    url = easy.url(key=None, relay_state="ü/+&")
    query = url.partition("?")[2]
    query = re.sub(r"%[0-9A-F]{2}", lambda found: escapes(found[0]), query)
    signed = signed_as_it_is(easy.key, query, escapes)

    answer = call(federation, "GET", f"/adfs/ls/?{signed}")

    assert answer.status == 200
    assert "passwordInput" in answer.text


def test_a_name_in_another_order_is_signed_in_the_order_of_the_binding(federation, easy):
    query = easy.url(key=easy.key, relay_state="x").partition("?")[2]
    shuffled = "&".join(reversed(query.split("&")))
    assert call(federation, "GET", f"/adfs/ls/?{shuffled}&unknown=1").status == 200


def signed_as_it_is(key: SigningKey, query: str, escapes) -> str:
    """Sign a query over its bytes as they stand, as the binding has it."""

    def escaped(text: str) -> str:
        return re.sub(r"%[0-9A-F]{2}", lambda found: escapes(found[0]), quote(text, safe=""))

    query += f"&SigAlg={escaped(key.algorithm)}"
    signature = base64.b64encode(key.sign(query.encode())).decode()
    return f"{query}&Signature={escaped(signature)}"
