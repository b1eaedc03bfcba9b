"""Debian's pam_radius: a Linux log-in by RADIUS, which has a place to type the code."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.pam_radius import PamRadius

PROMPT = "Enter Your Microsoft verification code"
LET_IN = "pamtester: successfully authenticated"


@pytest.fixture
def pam(run, radius, tmp_path):
    """Its version in Debian 12 sends no Message-Authenticator."""
    radius.set_client(needs_message_authenticator=False)
    return PamRadius(run, tmp_path, f"{radius.host}:{radius.port}", radius.secret)


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def test_a_user_is_let_in_by_password_and_code(pam, user, nps_log):
    ended = pam.sign_in(user.name, user.password, user.code())

    assert ended.status == 0, ended.output
    assert PROMPT in ended.output
    assert LET_IN in ended.output
    assert nps_log()[-1].outcome == "right_code"


def test_a_wrong_code_lets_nobody_in(pam, user, nps_log):
    ended = pam.sign_in(user.name, user.password, "000000")

    assert ended.status == 1
    assert PROMPT in ended.output
    assert nps_log()[-1].outcome == "wrong_code"


def test_a_wrong_password_is_not_asked_for_a_code(pam, user, nps_log):
    ended = pam.sign_in(user.name, "not the password", user.code())

    assert ended.status == 1
    assert PROMPT not in ended.output
    assert nps_log()[-1].outcome == "wrong_password"


@pytest.mark.parametrize(("answer", "status"), [("approve", 0), ("deny", 1)])
def test_the_phone_decides_about_a_push(answer, status, pam, radius, federation, phone):
    radius.set(version="1.2.2131.2")
    waiting = pam.start(federation.user.name, federation.user.password)
    phone.pending(wait=NET_SECONDS)

    getattr(phone, answer)()

    assert waiting.end().status == status, waiting.output()


def test_it_gets_no_answer_where_a_message_authenticator_is_needed(pam, radius, user, noted_lines):
    radius.set_client(needs_message_authenticator=True)

    waiting = pam.start(user.name, user.password)

    noted_lines.wait_for(lambda lines: [line for line in lines if "code" in line])
    assert noted_lines.all[-1]["code"] == "radius_no_authenticator"
    assert waiting.process.poll() is None
