"""The challenge as a state machine, by itself: every rule over any order of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.clock import NOON
from support.users import ALICE

from adapter.mfa.push.challenge import (
    TAKEN_AWAY,
    TIME_TO_ANSWER,
    TIME_TO_COLLECT,
    AnswerRefused,
    Challenge,
    State,
    approve,
    collect,
    deny,
    expire,
    is_open,
    state_at,
    take_away,
)

SECOND = timedelta(seconds=1)
OPEN = {State.PENDING, State.APPROVED}
DEVICES = st.sampled_from(["phone", "tablet"])


def pending() -> Challenge:
    return Challenge(
        id="c1",
        user=ALICE,
        experience="number_match",
        nonce="nonce",
        number_digest=b"digest",
        application="Wiki",
        client_ip="192.0.2.1",
        created_at=NOON,
    )


def approved(by: str = "phone") -> Challenge:
    return approve(pending(), by, number_matches=True, now=NOON)


def ended(state: State) -> Challenge:
    return replace(pending(), state=state, answered_by="phone", version=1)


class AnyOrderOfEvents(RuleBasedStateMachine):
    """Whatever phones, pages and clocks do, in any order, to one challenge."""

    def __init__(self) -> None:
        super().__init__()
        self.challenge = pending()
        self.now = NOON
        self.collected = 0
        self.end: State | None = None

    def attempt(self, step, *arguments, **keywords) -> None:
        before = self.challenge
        try:
            self.challenge = step(before, *arguments, **keywords)
        except AnswerRefused:
            return
        if self.challenge is before:
            return
        assert is_open(before, self.now) or self.challenge.state is State.EXPIRED
        assert self.challenge.version == before.version + 1
        assert (
            replace(
                self.challenge,
                state=before.state,
                version=before.version,
                answered_by=before.answered_by,
                reported=before.reported,
            )
            == before
        ), "a transition touches nothing else"
        self.collected += self.challenge.state is State.COLLECTED

    @rule(device=DEVICES, right=st.booleans())
    def a_phone_approves(self, device, right):
        self.attempt(approve, device, number_matches=right, now=self.now)

    @rule(device=DEVICES, reported=st.booleans())
    def a_phone_denies(self, device, reported):
        self.attempt(deny, device, reported=reported, now=self.now)

    @rule()
    def a_page_collects(self):
        self.attempt(collect, self.now)

    @rule(state=st.sampled_from(TAKEN_AWAY))
    def it_is_taken_away(self, state):
        self.attempt(take_away, state, self.now)

    @rule()
    def a_page_sees_it_expired(self):
        self.attempt(expire, self.now)

    @rule(seconds=st.integers(0, 70))
    def time_passes(self, seconds):
        self.now += SECOND * seconds

    @precondition(lambda self: self.end is not None)
    @rule(seconds=st.integers(1, 200))
    def a_clock_is_set_back(self, seconds):
        self.now -= SECOND * seconds

    @invariant()
    def an_end_is_an_end(self):
        if self.challenge.state not in OPEN:
            self.end = self.end or self.challenge.state
        if self.end is not None:
            assert self.challenge.state is self.end
            assert state_at(self.challenge, self.now) is self.end

    @invariant()
    def it_is_collected_at_most_once(self):
        assert self.collected <= 1

    @invariant()
    def only_a_denial_reports(self):
        assert self.challenge.state is State.DENIED or not self.challenge.reported

    @invariant()
    def every_answer_has_its_device(self):
        answered = {State.APPROVED, State.COLLECTED, State.DENIED, State.WRONG_NUMBER}
        if self.challenge.state in answered:
            assert self.challenge.answered_by is not None


TestAnyOrderOfEvents = AnyOrderOfEvents.TestCase
TestAnyOrderOfEvents.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)


@pytest.mark.parametrize("state", sorted(set(State) - OPEN))
def test_nothing_moves_a_challenge_that_has_ended(state):
    challenge = ended(state)

    for step in (
        lambda: approve(challenge, "tablet", number_matches=True, now=NOON),
        lambda: deny(challenge, "tablet", reported=True, now=NOON),
        lambda: collect(challenge, NOON),
    ):
        with pytest.raises(AnswerRefused):
            step()
    assert take_away(challenge, State.REPLACED, NOON) is challenge
    assert expire(challenge, NOON + timedelta(days=1)) is challenge


def test_a_wrong_number_ends_the_request():
    assert approve(pending(), "phone", number_matches=False, now=NOON).state is State.WRONG_NUMBER


def test_a_denial_outweighs_an_approval_of_another_device_that_nobody_collected():
    denied = deny(approved("phone"), "tablet", reported=True, now=NOON)

    assert (denied.state, denied.answered_by, denied.reported) == (State.DENIED, "tablet", True)
    with pytest.raises(AnswerRefused):
        collect(denied, NOON)


def test_a_device_that_approved_cannot_answer_again():
    with pytest.raises(AnswerRefused) as refused:
        deny(approved("phone"), "phone", reported=False, now=NOON)
    assert refused.value.code == "already_answered"


def test_a_denial_comes_too_late_once_the_approval_was_collected():
    with pytest.raises(AnswerRefused):
        deny(collect(approved("phone"), NOON), "tablet", reported=False, now=NOON)


@given(st.timedeltas(timedelta(0), timedelta(minutes=5)))
def test_an_answer_counts_for_sixty_seconds_to_the_instant(later):
    now = NOON + later

    if later < TIME_TO_ANSWER:
        assert approve(pending(), "phone", number_matches=True, now=now).state is State.APPROVED
    else:
        assert state_at(pending(), now) is State.EXPIRED
        with pytest.raises(AnswerRefused) as refused:
            approve(pending(), "phone", number_matches=True, now=now)
        assert refused.value.code == "request_expired"


@given(st.timedeltas(timedelta(0), timedelta(minutes=5)))
def test_an_approval_can_be_collected_for_sixty_seconds_more(later):
    now = NOON + later

    if later < TIME_TO_ANSWER + TIME_TO_COLLECT:
        assert collect(approved(), now).state is State.COLLECTED
    else:
        with pytest.raises(AnswerRefused):
            collect(approved(), now)


def test_the_times_are_those_of_the_page_contract():
    assert (TIME_TO_ANSWER, TIME_TO_COLLECT) == (60 * SECOND, 60 * SECOND)


def test_a_clock_set_back_does_not_revive_a_challenge_that_was_seen_expired():
    expired = expire(pending(), NOON + TIME_TO_ANSWER)

    assert state_at(expired, NOON) is State.EXPIRED
    with pytest.raises(AnswerRefused):
        approve(expired, "phone", number_matches=True, now=NOON)


def test_a_challenge_of_a_clock_since_set_back_is_not_open_for_long_hours():
    assert state_at(pending(), NOON - timedelta(hours=1)) is State.EXPIRED
    assert state_at(pending(), NOON - TIME_TO_ANSWER) is State.PENDING, "nodes differ by a little"


@pytest.mark.parametrize(
    ("challenge", "wanted"),
    [
        (pending(), False),
        *((take_away(pending(), state, NOON), False) for state in TAKEN_AWAY),
        (expire(pending(), NOON + TIME_TO_ANSWER), False),
        (deny(pending(), "phone", reported=False, now=NOON), False),
        (deny(approved("phone"), "tablet", reported=False, now=NOON), False),
        (approve(pending(), "phone", number_matches=False, now=NOON), False),
        (approved(), True),
        (collect(approved(), NOON), True),
        *((take_away(approved(), state, NOON), True) for state in TAKEN_AWAY),
        (expire(approved(), NOON + timedelta(hours=1)), True),
    ],
)
def test_an_approval_shows_that_the_user_wanted_the_request(challenge, wanted):
    assert challenge.was_approved is wanted


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_an_approval_is_collected_and_the_refusal_names_the_state(state):
    challenge = pending() if state is State.PENDING else ended(state)

    with pytest.raises(AnswerRefused) as refused:
        collect(challenge, NOON)

    assert refused.value.code == "not_approved"
    assert str(state) in str(refused.value)


def test_an_approval_whose_time_is_up_is_not_collected():
    with pytest.raises(AnswerRefused) as refused:
        collect(approved(), NOON + TIME_TO_ANSWER + TIME_TO_COLLECT)

    assert (refused.value.code, "expired" in refused.value.problem) == ("not_approved", True)
