"""Which protocol a request uses, and the requests that use two."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from support.radius_datagrams import UNSIGNED, datagram, octets_of, of_vendor

from adapter.decision import VALUES
from idp.radius.credentials import (
    EAP_IDENTITY,
    EAP_MS_CHAP_V2,
    EAP_PEAP,
    EAP_TLS,
    Chap,
    Credentials,
    Eap,
    MsChapV1,
    MsChapV2,
    NoCredentials,
    Pap,
    credentials_of,
)
from idp.radius.packet import MalformedPacket, decode

HIDDEN = bytes(range(16))
RESPONSE = bytes(range(50))
CHALLENGE = bytes(range(16))

PAP = (2, HIDDEN)
CHAP = (3, bytes(17))
MS_CHAP_CHALLENGE = of_vendor(11, CHALLENGE)
MS_CHAP_V1 = of_vendor(1, bytes(50))
MS_CHAP_V2 = of_vendor(25, RESPONSE)


def eap(kind: int, data: bytes = b"", *, code: int = 2, length: int | None = None) -> bytes:
    """Return an EAP message that states its right length, or *length*."""
    stated = 5 + len(data) if length is None else length
    return bytes((code, 9)) + stated.to_bytes(2) + bytes((kind,)) + data


EAP = (79, eap(EAP_PEAP))


def test_a_hidden_password_is_pap():
    found = credentials_in(PAP)

    assert found == Pap(HIDDEN)
    assert found.protocol == "PAP"


def test_a_chap_password_is_chap():
    assert credentials_in(CHAP, (60, bytes(16))) == Chap()
    assert Chap().protocol == "CHAP"


def test_a_response_and_its_challenge_are_ms_chap_v2():
    found = credentials_in(MS_CHAP_CHALLENGE, MS_CHAP_V2)

    assert found == MsChapV2(RESPONSE, CHALLENGE)
    assert found.protocol == "MSCHAPv2"


def test_response_and_challenge_may_share_one_vendor_attribute():
    shared = (26, (311).to_bytes(4) + octets_of((25, RESPONSE), (11, CHALLENGE)))

    assert credentials_in(shared) == MsChapV2(RESPONSE, CHALLENGE)


def test_the_first_version_of_ms_chap_has_a_name_of_its_own():
    found = credentials_in(of_vendor(11, bytes(8)), MS_CHAP_V1)

    assert found == MsChapV1()
    assert found.protocol == "MSCHAP"


@pytest.mark.parametrize("kind", [EAP_IDENTITY, EAP_TLS, EAP_PEAP, EAP_MS_CHAP_V2, 3, 255])
def test_an_eap_response_has_its_type(kind):
    found = credentials_in((79, eap(kind, b"carol")), UNSIGNED)

    assert found == Eap(kind, 9)
    assert found.protocol == "EAP"


def test_an_eap_message_that_was_cut_into_attributes_is_joined_in_order():
    message = eap(EAP_PEAP, bytes(600))
    parts = [(79, message[at : at + 253]) for at in range(0, len(message), 253)]

    assert credentials_in(UNSIGNED, *parts) == Eap(EAP_PEAP, 9)


def test_an_empty_eap_message_is_a_start():
    assert credentials_in(UNSIGNED, (79, b"")) == Eap(None)


@pytest.mark.parametrize("attributes", [(), ((1, b"carol"),), (MS_CHAP_CHALLENGE,), ((24, b"s"),)])
def test_a_request_may_have_no_credentials(attributes):
    found = credentials_in(*attributes)

    assert found == NoCredentials()
    assert found.protocol == ""


def test_the_response_of_another_vendor_is_none():
    assert credentials_in(of_vendor(25, RESPONSE, vendor=9)) == NoCredentials()


@pytest.mark.parametrize(
    "twice",
    [*combinations_with_replacement([PAP, CHAP, MS_CHAP_V1, MS_CHAP_V2, EAP], 2)],
)
def test_credentials_that_come_twice_are_malformed(twice):
    assert_malformed(UNSIGNED, MS_CHAP_CHALLENGE, *twice)


def test_two_responses_in_one_vendor_attribute_are_malformed():
    both = (26, (311).to_bytes(4) + octets_of((25, RESPONSE), (1, bytes(50))))

    assert_malformed(both, MS_CHAP_CHALLENGE)


def test_eap_without_message_authenticator_is_malformed():
    assert_malformed((79, eap(EAP_PEAP)))
    assert_malformed((79, b""))


@pytest.mark.parametrize("length", [0, 4, 5, 9, 11, 65535])
def test_an_eap_message_has_the_length_that_it_states(length):
    assert credentials_in(UNSIGNED, (79, eap(1, b"carol", length=10))) == Eap(1, 9)
    assert_malformed(UNSIGNED, (79, eap(1, b"carol", length=length)))


@pytest.mark.parametrize("message", [b"\x02", b"\x02\x09\0", b"\x02\x09\0\x04"])
def test_an_eap_message_without_a_type_is_malformed(message):
    assert_malformed(UNSIGNED, (79, message))


@pytest.mark.parametrize("code", [0, 1, 3, 4, 255])
def test_an_eap_message_that_is_no_response_is_malformed(code):
    assert_malformed(UNSIGNED, (79, eap(EAP_PEAP, code=code)))


@pytest.mark.parametrize("challenge", [b"", bytes(8), bytes(15), bytes(17)])
def test_an_ms_chap_v2_challenge_has_16_octets(challenge):
    assert_malformed(MS_CHAP_V2, of_vendor(11, challenge))


def test_an_ms_chap_v2_response_has_one_challenge():
    assert_malformed(MS_CHAP_V2)
    assert_malformed(MS_CHAP_V2, MS_CHAP_CHALLENGE, of_vendor(11, bytes(16)))


@pytest.mark.parametrize(
    "found", [Pap(b""), MsChapV2(b"", b""), Chap(), Eap(None), NoCredentials()]
)
def test_the_decision_knows_the_name_of_the_protocol(found):
    assert found.protocol in VALUES["protocol"]


def test_credentials_do_not_show_their_octets():
    assert repr(Pap(b"hidden")) == "Pap()"
    assert repr(MsChapV2(b"response", b"challenge")) == "MsChapV2()"


def credentials_in(*attributes: tuple[int, bytes]) -> Credentials:
    return credentials_of(decode(datagram(*attributes)))


def assert_malformed(*attributes: tuple[int, bytes]) -> None:
    packet = decode(datagram(*attributes))
    with pytest.raises(MalformedPacket):
        credentials_of(packet)
