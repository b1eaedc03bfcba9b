"""200,000 random and mutated packets: each is answered or malformed, and none stays in memory."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from contextlib import suppress
from random import Random

from support.radius_datagrams import SECRET, UNSIGNED, datagram, of_vendor, signed

from idp.radius import ms_chap, pap
from idp.radius.authenticity import ReplyTooLong, encode_reply, message_authenticator_verdict
from idp.radius.credentials import Eap, MsChapV2, Pap, credentials_of
from idp.radius.packet import Code, MalformedPacket, decode

PACKETS = 200_000
TRACED = 10_000
OUTCOMES = ("answered", "malformed", "no password", "too long")
MS_CHAP = (of_vendor(11, bytes(16)), of_vendor(25, bytes(50)))

WELL_FORMED = [
    signed(UNSIGNED, (1, b"carol"), (2, bytes(32)), (24, b"state"), (33, b"proxy"), (33, b"")),
    signed((1, b"carol"), (79, b"\x02\x01\x00\x0a\x01carol"), UNSIGNED),
    datagram((1, b"CORP\\carol"), *MS_CHAP, (32, b"vpn")),
    datagram((1, b"carol"), (3, bytes(17)), (60, bytes(16)), of_vendor(1, bytes(50))),
]
LONGEST = datagram(*[(33, bytes(253))] * 15, (33, bytes(249)))


def test_any_packet_is_answered_or_malformed_and_memory_stays_flat():
    random = Random(11)  # noqa: S311 - the same packets each time
    outcomes = Counter(handled(mutated(random)) for _ in range(PACKETS - TRACED))
    tracemalloc.start()  # for the last ones alone: it takes several times as long
    try:
        before, _ = tracemalloc.get_traced_memory()
        outcomes.update(handled(mutated(random)) for _ in range(TRACED))
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert outcomes.total() == PACKETS
    assert min(outcomes[each] for each in OUTCOMES) > 100, outcomes
    assert after - before < 20_000
    assert peak < 200_000


def mutated(random: Random) -> bytes:
    """Return random octets, or a packet with octets changed, cut off, doubled or added."""
    if random.random() < 0.2:
        return random.randbytes(random.randrange(64))
    data = bytearray(LONGEST if random.random() < 0.01 else random.choice(WELL_FORMED))
    for _ in range(random.randrange(4)):
        at, end = random.randrange(len(data)), random.randrange(len(data))
        match random.randrange(4):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at : at + 4]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data += random.randbytes(4)
        data = data or bytearray(1)
    if len(data) > 3 and random.random() < 0.8:
        data[2:4] = len(data).to_bytes(2)
    return bytes(data)


def handled(data: bytes) -> str:
    """Do with one datagram all that the wire half can do, and return how it ended."""
    with suppress(MalformedPacket):
        packet = decode(data)
        message_authenticator_verdict(data, packet, SECRET)
        try:
            match credentials_of(packet):
                case Pap(hidden):
                    pap.reveal(hidden, SECRET, packet.authenticator)
                case MsChapV2(response):
                    ms_chap.read_response(response)
                case Eap(kind):
                    assert kind is None or 0 <= kind <= 255
            encode_reply(packet, Code.ACCESS_REJECT, [], SECRET)
        except pap.UnreadablePassword:
            return "no password"
        except ReplyTooLong:
            return "too long"
        return "answered"
    return "malformed"
