"""``tallystick user block``, ``unblock``, ``dismiss-risk`` and ``pass``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.protection.risk import Risk


def told(done, *arguments: str):
    return json.loads(done("user", *arguments, "--json"))


def test_a_block_is_shown_wherever_the_user_is_and_lifted(alice, done, services):
    assert told(done, "block", alice)["mfa_blocked"]["by"] == "administrator"
    (listed,) = [each for each in told(done, "list") if each["name"] == alice]
    since, until = listed["mfa_blocked"]["since"], listed["mfa_blocked"]["until"]
    assert (until[:10], until[10:]) == (ninety_days_after(services), since[10:])
    assert told(done, "show", alice)["mfa_blocked"] == listed["mfa_blocked"]
    methods = told(done, "methods", alice)
    assert methods["mfa_blocked"] == listed["mfa_blocked"]
    assert f"blocked until {until}" in done("user", "list")

    assert done("user", "unblock", alice) == f"{alice} is no longer blocked.\n"
    assert done("user", "unblock", alice) == f"{alice} was not blocked.\n"
    assert told(done, "show", alice)["mfa_blocked"] is None


def ninety_days_after(services) -> str:
    return f"{services.clock.now() + timedelta(days=90):%Y-%m-%d}"


def test_a_block_may_have_another_end(alice, done, refused, tally):
    blocked = told(done, "block", alice, "--until", "2999-01-31T08:00")
    assert blocked["mfa_blocked"]["until"] == "2999-01-31T08:00:00Z"
    assert done("user", "block", alice, "--days", "2")
    assert "[bad_block]" in refused("user", "block", alice, "--until", "2001-01-01")
    assert "[not_a_time]" in refused("user", "block", alice, "--until", "tomorrow")
    assert tally("user", "block", alice, "--until", "2999-01-31", "--days", "2").exit_code == 2
    assert "[unknown_user]" in refused("user", "block", "nobody@example.test")


def test_a_risk_is_shown_and_dismissed(alice, done, services):
    with services.mfa.push._store.transaction(alice) as mine:
        mine.raise_risk(Risk(services.clock.now(), "203.0.113.9"))
    (listed,) = [each for each in told(done, "list") if each["risk"]]
    assert (listed["name"], listed["risk"]["level"]) == (alice, "high")
    assert listed["risk"]["client_ip"] == "203.0.113.9"
    assert "at high risk since" in done("user", "list")

    assert done("user", "dismiss-risk", alice) == f"{alice} is no longer at risk.\n"
    assert done("user", "dismiss-risk", alice) == f"{alice} was not at risk.\n"


def test_a_pass_is_printed_once_and_works(alice, done, services):
    printed = done("user", "pass", alice, "--once")
    text = printed.splitlines()[0]
    listed = told(done, "methods", alice)["methods"]
    assert [each["kind"] for each in listed] == ["access_pass"]
    assert listed[0]["once"] is True
    assert text not in json.dumps(listed)
    assert text not in done("user", "methods", alice)

    assert services.mfa.access_passes.check(alice, text, attempt="1") is PassOutcome.RIGHT


def test_a_pass_has_the_times_that_are_given_and_can_be_deleted(alice, done, refused, services):
    issued = told(done, "pass", alice, "--minutes", "480")
    begins, ends = (services.clock.now() + timedelta(minutes=each) for each in (0, 480))
    assert issued["starts_at"][:13] == f"{begins:%Y-%m-%dT%H}"
    assert issued["expires_at"][:13] == f"{ends:%Y-%m-%dT%H}"
    assert "[bad_access_pass]" in refused("user", "pass", alice, "--minutes", "9")
    assert "[not_a_time]" in refused("user", "pass", alice, "--starts", "soon")

    assert done("user", "pass", alice, "--delete") == f"{alice} has no pass any more.\n"
    assert told(done, "methods", alice)["methods"] == []
    assert done("user", "pass", alice, "--delete") == f"{alice} had no pass.\n"


@pytest.mark.parametrize("command", ["block", "pass"])
def test_the_user_is_told(alice, done, services, command):
    done("user", command, alice)
    mail = services.outbox.claim(services.clock.now() + timedelta(minutes=1))

    expected = {"block": "mfa_blocked", "pass": "access_pass_issued"}
    assert [occasion.code for occasion in mail.occasions] == [expected[command]]
