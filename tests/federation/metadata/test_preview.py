"""What an import would make of a trust, before it is made."""

from __future__ import annotations

from dataclasses import replace

from support.certificates import odd_certificates as odd
from support.clock import NOON
from support.service_providers.metadata_parts import ACS, ACS_URL, SP_ID, entity, key, role

from idp.federation.metadata.diff import MetadataChange, find_changes
from idp.federation.metadata.preview import make_preview
from idp.saml.certificates import thumbprint_of
from idp.saml.metadata import read_metadata
from idp.saml.values import REDIRECT, AssertionConsumerService, ServiceProvider

ONE, TWO, OLD = odd.certificate(NOON), odd.certificate(NOON), odd.expired(NOON)
SP = ServiceProvider(
    SP_ID,
    (AssertionConsumerService(ACS_URL, is_default=True),),
    signing_certificates=(ONE,),
    encryption_certificates=(ONE,),
    authn_requests_signed=True,
    want_assertions_signed=True,
)


def test_a_preview_shows_what_would_be_trusted_and_what_is_weak():
    short = odd.short_rsa(NOON)
    keys = key(ONE) + key(short)
    described = read_metadata(entity(role(keys + ACS)).encode())

    preview = make_preview(described, None, NOON, 2048)

    assert preview.changes == ()
    assert [use for use, _ in preview.certificates] == ["signing", "signing"]
    assert preview.weaknesses == (
        f"signing certificate {thumbprint_of(short)[:16]}: "
        "its RSA key has 1024 bits, fewer than 2048: it is not used",
    )


def test_a_key_of_an_unknown_kind_is_reported_and_the_others_are_used():
    strange = odd.of_another_kind(NOON)
    described = read_metadata(entity(role(key(ONE) + key(strange, "signing") + ACS)).encode())

    [weakness] = make_preview(described, None, NOON, 2048).weaknesses

    assert "neither RSA nor EC" in weakness
    assert described.service_provider.signing_certificates[0] == ONE


def test_every_difference_is_shown_once_and_readably():
    other = AssertionConsumerService("https://other.test/acs", REDIRECT, index=4)
    new = replace(
        SP,
        assertion_consumer_services=(*SP.assertion_consumer_services, other),
        signing_certificates=(TWO,),
        want_assertions_signed=False,
        display_name="Wiki",
    )

    assert find_changes(SP, new) == (
        MetadataChange(
            "added",
            "assertion_consumer_services",
            "https://other.test/acs binding=HTTP-Redirect index=4",
        ),
        MetadataChange("removed", "signing_certificates", f"SHA-256 {thumbprint_of(ONE)}"),
        MetadataChange("added", "signing_certificates", f"SHA-256 {thumbprint_of(TWO)}"),
        MetadataChange("changed", "want_assertions_signed", "true -> false"),
        MetadataChange("changed", "display_name", " -> Wiki"),
    )
    assert find_changes(SP, SP) == ()
