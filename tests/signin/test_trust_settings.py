"""What the settings of a trust change in real messages."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from support.certificates.odd_certificates import expired
from support.service_providers.service_provider import ServiceProvider, requested_context

from idp.config.schema import FarmSection
from idp.saml import uris
from idp.saml.bindings import decode_redirect
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD, PASSWORD_PROTECTED_TRANSPORT
from idp.saml.signature import check_redirect

SAML = {"saml": uris.ASSERTION, "ds": uris.XMLDSIG, "xenc": uris.XMLENC}


def instants(finished, element: str, *names: str) -> list[str]:
    found = etree.fromstring(finished.xml).find(f".//saml:{element}", SAML)
    return [found.get(name) for name in names]


def algorithms(xml: bytes, element: str) -> set[str]:
    return {each.get("Algorithm") for each in etree.fromstring(xml).iter(f"{{*}}{element}")}


@pytest.fixture
def sha1(easy) -> ServiceProvider:
    """A trust that is set to SHA-1, as an old service provider needs it."""
    easy.set(signature_algorithm="rsa-sha1")
    return easy


class TestSignatureAlgorithm:
    @pytest.mark.parametrize("signature", ["AssertionOnly", "MessageOnly", "MessageAndAssertion"])
    def test_an_assertion_is_signed_by_the_algorithm_of_the_trust(
        self, federation, sha1, signature
    ):
        sha1.set(saml_response_signature=signature)

        finished = federation.sign_in(sha1.url()).finish()

        assert algorithms(finished.xml, "SignatureMethod") == {uris.RSA_SHA1}
        assert algorithms(finished.xml, "DigestMethod") == {uris.SHA1}
        states = {finished.received.signature.state, finished.assertion.signature.state}
        assert states <= {"weak", "absent"}
        assert "weak" in states

    def test_a_status_is_signed_by_the_algorithm_of_the_trust(self, federation, sha1):
        finished = federation.sign_in(sha1.url(IsPassive="true")).finish()

        assert finished.status == ("Responder", "NoPassive")
        assert algorithms(finished.xml, "SignatureMethod") == {uris.RSA_SHA1}

    def test_other_trusts_are_not_touched(self, federation, sha1, pairs):
        other = ServiceProvider(federation, pairs("other"), entity_id="urn:other").register()
        other.set(second_factor="never")

        xml = federation.sign_in(other.url()).finish().xml

        assert algorithms(xml, "SignatureMethod") == {uris.RSA_SHA256}

    @pytest.mark.parametrize("signature", ["query", "enveloped"])
    def test_requests_must_be_signed_by_the_algorithm_of_the_trust(
        self, federation, sha1, signature
    ):
        weak = sha1.key.with_algorithm(uris.RSA_SHA1)

        def asked(key):
            if signature == "query":
                return federation.sign_in(sha1.url(key=key)).finish()
            return federation.sign_in(sha1.url(sha1.authn_request(sign=key))).finish()

        assert asked(weak).name_id == federation.user.name
        assert asked(sha1.key).status == ("Responder",)
        sha1.set(signature_algorithm="rsa-sha256")
        assert asked(sha1.key).name_id == federation.user.name
        assert asked(weak).status == ("Responder",)

    def test_an_altered_request_is_refused_under_sha1_too(self, federation, sha1, lines):
        weak = sha1.key.with_algorithm(uris.RSA_SHA1)
        url = sha1.url(key=weak, relay_state="here").replace("here", "there")

        assert federation.browser().get(url).status == 400
        assert lines.refusals() == ["MSIS0038"]


class TestTimes:
    def test_token_lifetime_and_not_before_skew_bound_the_conditions(self, federation, easy):
        easy.set(token_lifetime="15", not_before_skew="3")
        now = federation.clock.now()

        begin, end = instants(
            federation.sign_in(easy.url()).finish(), "Conditions", "NotBefore", "NotOnOrAfter"
        )

        assert begin[:16] == f"{now - timedelta(minutes=3):%Y-%m-%dT%H:%M}"
        assert end[:16] == f"{now + timedelta(minutes=15):%Y-%m-%dT%H:%M}"

    def test_the_lifetime_0_that_ad_fs_stores_is_its_default(self, federation, easy):
        easy.set(token_lifetime="0")

        [end] = instants(federation.sign_in(easy.url()).finish(), "Conditions", "NotOnOrAfter")

        assert end[:16] == f"{federation.clock.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}"

    def test_the_delivery_window_is_a_setting_of_the_farm(self, federation, easy, reconfigured):
        client = reconfigured(farm=FarmSection(saml_message_delivery_window=2))
        page = client.get(easy.url().removeprefix(federation.url))
        session = re.search(r'name="SamlSession" value="([^"]+)"', page.text)[1]
        form = {
            "SamlSession": session,
            "UserName": federation.user.name,
            "Password": federation.user.password,
        }

        answer = client.post("/adfs/ls/", data=form, follow_redirects=True)

        xml = base64.b64decode(re.search(r'name="SAMLResponse" value="([^"]+)"', answer.text)[1])
        data = etree.fromstring(xml).find(".//saml:SubjectConfirmationData", SAML)
        until = federation.clock.now() + timedelta(minutes=2)
        assert data.get("NotOnOrAfter")[:16] == f"{until:%Y-%m-%dT%H:%M}"


class TestSignedSamlRequestsRequired:
    def test_the_farm_may_demand_signed_requests_of_all_trusts(
        self, federation, easy, reconfigured
    ):
        client = reconfigured(farm=FarmSection(signed_saml_requests_required=True))

        answer = client.get(easy.url().removeprefix(federation.url))
        assert (answer.status_code, "signature_required" in answer.text) == (400, True)
        signed = easy.url(key=easy.key).removeprefix(federation.url)
        assert client.get(signed).status_code == 200


class TestEncryptionCertificate:
    def test_the_configured_certificate_outranks_the_keys_of_the_metadata(self, federation, pairs):
        sp = ServiceProvider(federation, pairs("sp"), encrypts=True).register()
        sp.set(second_factor="never", encryption_certificate=pairs("renewed").certificate.decode())

        federation._private_keys = [pairs("renewed").private_key]

        assert federation.sign_in(sp.url()).finish().assertion.encryption

    def test_the_configured_certificate_is_used_where_the_metadata_has_no_key(
        self, federation, easy, pairs
    ):
        easy.set(encryption_certificate=pairs("sp").certificate.decode())
        assert federation.sign_in(easy.url()).finish().assertion.encryption

        easy.set(encryption_certificate="")
        assert not federation.sign_in(easy.url()).finish().assertion.encryption


class TestSeveralKeys:
    def test_the_first_valid_key_is_used_for_encryption(self, federation, pairs):
        sp = ServiceProvider(federation, pairs("sp"), encrypts=True).register()
        sp.set(second_factor="never")
        services = federation.services
        old = expired(services.clock.now())

        services.trusts._store.change_trust(
            sp.entity_id,
            lambda trust: replace(
                trust,
                service_provider=replace(
                    trust.service_provider,
                    encryption_certificates=(old, *trust.service_provider.encryption_certificates),
                ),
            ),
        )

        assert federation.sign_in(sp.url()).finish().assertion.encryption


class TestAllowedAuthenticationClassReferences:
    @pytest.mark.parametrize(
        ("asked", "comparison", "answered"),
        [
            ((PASSWORD_PROTECTED_TRANSPORT,), "exact", PASSWORD_PROTECTED_TRANSPORT),
            ((PASSWORD, PASSWORD_PROTECTED_TRANSPORT), "exact", PASSWORD_PROTECTED_TRANSPORT),
            ((PASSWORD,), "exact", None),
            ((MULTIPLE_AUTHN,), "exact", None),
            ((PASSWORD,), "minimum", PASSWORD_PROTECTED_TRANSPORT),
            ((PASSWORD,), "maximum", None),
            ((), "exact", PASSWORD_PROTECTED_TRANSPORT),
        ],
    )
    def test_a_class_that_is_not_allowed_is_not_given(
        self, federation, easy, asked, comparison, answered
    ):
        easy.set(allowed_authentication_class_references=PASSWORD_PROTECTED_TRANSPORT)
        wish = requested_context(*asked, comparison=comparison) if asked else ""

        finished = federation.sign_in(easy.url(easy.authn_request(wish))).finish()

        if answered is None:
            assert finished.status == ("Responder", "NoAuthnContext")
        else:
            found = etree.fromstring(finished.xml).find(".//saml:AuthnContextClassRef", SAML)
            assert found.text == answered


class TestLogOut:
    """Both ways: what service providers send is held to their trust's algorithm, and so is ours."""

    def test_a_trust_set_to_sha1_gets_log_out_messages_signed_by_it(
        self, logout_app, browser, deliver, federation
    ):
        old = logout_app("old", settings={"signature_algorithm": "rsa-sha1"})
        weak, told = old.key.with_algorithm(uris.RSA_SHA1), old.sign_in(browser)

        answer = browser.session.get(
            old.logout_request(told, key=weak).address, allow_redirects=False
        )

        message = decode_redirect(answer.headers["Location"].partition("?")[2].encode())
        certificates = federation.services.signing_keys.current().certificates
        check_redirect(message.redirect_signature, certificates, uris.RSA_SHA1)
        assert b"LogoutResponse" in message.xml

    def test_a_log_out_by_another_algorithm_is_refused(self, logout_app, browser, deliver, lines):
        old = logout_app("old", settings={"signature_algorithm": "rsa-sha1"})
        new = logout_app("new")
        for each, key in ((old, old.key), (new, new.key.with_algorithm(uris.RSA_SHA1))):
            assert deliver(each.logout_request(each.sign_in(browser), key=key)).status == 400
            assert lines.refusals()[-1] == "signature_algorithm"
