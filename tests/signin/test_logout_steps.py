"""What a log-out does next, as questions of values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml.values import EMAIL, PERSISTENT, LogoutRequest, NameID
from idp.session.participants import Issued, Outcome, Participant
from idp.signin.logout.steps import (
    ANSWER_WITHIN,
    Ask,
    Done,
    End,
    GiveUp,
    Wait,
    missed,
    next_step,
    sessions_named,
    targets_of,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICES_NAME = NameID("alice@example.test")
QUALIFIED = NameID("_x", PERSISTENT, "urn:idp", "urn:sp")


def told(
    trust: str = "urn:wiki",
    index: str = "_1",
    *,
    session: str = "root",
    name_id: NameID | None = ALICES_NAME,
    number: int = 1,
    asked: float | None = None,
    outcome: Outcome | None = None,
) -> Participant:
    issued = Issued(session, "alice", trust, name_id, index, NOON)
    at = None if asked is None else NOON + timedelta(seconds=asked)
    return Participant(number, issued, None if at is None else "_r", at, outcome)


def step(*participants: Participant, seconds: float = 0) -> Any:
    return next_step(targets_of(participants), NOON + timedelta(seconds=seconds))


def test_a_service_provider_is_asked_once_by_its_newest_name_and_all_indexes_of_that():
    first, renamed = told(index="_1"), told(index="_2", name_id=NameID("bob"), number=2)
    again = told(index="_3", name_id=NameID("bob"), number=3)
    (target,) = targets_of([first, renamed, again])
    assert (target.name_id, target.session_indexes) == (NameID("bob"), ("_2", "_3"))
    assert target.latest is again


def test_the_next_is_asked_while_one_does_not_answer():
    stuck, fresh = told("urn:stuck", asked=0), told("urn:fresh")
    assert step(stuck, fresh).target.trust == "urn:fresh"
    assert isinstance(step(stuck, told("urn:done", outcome=Outcome.SIGNED_OUT)), Wait)


def test_a_service_provider_is_given_up_when_its_time_is_over_and_not_before():
    limit = ANSWER_WITHIN.total_seconds()
    waiting = step(told(asked=0), told("urn:b", asked=5), seconds=limit - 1)
    assert waiting.until == NOON + timedelta(seconds=limit + 5)
    assert [each.trust for each in waiting.targets] == ["urn:wiki", "urn:b"]
    assert isinstance(step(told(asked=0), seconds=limit), GiveUp)


def test_a_log_out_is_done_when_all_outcomes_are_known():
    assert isinstance(step(), Done)
    assert isinstance(step(*(told(str(each), outcome=each) for each in Outcome)), Done)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_log_out_is_partial_unless_every_service_provider_with_a_log_out_service_signed_out(
    outcome,
):
    ends = [End("urn:a", Outcome.SIGNED_OUT), End("urn:b", outcome)]
    whole = outcome in (Outcome.SIGNED_OUT, Outcome.NO_LOGOUT_SERVICE)
    assert missed(ends) == (() if whole else (ends[1],))


PARTICIPANTS = st.lists(
    st.builds(
        told,
        trust=st.sampled_from(["urn:a", "urn:b", "urn:c"]),
        asked=st.none() | st.floats(-60, 60),
        outcome=st.none() | st.sampled_from(Outcome),
    )
)


@given(PARTICIPANTS, st.floats(0, 120))
def test_every_state_has_a_next_step_and_asks_nobody_twice(participants, seconds):
    following = step(*participants, seconds=seconds)
    open_ = [each for each in targets_of(participants) if each.latest.outcome is None]
    match following:
        case Ask(target):
            assert target in open_
            assert target.latest.asked_at is None
        case GiveUp(target):
            assert target in open_
        case Wait(targets, until):
            assert list(targets) == open_ != []
            assert until > NOON + timedelta(seconds=seconds)
        case _:
            assert open_ == []


def named(request: LogoutRequest, *participants: Participant, current: str | None = None):
    return sessions_named(request, participants, current)


def request(name_id: NameID = ALICES_NAME, *indexes: str) -> LogoutRequest:
    return LogoutRequest("_r", "urn:wiki", name_id, indexes)


def test_session_indexes_choose_the_sessions():
    one, two = told(index="_1", session="a"), told(index="_2", session="b")
    assert named(request(ALICES_NAME, "_2"), one, two, current="a") == ("b",)
    assert named(request(ALICES_NAME, "_2", "_1"), one, two) == ("a", "b")
    assert named(request(ALICES_NAME, "_3"), one, two, current="a") == ()


def test_a_request_without_session_indexes_names_the_current_session_or_else_all_of_the_name():
    one, two = told(session="a"), told(session="b")
    assert named(request(), one, two, current="b") == ("b",)
    assert named(request(), one, two, current="elsewhere") == ("a", "b")
    assert named(request(), one, told(session="b", name_id=NameID("bob"))) == ("a",)


@pytest.mark.parametrize(
    "given_name",
    [
        NameID("Alice@example.test"),
        NameID(ALICES_NAME.value, EMAIL),
        replace(ALICES_NAME, name_qualifier="q"),
    ],
)
def test_a_name_that_differs_names_no_session(given_name):
    assert named(request(given_name), told()) == ()


def test_qualifiers_may_be_left_out_and_may_not_differ():
    mine = told(name_id=QUALIFIED)
    assert named(request(NameID("_x", PERSISTENT)), mine)
    assert named(request(QUALIFIED), mine)
    assert not named(request(NameID("_x", PERSISTENT, "urn:other", "urn:sp")), mine)
    assert not named(request(NameID("_x", PERSISTENT, None, "urn:other")), mine)


def test_a_service_provider_that_got_no_name_cannot_name_a_session():
    assert named(request(), told(name_id=None)) == ()
