"""What a service provider is told is encrypted for it, as its trust says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from support.certificates import odd_certificates as odd
from support.service_providers.service_provider import ServiceProvider

from idp.federation.relying_party.settings import TrustSettings


@pytest.fixture
def encrypting_sp(federation, pairs) -> ServiceProvider:
    """A service provider whose metadata holds a key for encryption."""
    sp = ServiceProvider(federation, pairs("sp"), encrypts=True).register()
    sp.set(second_factor="never")
    return sp


@pytest.fixture
def finish(federation, encrypting_sp):
    def end(url: str | None = None):
        return federation.sign_in(url or encrypting_sp.url()).finish()

    return end


@pytest.mark.parametrize("signature", ["AssertionOnly", "MessageOnly", "MessageAndAssertion"])
def test_the_assertion_is_encrypted_with_the_usual_content(
    federation, encrypting_sp, finish, signature
):
    encrypting_sp.set(saml_response_signature=signature)

    finished = finish()

    assert federation.user.name.encode() not in finished.xml
    assert finished.name_id == federation.user.name
    seen = finished.assertion.encryption
    assert (seen.content, seen.key_transport, seen.digest) == (
        "aes256-gcm",
        "rsa-oaep-mgf1p",
        "sha1",
    )
    states = (finished.received.signature.state, finished.assertion.signature.state)
    assert states == (
        "absent" if signature == "AssertionOnly" else "valid",
        "absent" if signature == "MessageOnly" else "valid",
    )


def test_an_idp_initiated_assertion_is_encrypted_too(federation, encrypting_sp, finish):
    assert finish(encrypting_sp.initiated_url()).assertion.encryption


def test_cbc_is_used_for_a_trust_that_demands_it(encrypting_sp, finish):
    encrypting_sp.set(encryption_algorithm="aes256-cbc")

    assert finish().assertion.encryption.content == "aes256-cbc"


def test_encryption_is_switched_off_by_trust(federation, encrypting_sp, finish):
    encrypting_sp.set(encrypt_claims="false")

    finished = finish()

    assert not finished.assertion.encryption
    assert federation.user.name.encode() in finished.xml


@pytest.mark.parametrize("whole", ["true", "false"])
def test_the_name_is_encrypted_by_itself_where_that_is_required(
    federation, encrypting_sp, finish, whole
):
    encrypting_sp.set(encrypt_claims=whole, encrypted_name_id_required="true")

    finished = finish()

    assert b"<NameID" not in finished.xml
    assert finished.name_id == federation.user.name
    assert finished.assertion.name_id_encryption.content == "aes256-gcm"
    assert bool(finished.assertion.encryption) is (whole == "true")


def test_a_name_that_must_be_encrypted_is_not_sent_where_there_is_no_key(federation, easy, lines):
    easy.set(encrypted_name_id_required="true")

    sign_in = federation.sign_in(easy.url())

    assert not sign_in.is_finished
    assert sign_in.page.status >= 400
    assert lines.refusals() == ["no_encryption_key"]


def test_a_key_that_was_changed_holds_from_the_next_request_on(
    federation, encrypting_sp, finish, pairs
):
    renewed = ServiceProvider(federation, pairs("renewed"), encrypts=True).register()

    federation._private_keys = [pairs("sp").private_key]
    assert federation.sign_in(renewed.url()).finish().received.unopened == 1
    federation._private_keys = [pairs("renewed").private_key]
    assert federation.sign_in(renewed.url()).finish().name_id == federation.user.name


def test_the_settings_have_the_names_and_defaults_of_ad_fs():
    settings = TrustSettings()

    assert (settings.encrypt_claims, settings.encrypted_name_id_required) == (True, False)


@pytest.mark.parametrize("odd_key", [odd.short_rsa, odd.on_another_curve, odd.certificate])
@pytest.mark.parametrize("begin", ["url", "initiated_url"])
def test_a_stored_key_that_is_not_used_is_a_refusal_with_its_code(
    odd_key, begin, federation, encrypting_sp, lines
):
    """As a version that accepted such keys has stored it."""
    stored = federation.services.trusts.existing(encrypting_sp.entity_id).service_provider
    certificate = odd_key(datetime.now(UTC))
    with federation.services.database.write() as connection:
        connection.execute(
            text(
                "UPDATE trusts SET stamp = 'x', service_provider ="
                " replace(service_provider, :old, :new) WHERE entity_id = :id"
            ),
            {
                "old": stored.encryption_certificates[0],
                "new": certificate,
                "id": encrypting_sp.entity_id,
            },
        )
    url = getattr(encrypting_sp, begin)()

    page = federation.sign_in(url).page

    assert page.status in (400, 403)
    assert "SAMLResponse" not in page.html
    assert lines.refusals()[-1] == "unusable_encryption_key"
