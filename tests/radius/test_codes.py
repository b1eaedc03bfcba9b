"""A code over RADIUS: an Access-Challenge asks for it, and its State is good for one answer."""

from __future__ import annotations

import pytest
from support.radius.client import ACCEPT, CHALLENGE, REJECT, STATE

from idp.audit.refusal_quota import CLIENT_BURST

PROMPT = "Enter Your Microsoft verification code"


@pytest.fixture
def user(federation):
    """A user with a phone and codes, whose default is the phone."""
    return federation.add_user(totp=True)


@pytest.fixture
def asked(vpn, user):
    """The challenge that asks the user for a code."""
    return vpn.ask(vpn.pap(user.name, user.password))


@pytest.mark.each_database
def test_a_right_code_accepts_the_user(vpn, user, asked, nps_log):
    assert (asked.code, asked.message) == (CHALLENGE, PROMPT)
    assert asked.state.isascii()
    assert asked.state.decode().isprintable()
    assert len(asked.state) <= 253

    reply = vpn.ask(vpn.pap(user.name, user.code(), state=asked.state))

    assert reply.code == ACCEPT
    assert nps_log()[-1][:3] == (6272, "right_code", "totp_by_version")
    assert user.phone.pending() == ()


def test_a_wrong_code_is_rejected(vpn, user, asked, nps_log):
    reply = vpn.ask(vpn.pap(user.name, "000000", state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "wrong_code"
    assert "OathCodeIncorrect" in nps_log()[-1].detail


def test_a_state_is_good_for_one_answer(vpn, user, asked, nps_log):
    vpn.ask(vpn.pap(user.name, "000000", state=asked.state))

    reply = vpn.ask(vpn.pap(user.name, user.code(), state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


def test_a_state_is_good_for_its_user_alone(federation, vpn, asked, nps_log):
    other = federation.add_user(totp=True)

    reply = vpn.ask(vpn.pap(other.name, other.code(), state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


def test_a_state_is_good_for_its_client_alone(
    federation, radius, vpn, user, asked, new_vpn, nps_log
):
    federation.services.nps.add_client("nps1", "127.0.0.2", "pytest", secret=radius.secret)
    radius.set()
    other = new_vpn(address="127.0.0.2")

    reply = other.ask(other.pap(user.name, user.code(), state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda state: state[:-1], id="cut"),
        pytest.param(lambda state: state + b"A", id="longer"),
        pytest.param(lambda state: state[:-4] + b"AAAA", id="changed"),
        pytest.param(lambda state: b"\xff\x00" * 20, id="no text"),
        pytest.param(lambda state: b"", id="empty"),
    ],
)
def test_a_state_that_is_not_ours_is_refused(change, vpn, user, asked, nps_log):
    reply = vpn.ask(vpn.pap(user.name, user.code(), state=change(asked.state)))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


def test_a_state_ends_after_three_minutes(federation, vpn, user, asked, nps_log):
    federation.clock.advance(181)

    reply = vpn.ask(vpn.pap(user.name, user.code(), state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


def test_a_code_is_good_once(vpn, user, asked, nps_log):
    again = vpn.ask(vpn.pap(user.name, user.password))
    code = user.code()
    vpn.ask(vpn.pap(user.name, code, state=asked.state))

    reply = vpn.ask(vpn.pap(user.name, code, state=again.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "code_already_used"


def test_an_answer_without_a_code_is_rejected(vpn, user, asked, nps_log):
    request = vpn.request(user.name)
    request[STATE] = [asked.state]
    request.add_message_authenticator()

    assert vpn.ask(request).code == REJECT
    assert nps_log()[-1].outcome == "code_missing"
    assert "REQUEST_MISSING_CODE" in nps_log()[-1].detail


def test_wrong_codes_lock_codes_on_the_web_too(federation, vpn, user, nps_log):
    while not nps_log() or nps_log()[-1].outcome != "codes_locked":
        state = vpn.ask(vpn.pap(user.name, user.password)).state
        vpn.ask(vpn.pap(user.name, "000000", state=state))
        assert len(nps_log()) < 30

    check = federation.services.mfa.codes.check(user.name, user.code(), attempt="web")
    assert check.value == "codes_locked"


def test_a_user_who_is_disabled_between_password_and_code_is_not_let_in(
    federation, vpn, user, asked, nps_log
):
    federation.services.directory.disable(user.name)

    reply = vpn.ask(vpn.pap(user.name, user.code(), state=asked.state))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "disabled"


def test_a_user_with_codes_as_default_is_asked_for_one_by_any_version(
    federation, radius, vpn, user
):
    radius.set(version="1.0.1.32")
    federation.choose_default(user, "totp")

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


def test_states_that_are_not_ours_fill_the_log_only_up_to_the_rate_of_refusals(vpn, user, nps_log):
    for _ in range(CLIENT_BURST + 10):
        vpn.ask(vpn.pap(user.name, "123456", state=b"not one of ours"))

    assert 0 < len(nps_log()) <= CLIENT_BURST + 1, "one more may have come due meanwhile"
