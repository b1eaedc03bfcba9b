"""Which changes of metadata a refresh applies by itself, and which wait for an administrator."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import odd_certificates as odd
from support.clock import NOON
from support.service_providers.metadata_parts import ACS_URL, SP_ID

from idp.federation.metadata.held_changes import reasons_to_hold
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    ServiceProvider,
    SingleLogoutService,
)

ONE, TWO, OLD = odd.certificate(NOON), odd.certificate(NOON), odd.expired(NOON)
RSA = odd.certificate(NOON, key=odd.RSA_KEY)
RENEWED = odd.certificate(NOON, key=odd.RSA_KEY, name="renewed")
KEYS = {ONE: 1, TWO: 2, OLD: 3, RSA: 4, RENEWED: 4, "unreadable": 5}
"""Certificates, and a number for the key of each."""

SP = ServiceProvider(
    SP_ID,
    (AssertionConsumerService(ACS_URL, is_default=True),),
    signing_certificates=(ONE,),
    encryption_certificates=(ONE,),
    authn_requests_signed=True,
    want_assertions_signed=True,
)
KNOWN = "https://sp.example.test"
ADDRESSES = st.sampled_from(
    [ACS_URL, f"{KNOWN}/acs?a=b", "https://SP.example.test/x", "http://sp.example.test/acs",
     "https://sp.example.test:8443/acs", "https://evil.test/acs",
     "https://sp.example.test.evil.test/acs"]
)  # fmt: skip
CERTIFICATES = st.lists(st.sampled_from(list(KEYS)), max_size=4).map(tuple)
TEXTS = st.lists(st.text(max_size=3), max_size=3).map(tuple)
BINDINGS = st.sampled_from([POST, REDIRECT, "urn:other"])
VALUES = {
    "entity_id": st.sampled_from([SP_ID, "urn:other"]),
    "assertion_consumer_services": st.lists(
        st.builds(AssertionConsumerService, ADDRESSES, BINDINGS, st.integers(0, 9), st.booleans())
    ).map(tuple),
    "signing_certificates": CERTIFICATES,
    "encryption_certificates": CERTIFICATES,
    "sha256_transport": CERTIFICATES,
    "oaep11_transport": CERTIFICATES,
    "aes128_content": CERTIFICATES,
    "name_id_formats": TEXTS,
    "authn_requests_signed": st.booleans(),
    "want_assertions_signed": st.booleans(),
    "display_name": st.text(max_size=5),
    "single_logout_services": st.lists(
        st.builds(SingleLogoutService, ADDRESSES, BINDINGS, st.none() | ADDRESSES)
    ).map(tuple),
    "warnings": TEXTS,
}
"""Values of every field."""


def is_harmless(name: str, before: Any, after: Any, *, is_signed: bool) -> bool:
    """Say whether a refresh may change the field *name* of a trust on one host by itself."""
    match name:
        case "display_name" | "name_id_formats" | "warnings":
            return True
        case "authn_requests_signed" | "want_assertions_signed":
            return bool(after)
        case "assertion_consumer_services" | "single_logout_services":
            addresses = [service.location for service in after]
            addresses += [
                getattr(service, "response_location", None) or ACS_URL for service in after
            ]
            return all(address.lower().startswith(f"{KNOWN}/") for address in addresses)
        case "encryption_certificates" if not after:
            return False
        case "entity_id":
            return False
    return is_signed or {KEYS[each] for each in before} == {KEYS[each] for each in after}


def test_every_field_of_a_description_is_tried():
    assert set(VALUES) == {field.name for field in fields(ServiceProvider)}


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_every_change_of_a_field_is_harmless_or_held(name, is_signed, data):
    old = replace(SP, **{name: data.draw(VALUES[name])}) if name in KEY_FIELDS else SP
    new = replace(old, **{name: data.draw(VALUES[name])})
    before, after = getattr(old, name), getattr(new, name)

    reasons = reasons_to_hold(old, new, is_signed=is_signed)

    harmless = before == after or is_harmless(name, before, after, is_signed=is_signed)
    assert bool(reasons) != harmless


KEY_FIELDS = ("signing_certificates", "encryption_certificates", "sha256_transport",
              "oaep11_transport", "aes128_content")  # fmt: skip


@given(data=st.data())
def test_no_change_hides_another(data):
    """What is held alone is held among other changes, too."""
    new = replace(SP, **{name: data.draw(values) for name, values in VALUES.items()})
    alone = [
        reason
        for name in VALUES
        for reason in reasons_to_hold(SP, replace(SP, **{name: getattr(new, name)}))
    ]

    assert set(reasons_to_hold(SP, new)) == set(alone)


def _with_acs(*locations: str) -> ServiceProvider:
    return replace(SP, assertion_consumer_services=tuple(map(AssertionConsumerService, locations)))


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (replace(SP, authn_requests_signed=False), "AuthnRequestsSigned"),
        (replace(SP, want_assertions_signed=False), "WantAssertionsSigned"),
        (replace(SP, signing_certificates=(TWO,)), "signing certificate"),
        (replace(SP, signing_certificates=()), "signing certificate"),
        (replace(SP, signing_certificates=(ONE, TWO)), "has a new key"),
        (replace(SP, encryption_certificates=(TWO,)), "encryption certificate"),
        (replace(SP, encryption_certificates=(TWO, ONE)), "has a new key"),
        (replace(SP, sha256_transport=(ONE,)), "SHA-256"),
        (replace(SP, encryption_certificates=()), "in the clear"),
        (_with_acs(ACS_URL, "https://evil.test/acs"), "https://evil.test"),
        (_with_acs(ACS_URL.replace("https:", "http:")), "http://sp.example.test"),
        (_with_acs(ACS_URL, "https://sp.example.test:8443/acs"), "https://sp.example.test:8443"),
    ],
)
def test_a_change_that_weakens_a_trust_or_exchanges_a_key_is_held(new, told):
    reasons = reasons_to_hold(SP, new)

    assert any(told in reason for reason in reasons)


@pytest.mark.parametrize(
    "new",
    [
        SP,
        replace(SP, signing_certificates=(ONE, ONE)),
        replace(SP, display_name="Wiki", name_id_formats=("x",)),
        _with_acs(ACS_URL, "https://SP.example.test/another"),
    ],
)
def test_a_change_that_weakens_nothing_and_keeps_the_keys_is_harmless(new):
    assert reasons_to_hold(SP, new) == ()


def test_a_new_certificate_of_the_same_key_is_harmless():
    old = replace(SP, signing_certificates=(RSA,), encryption_certificates=(RSA,))
    old = replace(old, sha256_transport=(RSA,))
    new = replace(SP, signing_certificates=(RENEWED,), encryption_certificates=(RENEWED,))

    assert reasons_to_hold(old, replace(new, sha256_transport=(RENEWED,))) == ()


def test_a_certificate_that_has_expired_is_a_key_as_well():
    both = replace(SP, signing_certificates=(ONE, OLD))

    assert reasons_to_hold(both, SP)
    assert reasons_to_hold(SP, both)
    assert reasons_to_hold(both, SP, is_signed=True) == ()
