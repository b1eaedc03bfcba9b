"""What the service provider is told: signatures, attributes, lifetimes."""

from __future__ import annotations

import pytest

SIGNED = {
    # setting                response, assertion
    "AssertionOnly":       ("absent", "valid"),
    "MessageOnly":         ("valid",  "absent"),
    "MessageAndAssertion": ("valid",  "valid"),
}  # fmt: skip


@pytest.mark.parametrize(("setting", "signatures"), SIGNED.items())
def test_the_trust_says_what_is_signed(setting, signatures, federation, easy):
    easy.set(saml_response_signature=setting)

    finished = federation.sign_in(easy.url()).finish()

    found = finished.received.signature, finished.assertion.signature
    assert tuple(signature.state for signature in found) == signatures
    assert {signature.algorithm for signature in found} <= {"", "rsa-sha256"}


def test_attributes_are_what_the_directory_says(federation, easy):
    user = federation.add_user(
        display_name='Ünï <Cödé> & "Co"',
        email="mail@example.test",
        groups=("Staff", "Night shift"),
        phone=None,
    )

    assertion = federation.sign_in(easy.url(), user).finish().assertion

    assert assertion.values_of("upn") == (user.name,)
    assert assertion.values_of("emailaddress") == ("mail@example.test",)
    assert assertion.values_of("name") == ('Ünï <Cödé> & "Co"',)
    assert assertion.values_of("Group") == ("Staff", "Night shift")


def test_fixed_attributes_are_added_with_the_values_of_the_user(federation, easy):
    easy.set(**{
        "attributes.https://aws.example.test/Role": '["one", "two"]',
        "attributes.https://aws.example.test/Session": "of {upn}",
    })  # fmt: skip

    attributes = federation.sign_in(easy.url()).finish().attributes

    assert attributes["https://aws.example.test/Role"] == ("one", "two")
    assert attributes["https://aws.example.test/Session"] == (f"of {federation.user.name}",)


def test_lifetimes_are_those_of_the_trust(federation, easy):
    easy.set(token_lifetime="7", not_before_skew="3")

    assertion = federation.sign_in(easy.url()).finish().assertion

    issued = assertion.issue_instant
    assert (assertion.not_on_or_after - issued).total_seconds() == 7 * 60
    assert (issued - assertion.not_before).total_seconds() == 3 * 60
    assert (assertion.confirmation_not_on_or_after - issued).total_seconds() == 5 * 60


def test_the_session_index_is_the_assertions_id(federation, easy):
    assertion = federation.sign_in(easy.url()).finish().assertion
    assert assertion.session_index == assertion.id


def test_the_issuer_is_named_by_http_even_under_tls(federation, easy):
    finished = federation.sign_in(easy.url()).finish()
    assert finished.received.issuer == finished.assertion.issuer == federation.entity_id
    assert federation.entity_id.startswith("http://")
