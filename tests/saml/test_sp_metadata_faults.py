"""A service provider's metadata that is wrong: what is refused, what is left out, what is told."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.service_providers.metadata_parts import (
    ACS,
    ACS_URL,
    entity,
    key,
    role,
    slo,
)

from idp.saml.metadata import MAX_BYTES, BadMetadata, read_service_provider
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
)


def read(xml: str, *arguments, **more):
    return read_service_provider(xml.encode(), *arguments, **more)


def faults_of(xml: str | bytes, *arguments, **more) -> tuple[str, ...]:
    with pytest.raises(BadMetadata) as caught:
        read_service_provider(xml.encode() if isinstance(xml, str) else xml, *arguments, **more)
    assert "\n" not in str(caught.value)
    return caught.value.faults


@pytest.mark.parametrize(
    ("xml", "fault"),
    [
        ("", "not well-formed"),
        ("no metadata", "not well-formed"),
        ("<html><body>Sign in</body></html>", "no SAML metadata"),
        (entity("<md:IDPSSODescriptor/>"), "no service provider"),
        (entity(role(ACS).replace("SAML:2.0:p", "SAML:1.1:p")), "does not speak SAML 2.0"),
        (entity(role("")), "no assertion consumer service"),
        (entity(role(ACS.replace("POST", "Artifact"))), "no assertion consumer service"),
        (entity(role(key("AAAA") + ACS)), "certificate in it is unusable"),
        (entity(role(key("not base64!") + ACS)), "certificate in it is unusable"),
        (entity(role(ACS, ' AuthnRequestsSigned="true"')), "no signing certificate"),
        (entity(entity_id=" "), "no entityID"),
        (entity(role(ACS.replace('"0"', '"-1"'))), "index"),
        ("<!DOCTYPE x>" + entity(), "document type"),
        (entity(role(ACS.replace("https://sp.example.test/acs", "javascript:alert(1)"))), "https"),
    ],
)  # fmt: skip
def test_a_fault_is_reported(xml, fault):
    assert any(fault in each for each in faults_of(xml))


def test_all_faults_are_reported_at_once():
    acs = ACS.replace("https:", "ftp:")

    assert len(faults_of(entity(role(key("AAAA") + acs + acs.replace("acs", "b"))))) == 3


def test_http_is_allowed_only_by_the_setting():
    plain = entity(role(ACS.replace("https:", "http:")))

    assert faults_of(plain)
    assert read(plain, allow_http=True).assertion_consumer_services[0].location.startswith("http:")


def test_metadata_that_is_too_large_is_refused():
    assert faults_of(b"<x>" + b" " * MAX_BYTES + b"</x>")


@settings(max_examples=60)
@given(data=st.data())
def test_metadata_with_bytes_changed_is_read_or_refused_and_nothing_else(data):
    xml = bytearray(entity(role(key("AAAA") + ACS)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(BadMetadata):
        read_service_provider(bytes(xml))


@pytest.mark.parametrize(
    "address",
    ["http://sp.example.test/slo", "https://u@sp.example.test/", "https://sp/../x", "javascript:1"],
)
def test_a_log_out_service_with_an_address_that_cannot_be_used_is_left_out(address):
    good = slo("https://sp.example.test/good", REDIRECT)
    for service in (
        slo(address, POST),
        slo("https://sp.example.test/slo", POST, address),
    ):
        sp = read(entity(role(service + good + ACS)))

        assert [each.location for each in sp.single_logout_services] == [
            "https://sp.example.test/good"
        ]
        (warning,) = sp.warnings
        assert warning.startswith("its log-out service ")
        assert warning.endswith("left out")


@pytest.mark.parametrize(
    "unusable",
    [
        'Location="http://sp.example.test/acs" index="7" isDefault="true"',
        'Location="https://sp.example.test/a b" index="7"',
        'Location="javascript:alert(1)" index="7"',
        'Location="https://sp.example.test/acs" index="-1"',
        'Location="https://sp.example.test/acs" index="x"',
        'index="7"',
    ],
)
def test_a_consumer_service_that_cannot_be_used_is_left_out_beside_one_that_can(unusable):
    sp = read(entity(role(f'<md:AssertionConsumerService Binding="{POST}" {unusable}/>{ACS}')))

    assert sp.assertion_consumer_services == (
        AssertionConsumerService(ACS_URL, POST, 0, is_default=True),
    )
    (warning,) = sp.warnings
    assert "assertion consumer service" in warning
    assert "left out" in warning


def test_what_a_library_raises_is_a_fault_of_the_metadata(monkeypatch):
    def fail(_xml):
        raise KeyError("of a library")

    monkeypatch.setattr("saml2.md.entity_descriptor_from_string", fail)

    assert faults_of(entity()) == ("a part of it cannot be handled (KeyError)",)


def test_a_space_that_xml_does_not_collapse_is_refused():
    assert faults_of(entity(role(ACS.replace(f'"{ACS_URL}"', f'"\u00a0{ACS_URL}"'))))
