"""node-saml, unchanged: a service provider that is not Python signs its users in here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.clients import node_saml
from support.clients.node_saml import NodeSaml, NodeSamlError

from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.saml.contexts import MULTIPLE_AUTHN
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.values import PERSISTENT
from idp.signin.paths import IDP_INITIATED

ENTITY_ID = "https://node.example.test/saml"
ACS = "https://node.example.test/saml/acs"
SLO = "https://node.example.test/saml/logout"

Register = Callable[..., NodeSaml]


@pytest.fixture(scope="module")
def pair() -> PemPair:
    """Its key, for signing and for encryption, and the certificate."""
    return new_signing_certificate("node.example.test", datetime.now(UTC))


@pytest.fixture
def register_node_saml(federation, pair) -> Iterator[Register]:
    """Start it with options of its own, and make a trust of the metadata it writes."""
    started = []

    def make(*, encrypted: bool = False, logged_out_by: str = "HTTP-POST", **options):
        key, certificate = pair.private_key.decode(), pair.certificate.decode()
        usual = {
            "entryPoint": f"{federation.url}/adfs/ls/",
            "idpCert": list(federation.services.signing_keys.current().certificates),
            "idpIssuer": federation.entity_id,
            "issuer": ENTITY_ID,
            "audience": ENTITY_ID,
            "callbackUrl": ACS,
            "logoutUrl": f"{federation.url}/adfs/ls/",
            "logoutCallbackUrl": SLO,
            "privateKey": key,
            "publicCert": certificate,
            "signatureAlgorithm": "sha256",
            "digestAlgorithm": "sha256",
            "wantAuthnResponseSigned": False,
            "validateInResponseTo": "always",
        }
        if encrypted:
            usual["decryptionPvk"] = key
        provider = node_saml.start(**(usual | options))
        started.append(provider)
        metadata = provider.call(
            "generateServiceProviderMetadata", certificate if encrypted else None, certificate
        )
        before, slo, after = metadata.partition("<SingleLogoutService ")
        metadata = before + slo + after.replace("HTTP-POST", logged_out_by, 1)
        federation.add_service_provider(metadata, private_key=pair.private_key)
        return provider

    yield make
    for provider in started:
        provider.end()


def by_redirect(federation, provider: NodeSaml):
    """Begin a sign-in by the address that it sends its user to."""
    return federation.sign_in(provider.call("getAuthorizeUrlAsync", "kept", "", {}))


def by_post(federation, provider: NodeSaml):
    """Begin a sign-in by the page whose form its user's browser posts."""
    html = provider.call("getAuthorizeFormAsync", "kept", "", {})
    [form] = Page(ENTITY_ID, 200, html, {}).forms
    browser = federation.browser()
    page = browser.submit(form)
    user = federation.user
    page = browser.submit(page.form, UserName=user.name, Password=user.password)
    return federation.resume(browser, page)


BINDINGS = {
    "redirect": (by_redirect, {}),
    # By the bindings a message is not compressed there; it compresses unless told.
    "post":     (by_post, {"authnRequestBinding": "HTTP-POST", "skipRequestCompression": True}),
}  # fmt: skip


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("binding", BINDINGS)
def test_node_saml_signs_its_user_in_by_the_number(
    binding, encrypted, register_node_saml, federation, phone
):
    begin, options = BINDINGS[binding]
    provider = register_node_saml(encrypted=encrypted, **options)

    signing_in = begin(federation, provider)
    assert phone.approve(signing_in.number) == "approved"
    answer = signing_in.finish()
    taken = provider.call("validatePostResponseAsync", answer.fields)

    assert (b"EncryptedAssertion" in answer.xml) == encrypted
    assert answer.relay_state == "kept"
    assert taken["profile"]["nameID"] == federation.user.name
    assert taken["profile"]["issuer"] == federation.entity_id


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_node_saml_accepts_every_way_of_signing(encrypted, register_node_saml, federation, phone):
    provider = register_node_saml(encrypted=encrypted, wantAuthnResponseSigned=True)
    federation.services.trusts.change_from_text(
        ENTITY_ID, {"saml_response_signature": "MessageAndAssertion"}
    )
    signing_in = by_redirect(federation, provider)
    phone.approve(signing_in.number)

    taken = provider.call("validatePostResponseAsync", signing_in.finish().fields)

    assert taken["profile"]["nameID"] == federation.user.name


def test_node_saml_gets_the_name_and_the_context_that_it_requests(
    register_node_saml, federation, phone
):
    provider = register_node_saml(identifierFormat=PERSISTENT, authnContext=[MULTIPLE_AUTHN])
    signing_in = by_redirect(federation, provider)
    phone.approve(signing_in.number)
    answer = signing_in.finish()

    profile = provider.call("validatePostResponseAsync", answer.fields)["profile"]

    assert profile["nameIDFormat"] == PERSISTENT
    assert profile["nameID"] != federation.user.name
    assert profile["spNameQualifier"] == ENTITY_ID
    assert answer.assertion.authn_context_class == MULTIPLE_AUTHN


