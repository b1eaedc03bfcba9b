"""What makes an AuthnRequest acceptable, and what is said of one that is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.saml import uris
from idp.saml.bindings import SamlMessage, decode_redirect, encode_redirect
from idp.saml.refusal import Refused
from idp.saml.values import POST, AuthnRequest

SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"


def refusal(idp, message, **more) -> Refused:
    with pytest.raises(Refused) as caught:
        idp.read(message, **more)
    return caught.value


def test_a_signed_request_becomes_a_value(idp, writer):
    request = idp.read(writer.sign(writer.message(ForceAuthn="true")))

    assert request == AuthnRequest(
        id="_request1",
        issuer=SP_ID,
        acs_url=ACS_URL,
        issue_instant=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        force_authn=True,
        signed=True,
        audience=SP_ID,
    )


def test_a_request_by_redirect_is_read_like_one_by_post(idp, writer):
    query = encode_redirect(writer.message(), relay_state="state", key=writer.identity.key)

    request = idp.read(decode_redirect(query.encode()))

    assert request.signed
    assert request.id == "_request1"


def test_an_unsigned_request_is_accepted_where_nothing_asks_for_a_signature(idp, writer):
    assert not idp.read(writer.message()).signed


def test_an_unsigned_request_is_refused_where_the_metadata_says_requests_are_signed(idp, writer):
    idp.trust = replace(idp.trust, authn_requests_signed=True)

    assert refusal(idp, writer.message()).code == "signature_required"


def test_an_unsigned_request_is_refused_where_the_trust_demands_a_signature(idp, writer):
    assert refusal(idp, writer.message(), require_signed=True).code == "signature_required"
    assert idp.read(writer.sign(writer.message()), require_signed=True).signed


def test_an_unknown_issuer_is_refused_and_not_answered(idp, writer):
    refused = refusal(idp, writer.message(issuer="https://stranger.example.test"))

    assert refused.code == "MSIS7007"
    assert refused.status is None
    assert refused.acs_url is None


def test_a_request_without_issuer_is_refused(idp, writer):
    xml = writer.message().replace(f"<saml:Issuer>{SP_ID}</saml:Issuer>".encode(), b"")

    assert refusal(idp, xml).code == "MSIS7007"


@pytest.mark.parametrize(
    "hidden",
    ["<!-- x -->", "<?x y?>", "<![CDATA[]]>"],
    ids=["comment", "processing instruction", "CDATA"],
)
def test_markup_inside_the_issuer_does_not_cut_it(idp, writer, hidden):
    cut = f"https://sp.example.test{hidden}/metadata"

    assert idp.read(writer.message(issuer=cut)).issuer == SP_ID
    assert refusal(idp, writer.message(issuer=f"{SP_ID}{hidden}.evil.test")).code == "MSIS7007"


def test_a_response_is_no_request(idp, writer):
    xml = writer.message()

    assert refusal(idp, SamlMessage(xml, None, POST, "SAMLResponse")).code == "MSIS7015"
    assert refusal(idp, xml.replace(b"AuthnRequest", b"LogoutRequest")).code == "MSIS7015"


@pytest.mark.parametrize("request_id", ["", "1abc", "a:b", "a b", "a&#10;b"])
def test_an_id_that_is_no_ncname_is_refused(idp, writer, request_id):
    assert refusal(idp, writer.message(ID=request_id)).code == "not_schema_valid"


@pytest.mark.parametrize(
    "children",
    [
        "<samlp:NameIDPolicy/><samlp:NameIDPolicy/>",
        "<saml:Issuer>x</saml:Issuer>",
        "<samlp:Nothing/>",
        "text",
    ],
)
def test_elements_unknown_to_the_schema_are_refused(idp, writer, children):
    assert refusal(idp, writer.message(children)).code == "not_schema_valid"


def test_another_destination_is_refused(idp, writer):
    xml = writer.message(Destination="https://other.example.test/adfs/ls/")

    assert refusal(idp, xml).code == "wrong_destination"


def test_a_destination_matches_exactly(idp, writer):
    addresses = (
        "IDP.example.test/adfs/ls/",
        "idp.example.test/adfs/ls",
        "idp.example.test/adfs/ls/x",
    )
    for destination in (f"https://{address}" for address in addresses):
        assert refusal(idp, writer.message(Destination=destination)).code == "wrong_destination"


def test_the_path_of_a_destination_may_have_letters_of_any_case(idp, writer):
    for path in ("ADFS/LS/", "Adfs/ls/"):
        xml = writer.message(Destination=f"https://idp.example.test/{path}")
        assert idp.read(writer.sign(xml)).signed


def test_a_signed_request_needs_a_destination_and_an_unsigned_one_does_not(idp, writer):
    xml = writer.message(Destination=None)

    assert idp.read(xml).id == "_request1"
    assert refusal(idp, writer.sign(xml)).code == "wrong_destination"


@pytest.mark.parametrize(
    "age", [timedelta(minutes=-3), timedelta(0), timedelta(minutes=5), timedelta(minutes=8)]
)
def test_a_request_is_fresh_within_its_window_and_the_skew(idp, writer, age):
    idp.now += age

    assert idp.read(writer.message()).id == "_request1"


@pytest.mark.parametrize(
    "age", [timedelta(minutes=-3, seconds=-1), timedelta(minutes=8, seconds=1)]
)
def test_a_request_from_the_future_or_the_past_is_refused(idp, writer, age):
    idp.now += age

    assert refusal(idp, writer.message()).code == "not_fresh"


def test_the_window_and_the_skew_can_be_set(idp, writer):
    idp.now += timedelta(seconds=20)
    narrow = {"skew": timedelta(seconds=5), "max_age": timedelta(seconds=10)}

    assert refusal(idp, writer.message(), **narrow).code == "not_fresh"


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-24T12:00:00",
        "2026-11-24T12:00:00.123456789Z",
        "2026-11-24T13:00:00+01:00",
    ],
)
def test_an_instant_may_be_written_in_all_the_ways_that_service_providers_do(idp, writer, instant):
    seconds = (
        idp.read(writer.message(IssueInstant=instant)).issue_instant - idp.now
    ).total_seconds()

    assert 0 <= seconds < 1


@pytest.mark.parametrize(
    "instant",
    ["", "yesterday", "2026-11-24", "-0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
     "12026-11-24T12:00:00Z", "2026-02-30T12:00:00Z"],
)  # fmt: skip
def test_a_malformed_instant_is_refused(idp, writer, instant):
    assert refusal(idp, writer.message(IssueInstant=instant)).code in (
        "not_fresh",
        "not_schema_valid",
    )


def test_an_error_does_not_repeat_a_long_value_in_full(idp, writer):
    refused = refusal(idp, writer.message(issuer="x" * 5000))

    assert len(refused.problem) < 300


def test_good_and_bad_requests_at_once_do_not_mix(idp, writer):
    good = [writer.sign(writer.message(ID=f"_r{n}", ForceAuthn="true")) for n in range(8)]
    bad = [writer.message("<samlp:Nothing/>"), good[0].replace(b"acs", b"bad"), b"<x"]

    def read(message):
        try:
            return idp.read(message).id
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(8) as pool:
        read_at_once = list(pool.map(read, [*good, *bad] * 20))

    expected = [f"_r{n}" for n in range(8)] + ["not_schema_valid", "MSIS0038", "not_xml"]
    assert read_at_once == expected * 20


def test_a_refusal_for_the_service_provider_is_another_one_with_its_address():
    refusal = Refused("Wrong", "Do it right", code="wrong", status=(uris.RESPONDER, None))

    addressed = refusal.for_service_provider(
        issuer=SP_ID, acs_url=ACS_URL, in_response_to="_1", relay_state="state"
    )

    assert (refusal.acs_url, refusal.issuer) == (None, None)
    assert str(addressed) == str(refusal)
    assert (addressed.code, addressed.status) == (refusal.code, refusal.status)
    assert (addressed.issuer, addressed.acs_url) == (SP_ID, ACS_URL)
    assert (addressed.in_response_to, addressed.relay_state) == ("_1", "state")
