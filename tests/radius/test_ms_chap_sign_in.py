"""Sign-ins by MS-CHAPv2 over UDP: by a client that is not ours, and what its server is told."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from Crypto.Hash import MD4
from radius_eap_mschapv2 import RADIUS
from support.nets import NET_SECONDS
from support.radius.client import (
    ACCEPT,
    MPPE_RECV_KEY,
    MPPE_SEND_KEY,
    MS_CHAP2_RESPONSE,
    MS_CHAP2_SUCCESS,
    MS_CHAP_CHALLENGE,
    MS_CHAP_ERROR,
    REJECT,
)


@pytest.fixture
def user(federation, radius):
    """A user whose NT hash is kept. NPS asks for nothing more than the password, unless changed."""
    radius.set(version="1.2.2131.2", require_user_match="FALSE")
    return federation.add_user(phone=None, nt_hash=True)


@pytest.fixture
def is_valid(radius):
    """Ask as the client of the package index does."""

    def ask(name: str, password: str, *, eap: bool = False) -> bool:
        client = RADIUS(
            radius.host,
            radius.secret,
            "192.0.2.1",
            "vpn",
            port=radius.port,
            timeout=NET_SECONDS,
            eap=eap,
        )
        return client.is_credential_valid(name, password)

    return ask


def test_the_right_password_signs_in_and_another_does_not(is_valid, user, nps_log):
    assert is_valid(user.name, user.password)
    assert not is_valid(user.name, "wrong")
    assert [each.outcome for each in nps_log()][-1] == "wrong_password"


def test_a_sign_in_by_pap_lets_the_next_one_by_ms_chap(is_valid, user, federation, vpn):
    other = federation.add_user(phone=None)
    federation.services.nt_hashes.want(other.name, "pytest", federation.clock.now())
    assert not is_valid(other.name, other.password)

    assert vpn.ask(vpn.pap(other.name, other.password)).code == ACCEPT

    assert is_valid(other.name, other.password)


def test_wrong_ones_lock_the_account_of_the_web(is_valid, user, federation, vpn, nps_log):
    for _ in range(10):
        assert vpn.ask(vpn.ms_chap(user.name, "wrong")).code == REJECT
    federation.clock.advance(3)  # none of them may turn out right any more

    assert not is_valid(user.name, user.password)
    assert nps_log()[-1].outcome == "locked"
    assert federation.services.directory.check_password(user.name, user.password).user is None


def test_without_a_kept_hash_nobody_signs_in_and_the_client_cannot_tell_why(
    is_valid, user, federation, vpn, nps_log
):
    other = federation.add_user(phone=None)
    assert not is_valid(other.name, other.password)
    assert nps_log()[-1].outcome == "no_nt_hash"

    answers = {
        vpn.ask(vpn.ms_chap(name, password)).of_vendor(MS_CHAP_ERROR)[:13]
        for name, password in (
            (other.name, other.password),
            (user.name, "wrong"),
            ("nobody@example.test", "wrong"),
        )
    }
    assert answers == {b"\x07E=691 R=0 C="}


def test_a_push_is_approved_before_the_answer_comes(is_valid, user, federation, radius):
    with_phone = federation.add_user(nt_hash=True)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(is_valid, with_phone.name, with_phone.password)
        assert with_phone.phone.pending(wait=NET_SECONDS)
        with_phone.phone.approve()
        assert asked.result() is True


def test_eap_is_refused(is_valid, user, radius, nps_log):
    """This client reads no answer without EAP: it fails, and is not let in."""
    radius.set(protocols=["MSCHAPv2", "EAP"])

    with pytest.raises((KeyError, TypeError, ValueError)):
        is_valid(user.name, user.password, eap=True)

    assert nps_log()[-1].outcome == "eap_not_supported"


def test_who_has_to_change_the_password_is_told_so(user, federation, vpn, nps_log):
    federation.services.directory.set_password(user.name, "of today", must_change=True)

    reply = vpn.ask(vpn.ms_chap(user.name, "of today"))

    assert reply.of_vendor(MS_CHAP_ERROR).startswith(b"\x07E=648 R=0 C=")
    assert nps_log()[-1].outcome == "must_change_password"


def test_a_name_of_windows_signs_in_too(user, vpn):
    account, _, domain = user.name.partition("@")
    name = f"{domain.partition('.')[0].upper()}\\{account}"

    assert vpn.ask(vpn.ms_chap(name, user.password)).code == ACCEPT


@pytest.mark.each_database
def test_the_server_proves_itself_and_gives_the_keys_of_the_tunnel(user, vpn, radius):
    """Computed again by RFC 2759 §8.7 and RFC 3079 §3.4, with MD4 of pycryptodome."""
    request = vpn.ms_chap(user.name, user.password)

    reply = vpn.ask(request)

    (challenge,), (response,) = request[MS_CHAP_CHALLENGE], request[MS_CHAP2_RESPONSE]
    peer_challenge, nt_response = response[2:18], response[26:]
    hash_hash = md4(md4(user.password.encode("utf-16-le")))
    proof = sha1(hash_hash + nt_response + b"Magic server to client signing constant")
    of_challenges = sha1(peer_challenge + challenge + user.name.encode())[:8]
    proof = sha1(proof + of_challenges + b"Pad to make it do more than one iteration")
    assert reply.of_vendor(MS_CHAP2_SUCCESS) == b"\x07S=" + proof.hex().upper().encode()

    master = sha1(hash_hash + nt_response + b"This is the MPPE Master Key")[:16]
    for kind, sides in ((MPPE_SEND_KEY, "receive send"), (MPPE_RECV_KEY, "send receive")):
        of_client, of_server = sides.split()
        text = f"On the client side, this is the {of_client} key; on the server side, it is the "
        text += f"{of_server} key."
        key = sha1(master + bytes(40) + text.encode() + b"\xf2" * 40)[:16]
        assert request.SaltDecrypt(reply.of_vendor(kind)) == key


def test_no_hash_gets_into_the_log(user, vpn, noted_lines, federation):
    for password in (user.password, "wrong"):
        vpn.ask(vpn.ms_chap(user.name, password))

    secret = md4(user.password.encode("utf-16-le"))
    lines = json.dumps(noted_lines.all, default=repr) + repr(list(federation.log))
    assert user.name in lines
    assert secret.hex() not in lines.lower()
    assert repr(secret)[2:-1] not in lines


def md4(data: bytes) -> bytes:
    return MD4.new(data).digest()  # noqa: S303 - what MS-CHAP is made of


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