def test_node_saml_refuses_an_altered_response(register_node_saml, federation, phone):
    provider = register_node_saml()
    signing_in = by_redirect(federation, provider)
    phone.approve(signing_in.number)
    answer = signing_in.finish()
    altered = answer.xml.replace(federation.user.name.encode(), b"otto@example.test")

    with pytest.raises(NodeSamlError, match="signature"):
        provider.call(
            "validatePostResponseAsync",
            answer.fields | {"SAMLResponse": base64.b64encode(altered).decode()},
        )


def test_node_saml_reads_the_status_of_a_passive_request_without_a_session(
    register_node_saml, federation
):
    provider = register_node_saml(passive=True)
    page = federation.browser().open(provider.call("getAuthorizeUrlAsync", "", "", {}))
    answer = federation.resume(federation.browser(), page).finish()

    assert answer.status == ("Responder", "NoPassive")
    # It takes that for "nobody is signed in", not for an error.
    assert provider.call("validatePostResponseAsync", answer.fields)["profile"] is None


def test_a_request_that_another_key_signed_is_refused(register_node_saml, federation, pair):
    other = new_signing_certificate("node.example.test", datetime.now(UTC))
    provider = register_node_saml(privateKey=other.private_key.decode())

    page = federation.browser().open(provider.call("getAuthorizeUrlAsync", "", "", {}))

    assert page.status == 400
    assert "signature" in page.error


def signed_in(federation, provider: NodeSaml, phone) -> tuple[Browser, dict[str, object]]:
    """Sign the user in, and return the browser and what node-saml knows of them."""
    signing_in = by_redirect(federation, provider)
    phone.approve(signing_in.number)
    taken = provider.call("validatePostResponseAsync", signing_in.finish().fields)
    return signing_in.browser, taken["profile"]


def is_signed_in(federation, browser: Browser) -> bool:
    return "idp_SignOutPanel" in browser.get(f"{federation.url}{IDP_INITIATED}.aspx").ids()


# By POST it looks for the InResponseTo of a sign-in's Response only, and never finds a log-out's.
LENIENT = {"validateInResponseTo": "ifPresent"}


def test_a_user_signs_out_at_node_saml_which_gets_a_response(register_node_saml, federation, phone):
    provider = register_node_saml(**LENIENT)
    browser, profile = signed_in(federation, provider, phone)
    assert is_signed_in(federation, browser)

    page = browser.get(provider.call("getLogoutUrlAsync", profile, "kept", {}))
    taken = provider.call("validatePostResponseAsync", page.form.fields)

    assert (page.form.action, page.form.fields["RelayState"]) == (SLO, "kept")
    assert taken["loggedOut"] is True
    assert not is_signed_in(federation, browser)


def test_node_saml_gets_the_response_by_redirect_where_its_metadata_wants_that(
    register_node_saml, federation, phone
):
    provider = register_node_saml(logged_out_by="HTTP-Redirect")
    browser, profile = signed_in(federation, provider, phone)

    asked = provider.call("getLogoutUrlAsync", profile, "kept", {})
    answer = browser.session.get(asked, allow_redirects=False).headers["Location"]
    query = urlsplit(answer).query
    taken = provider.call("validateRedirectAsync", dict(parse_qsl(query)), query)

    assert answer.startswith(f"{SLO}?")
    assert taken["loggedOut"] is True
    altered = dict(parse_qsl(query)) | {"Signature": "AAAA"}
    with pytest.raises(NodeSamlError, match="signature"):
        provider.call("validateRedirectAsync", altered, query)


def test_a_user_signs_out_here_and_the_response_of_node_saml_is_accepted(
    register_node_saml, federation, phone
):
    provider = register_node_saml()
    browser, profile = signed_in(federation, provider, phone)

    page = browser.get(f"{federation.url}{IDP_INITIATED}.aspx")
    asked = browser.submit(next(form for form in page.forms if form.id == "idp_SignOutPanel")).form
    assert asked.action == SLO
    request = provider.call("validatePostRequestAsync", asked.fields)["profile"]
    answer = provider.call(
        "getLogoutResponseUrlAsync", request, asked.fields["RelayState"], {}, True
    )
    end = browser.get(answer)

    assert (request["nameID"], request["sessionIndex"]) == (
        profile["nameID"],
        profile["sessionIndex"],
    )
    assert end.title == "Signed Out"
    assert 'data-outcome="signed_out"' in end.html


def test_node_saml_refuses_an_altered_logout_message(register_node_saml, federation, phone):
    provider = register_node_saml(**LENIENT)
    browser, profile = signed_in(federation, provider, phone)
    page = browser.get(provider.call("getLogoutUrlAsync", profile, "", {}))
    xml = base64.b64decode(page.form.fields["SAMLResponse"])
    altered = base64.b64encode(xml.replace(SLO.encode(), SLO.encode() + b"x")).decode()

    with pytest.raises(NodeSamlError, match="signature"):
        provider.call("validatePostResponseAsync", {"SAMLResponse": altered})
