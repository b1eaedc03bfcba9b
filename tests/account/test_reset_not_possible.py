"""What the log says of a reset that cannot succeed, and whom it leaves alone."""

from __future__ import annotations

import pytest
from support.accounts.reset_accounts import make


@pytest.mark.parametrize("kind", ["unknown", "disabled", "not in scope", "no method", "only codes"])
def test_the_log_says_why_a_reset_cannot_succeed(kind, federation):
    name = make(kind, federation)
    federation.reset(name)

    reasons = {
        "unknown": "unknown_user",
        "disabled": "disabled",
        "not in scope": "reset_not_in_scope",
        "no method": "reset_too_few_methods",
        "only codes": "reset_too_few_methods",
    }
    last = federation.log[-1]
    assert (last.user, last.outcome, last.reason) == (name, "reset_begun", reasons[kind])


def test_what_was_typed_and_is_no_name_is_not_logged(federation):
    federation.reset("my password in the wrong field")

    assert federation.log[-1].user == ""


def test_nothing_is_sent_to_the_phone_of_a_user_who_may_not_reset(federation):
    make("not in scope", federation)
    user = federation.add_user(totp=True)

    federation.reset(user).send_request()

    assert user.phone.pending() == ()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("pushes paused", "push_limit"),
        ("pushes reported", "user_reported_suspicious_activity"),
        ("blocked", "user_blocked"),
    ],
)
def test_a_user_who_is_sent_nothing_now_is_not_disturbed_and_the_log_says_why(
    kind, reason, federation
):
    name = make(kind, federation)
    before = federation.services.mfa.push.pending_ids([name])
    reset = federation.reset(name)

    reset.send_request()
    assert reset.number
    assert federation.services.mfa.push.pending_ids([name]) == before

    federation.clock.advance(60)
    reset.poll()
    assert "no answer" in reset.error
    assert federation.log[-1].reason == reason


def test_the_right_code_of_a_user_who_may_not_reset_is_not_right(federation):
    make("not in scope", federation)
    user = federation.add_user(totp=True)
    reset = federation.reset(user)

    reset.enter_code()

    assert "not right" in reset.error
    assert not reset.is_proved


def test_unknown_names_fill_no_table(federation):
    for number in range(15):
        reset = federation.reset(f"nobody{number}@example.test")
        reset.send_request()
        reset.enter_code("123456")

    listed = [user.upn for user in federation.services.directory.list()]
    assert listed == [federation.user.name]
