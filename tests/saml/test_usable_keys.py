"""One policy of usable keys, wherever a key of a service provider is used."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from support.certificates import odd_certificates as odd
from support.service_providers.metadata_parts import ACS, entity, key, role

from idp.federation.relying_party.settings import TrustSettings
from idp.saml import uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.bindings import RedirectSignature
from idp.saml.certificates import BadCertificate, UnusableKey, WeakKey, public_key, read_certificate
from idp.saml.encryption import UnusableEncryptionKey, encrypt
from idp.saml.metadata import read_metadata
from idp.saml.refusal import Refused
from idp.saml.signature import check_redirect
from idp.saml.usable_keys import weakness_of
from idp.saml.values import Encryption

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEAK = {
    "RSA 1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - the point
    "RSA 2040": lambda: rsa.generate_private_key(65537, 2040),  # noqa: S505 - the point
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "brainpool": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "P-224": lambda: ec.generate_private_key(ec.SECP224R1()),
}
GOOD = {
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA 3072": lambda: rsa.generate_private_key(65537, 3072),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


@pytest.fixture(params=WEAK)
def weak(request):
    """A private key that is not used, and its certificate."""
    private_key = WEAK[request.param]()
    return private_key, odd.certificate(NOW, key=private_key)


@pytest.fixture(scope="module")
def rsa_certificate() -> str:
    return odd.certificate(NOW, key=GOOD["RSA 2048"]())


@pytest.mark.parametrize("name", GOOD)
def test_these_keys_are_used(name):
    certificate = odd.certificate(NOW, key=GOOD[name]())
    assert public_key(certificate).key_size in (256, 384, 521, 2048, 3072)
    assert read_metadata(entity(role(key(certificate) + ACS)).encode())


def test_a_key_that_one_trust_is_set_to_use_is_still_refused_for_the_others():
    """Keys are remembered, each with the setting that it was asked for with."""
    certificate = odd.certificate(NOW, key=WEAK["RSA 1024"]())
    for _ in range(2):
        assert public_key(certificate, 1024).key_size == 1024
        with pytest.raises(WeakKey):
            public_key(certificate)


def test_a_weak_key_is_refused_with_a_code_wherever_a_certificate_is_given(weak):
    _, certificate = weak
    for give in (public_key, lambda text: read_certificate(text.encode())):
        with pytest.raises(WeakKey) as refused:
            give(certificate)
        assert refused.value.code == "weak_key"
    with pytest.raises(ValueError, match=r"key|curve"):
        TrustSettings(encryption_certificate=certificate)


@pytest.mark.parametrize("use", ["signing", "encryption", ""])
def test_metadata_that_has_only_weak_keys_for_a_use_is_refused(use, weak):
    with pytest.raises(BadMetadata) as refused:
        read_metadata(entity(role(key(weak[1], use) + ACS)).encode())
    assert f"no key for {use or 'signing'} that may be used" in str(refused.value)


@pytest.mark.parametrize("use", ["signing", "encryption", ""])
def test_beside_a_good_key_a_weak_one_does_no_harm(use, weak, rsa_certificate):
    keys = key(weak[1], use) + key(rsa_certificate)
    provider = read_metadata(entity(role(keys + ACS)).encode()).service_provider
    assert provider.encryption_certificates == (rsa_certificate,)
    assert rsa_certificate in provider.signing_certificates


ALLOWED_BY_A_TRUST = {"RSA 1024", "RSA 2040"}


@pytest.mark.parametrize("name", [*WEAK, *GOOD])
def test_a_trust_may_allow_rsa_keys_from_1024_bits_on_and_nothing_else(name):
    certificate = odd.certificate(NOW, key=(WEAK | GOOD)[name]())
    metadata = entity(role(key(certificate) + ACS)).encode()

    def read():
        return read_metadata(metadata, min_rsa_bits_of=lambda _entity_id: 1024).service_provider

    if name in GOOD or name in ALLOWED_BY_A_TRUST:
        assert public_key(certificate, 1024)
        assert read().signing_certificates == (certificate,)
    else:
        with pytest.raises(WeakKey):
            public_key(certificate, 1024)
        with pytest.raises(BadMetadata) as refused:
            read()
        assert "min_rsa_bits" not in str(refused.value)


def test_no_trust_can_allow_rsa_keys_of_fewer_than_1024_bits():
    shorter = rsa.RSAPublicNumbers(65537, (1 << 1016) - 1).public_key()
    assert weakness_of(shorter, 1024) == "RSA key has 1016 bits, fewer than 1024"
    for bits in (0, 512, 1023, 1025, 4096, "any"):
        with pytest.raises(ValueError, match="min_rsa_bits"):
            TrustSettings(min_rsa_bits=bits)


def test_a_weak_key_verifies_no_signature(weak, rsa_certificate):
    """Nor does it where it was stored by a version that accepted it."""
    private_key, certificate = weak
    octets = b"SAMLRequest=x&SigAlg=y"
    if isinstance(private_key, rsa.RSAPrivateKey):
        value = private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        algorithm = uris.RSA_SHA256
    else:
        value, algorithm = b"\x01" * 64, uris.ECDSA_SHA256
    signature = RedirectSignature(algorithm, value, octets)

    for certificates in ([certificate], [certificate, rsa_certificate]):
        with pytest.raises(Refused) as refused:
            check_redirect(signature, certificates)
        assert refused.value.code == "MSIS0038"


@pytest.mark.parametrize("certificate", ["", "AAAA", "MAA=", "not base64"])
@pytest.mark.parametrize("options", [{}, {"sha256_transport": True}, {"oaep11_transport": True}])
def test_a_broken_certificate_cannot_be_encrypted_for(certificate, options):
    with pytest.raises(UnusableEncryptionKey):
        encrypt("<a></a>", Encryption(certificate, **options))


def test_a_weak_key_cannot_be_encrypted_for(weak):
    with pytest.raises(UnusableEncryptionKey):
        encrypt("<a></a>", Encryption(weak[1]))


def test_a_key_of_another_kind_is_neither_weak_nor_usable():
    with pytest.raises(UnusableKey) as refused:
        public_key(odd.of_another_kind(NOW))
    assert not isinstance(refused.value, WeakKey)
    assert isinstance(refused.value, BadCertificate)
