"""How assertions are encrypted for a service provider, by the keys in its metadata."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import (
    ACS,
    entity,
    key,
    method,
    role,
)

from idp.saml import uris
from idp.saml.metadata import read_service_provider


def read(xml: str, *arguments, **more):
    return read_service_provider(xml.encode(), *arguments, **more)


@pytest.mark.parametrize(
    ("methods", "announced"),
    [
        ("", False),
        (method(uris.RSA_OAEP), False),
        (method(uris.RSA_OAEP, uris.SHA1), False),
        (method(uris.RSA_OAEP, uris.SHA256), True),
        (method(uris.AES256_GCM) + method(uris.RSA_OAEP, uris.SHA256), True),
        (method(uris.RSA_OAEP, uris.SHA1) + method(uris.RSA_OAEP, uris.SHA256), True),
        (method(uris.RSA_OAEP_11, uris.SHA256), False),
    ],
)
@pytest.mark.parametrize("use", ["", "encryption"])
def test_sha256_inside_oaep_is_used_for_keys_that_announce_it(identities, use, methods, announced):
    certificate = identities.sp.certificate

    sp = read(entity(role(key(certificate, use, methods) + ACS)))

    assert sp.encryption_certificates == (certificate,)
    assert sp.sha256_transport == ((certificate,) if announced else ())


@pytest.mark.parametrize(
    ("announced", "taken"),
    [
        (method(uris.RSA_OAEP_11, uris.SHA256, uris.MGF1_SHA256), True),
        (method(uris.RSA_OAEP) + method(uris.RSA_OAEP_11, uris.SHA256, uris.MGF1_SHA256), True),
        (method(uris.RSA_OAEP_11), False),
        (method(uris.RSA_OAEP_11, uris.SHA256), False),
        (method(uris.RSA_OAEP_11, uris.SHA1, uris.MGF1_SHA256), False),
        (method(uris.RSA_OAEP, uris.SHA256, uris.MGF1_SHA256), False),
    ],
)
def test_oaep_of_version_1_1_is_used_for_keys_that_announce_all_of_it(identities, announced, taken):
    certificate = identities.sp.certificate

    sp = read(entity(role(key(certificate, "encryption", announced) + ACS)))

    assert sp.oaep11_transport == ((certificate,) if taken else ())


@pytest.mark.parametrize(
    ("methods", "taken"),
    [
        (method(uris.AES128_GCM), True),
        (method(uris.AES128_GCM) + method(uris.AES256_GCM), False),
        (method(uris.AES128_CBC), False),
        ("", False),
    ],
)
def test_aes_128_is_used_for_keys_that_announce_nothing_longer_in_gcm(identities, methods, taken):
    certificate = identities.sp.certificate

    sp = read(entity(role(key(certificate, "", methods) + ACS)))

    assert sp.aes128_content == ((certificate,) if taken else ())


def test_algorithms_of_one_key_are_not_used_for_another(identities):
    first, second = identities.sp.certificate, identities.stranger.certificate
    announced = method(uris.RSA_OAEP, uris.SHA256)

    sp = read(entity(role(key(first) + key(second, "encryption", announced) + ACS)))

    assert sp.encryption_certificates == (first, second)
    assert sp.sha256_transport == (second,)


def test_a_key_that_cannot_encrypt_is_passed_over_where_there_is_one_that_can(identities):
    curve, rsa = identities.idp_ec.certificate, identities.sp.certificate

    assert read(entity(role(key(curve) + ACS))).encryption_certificates == ()
    for use in ("", "encryption"):
        sp = read(entity(role(key(curve, use) + key(rsa) + ACS)))
        assert sp.encryption_certificates == (rsa,)


def test_a_key_that_cannot_encrypt_is_kept_so_that_nothing_is_sent_in_clear_text(
    identities,
):
    curve = identities.idp_ec.certificate

    assert read(entity(role(key(curve, "encryption") + ACS))).encryption_certificates == (curve,)
