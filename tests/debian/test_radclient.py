"""Debian's radclient and radtest: what each protocol is answered, and a push that takes long."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.radclient import Radclient, state_in

PROMPT = 'Reply-Message = "Enter Your Microsoft verification code"'
OLD = "1.2.2131.2"


@pytest.fixture
def radclient(run, radius):
    return Radclient(run, f"{radius.host}:{radius.port}", radius.secret)


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_code_answers_the_challenge(host, run, radius, user, nps_log):
    radclient = Radclient(run, f"{host}:{radius.port}", radius.secret)
    asked = radclient.pap(user.name, user.password)
    assert PROMPT in asked.output

    accepted = radclient.pap(user.name, user.code(), state=state_in(asked))

    assert accepted.status == 0, accepted.output
    assert nps_log()[-1].outcome == "right_code"


def test_a_wrong_code_is_rejected(radclient, user, nps_log):
    asked = radclient.pap(user.name, user.password)

    rejected = radclient.pap(user.name, "000000", state=state_in(asked))

    assert rejected.status == 1
    assert "Received Access-Reject" in rejected.output
    assert nps_log()[-1].outcome == "wrong_code"


def test_a_wrong_password_is_rejected(radclient, user, nps_log):
    rejected = radclient.pap(user.name, "not the password")

    assert rejected.status == 1
    assert "Received Access-Reject" in rejected.output
    assert nps_log()[-1].outcome == "wrong_password"


def test_a_push_is_approved_while_radclient_repeats_its_request(
    radclient, radius, federation, phone, datagrams, noted_lines, nps_log
):
    radius.set(version=OLD)
    waiting = radclient.start_pap(federation.user.name, federation.user.password, retry_after=1)
    phone.pending(wait=NET_SECONDS)
    datagrams.wait_for(lambda sent: len(sent) > 2)

    phone.approve()

    assert waiting.end().status == 0, waiting.output()
    assert len(set(datagrams.all)) == 1
    assert [line["event"] for line in noted_lines.all].count("push_sent") == 1
    assert [row.outcome for row in nps_log()] == ["approved"]


def test_a_push_is_denied(radclient, radius, federation, phone, nps_log):
    radius.set(version=OLD)
    waiting = radclient.start_pap(federation.user.name, federation.user.password)
    phone.pending(wait=NET_SECONDS)

    phone.deny()

    assert "Received Access-Reject" in waiting.end().output
    assert nps_log()[-1].outcome == "denied"


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        pytest.param("mschap", "protocol_not_allowed", id="MS-CHAP of the first version"),
        pytest.param("chap", "no_reversible_password", id="CHAP"),
    ],
)
def test_another_protocol_is_rejected_at_once_and_the_log_says_why(
    kind, outcome, radclient, radius, user, nps_log
):
    radius.set(protocols=["PAP", "MSCHAPv2", "CHAP"])

    rejected = radclient.radtest(kind, user.name, user.password)

    assert rejected.status == 1
    assert "Received Access-Reject" in rejected.output
    assert nps_log()[-1][:2] == (6273, outcome)


def test_radtest_signs_its_requests_itself(radclient, user):
    asked = radclient.radtest("pap", user.name, user.password)

    assert PROMPT in asked.output
