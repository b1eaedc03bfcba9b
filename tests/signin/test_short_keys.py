"""RSA keys of fewer than 2048 bits are used over HTTP only while the trust is set to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from support.service_providers.service_provider import BOTH, ServiceProvider

from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.saml import uris
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.signing import SigningKey


class OldServiceProvider(ServiceProvider):
    """One whose own key is so short that the server would not sign with it."""

    @property
    def key(self) -> SigningKey:
        certificate = "".join(self.pair.certificate.decode().splitlines()[1:-1])
        private_key = load_pem_private_key(self.pair.private_key, None)
        return SigningKey(private_key, certificate, uris.RSA_SHA256)


@pytest.fixture(scope="module")
def short_pair() -> PemPair:
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - the point
    return new_signing_certificate("old", datetime.now(UTC), key=key)


@pytest.fixture
def old(federation, short_pair) -> ServiceProvider:
    """A service provider with a short key for both uses, whose trust is set to it."""
    made = OldServiceProvider(federation, short_pair, "old", encrypts=True, slo_bindings=BOTH)
    return made.register(second_factor="never", min_rsa_bits=1024)


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_request_signed_by_a_short_key_is_taken_while_the_trust_is_set_to_it(
    binding, federation, old, lines
):
    def ask():
        if binding == "redirect":
            return federation.browser().get(old.url(key=old.key))
        return federation.browser().post(old.ls_url, old.fields(sign=old.key))

    assert ask().title == "Sign In"

    old.set(min_rsa_bits="2048")

    assert ask().status == 400
    assert lines.refusals() == ["MSIS0038"]


def test_a_short_key_is_encrypted_for_while_the_trust_is_set_to_it(federation, old, lines):
    finished = federation.sign_in(old.url()).finish()
    assert finished.name_id == federation.user.name
    assert finished.assertion.encryption

    old.set(min_rsa_bits="2048")

    page = federation.sign_in(old.url()).page
    assert "SAMLResponse" not in page.html
    assert lines.refusals()[-1] == "unusable_encryption_key"


def test_a_longer_key_is_preferred_for_encryption(federation, old, pairs):
    """Also where the short one comes first in the metadata, and after going back."""
    long = ServiceProvider(federation, pairs("sp"), "old", encrypts=True)
    part = long.metadata().partition("<md:KeyDescriptor")[2].partition("</md:KeyDescriptor>")[0]
    both = old.metadata().replace(
        "</md:KeyDescriptor>", f"</md:KeyDescriptor><md:KeyDescriptor{part}</md:KeyDescriptor>", 1
    )
    federation.add_service_provider(both, private_key=pairs("sp").private_key)
    now = federation.clock.now()
    for bits in ("1024", "2048"):
        old.set(min_rsa_bits=bits)
        trust = federation.services.trusts.existing(old.entity_id)
        assert trust.encryption_at(now).certificate == long.key.certificate
    assert federation.sign_in(old.url()).finish().assertion.encryption


@pytest.mark.parametrize("binding", BOTH)
def test_a_log_out_by_a_short_key_is_taken_while_the_trust_is_set_to_it(
    binding, old, browser, deliver, lines
):
    told = old.sign_in(browser)
    old.set(min_rsa_bits="2048")
    assert deliver(old.logout_request(told, binding)).status == 400
    assert lines.refusals()[-1] == "MSIS0038"

    old.set(min_rsa_bits="1024")

    deliver(old.logout_request(told, binding))
    assert len(lines.refusals()) == 1


def test_a_short_certificate_for_encryption_needs_the_setting(federation, easy, short_pair):
    text = short_pair.certificate.decode()
    with pytest.raises(BadTrustSetting, match="fewer than 2048"):
        easy.set(encryption_certificate=text)

    easy.set(encryption_certificate=text, min_rsa_bits="1024")

    federation._private_keys.append(short_pair.private_key)
    assert federation.sign_in(easy.url()).finish().assertion.encryption
    with pytest.raises(BadTrustSetting, match=r"encryption_certificate.*fewer than 2048"):
        easy.set(min_rsa_bits="2048")
    easy.set(min_rsa_bits="2048", encryption_certificate="")
