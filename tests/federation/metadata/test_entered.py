"""Metadata that is written from entered values says exactly what was entered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.federation.metadata.entered import (
    BadServiceProvider,
    EnteredServiceProvider,
    write_entered,
)
from idp.saml.metadata import read_service_provider
from idp.saml.values import POST, REDIRECT

SP = "https://sp.example.test/saml"
ACS = "https://sp.example.test/acs"
WRITTEN = st.characters(min_codepoint=33, exclude_categories=["Cs", "Cn", "Co", "Cc", "Zs"])
PATHS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#\\"))


VISIBLE = st.text(WRITTEN, min_size=1, max_size=60).filter(str.isprintable)


@given(entity_id=VISIBLE, path=PATHS)
def test_what_was_entered_is_what_is_read_and_nothing_else(entity_id, path):
    address = f"https://sp.example.test/a?{path}"

    read = read_service_provider(
        write_entered(EnteredServiceProvider(entity_id, (address,), address))
    )

    assert read.entity_id == entity_id
    assert [each.location for each in read.assertion_consumer_services] == [address]
    assert {each.location for each in read.single_logout_services} == {address}
    assert (read.signing_certificates, read.warnings) == ((), ())


def test_the_first_address_is_the_default_and_log_out_has_both_bindings(identities):
    certificate = identities.sp.pem.certificate
    entered = EnteredServiceProvider(SP, (ACS, f"{ACS}/2", ACS), f"{ACS}/out", certificate)

    read = read_service_provider(write_entered(entered))

    first, second = read.assertion_consumer_services
    assert (first.location, first.binding, first.is_default) == (ACS, POST, True)
    assert (second.location, second.binding, second.is_default) == (f"{ACS}/2", POST, False)
    assert {each.binding for each in read.single_logout_services} == {POST, REDIRECT}
    assert read.signing_certificates == (identities.sp.certificate,)
    assert read.encryption_certificates == ()
    assert not read.authn_requests_signed


MANY = tuple(f"{ACS}{number}" for number in range(51))
WRONG = {
    "nothing":          (EnteredServiceProvider("", ()), {"entity_id", "acs"}),
    "a space":          (EnteredServiceProvider("a b", (ACS,)), {"entity_id"}),
    "a long name":      (EnteredServiceProvider("a" * 1025, (ACS,)), {"entity_id"}),
    "http":             (EnteredServiceProvider(SP, (ACS, "http://sp.test/")), {"acs"}),
    "no address":       (EnteredServiceProvider(SP, ("/acs",), "/out"), {"acs", "slo"}),
    "many addresses":   (EnteredServiceProvider(SP, MANY), {"acs"}),
    "no certificate":   (EnteredServiceProvider(SP, (ACS,), "", b"hello"), {"certificate"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_every_wrong_field_is_named(case):
    entered, fields = WRONG[case]

    with pytest.raises(BadServiceProvider) as caught:
        write_entered(entered)

    assert set(caught.value.faults) == fields
    assert all(field in str(caught.value) for field in fields)


def test_http_is_accepted_where_the_server_allows_it():
    entered = EnteredServiceProvider(SP, ("http://localhost:5000/acs",))

    assert b"http://localhost:5000/acs" in write_entered(entered, allow_http=True)
