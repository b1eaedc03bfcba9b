"""Sending a push, taking the phone's answer, and letting the page collect it once."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.mfa.devices import PHONE_CURRENT, Device
from adapter.mfa.ports import MfaStore, MfaTransaction
from adapter.mfa.push import challenge as machine
from adapter.mfa.push import limits, number
from adapter.mfa.push.challenge import AnswerRefused, Challenge, State
from adapter.mfa.tokens import token


class PushPaused(TallystickError):
    """Raised when too many pushes of the user are unanswered; none was sent."""

    code = "push_limit"


@dataclass(frozen=True, slots=True)
class Started:
    """A push that was sent. ``number`` is for the sign-in page alone; None with Approve/Deny."""

    challenge: Challenge
    number: str | None


class PushFactor:
    """The push factor over a store. Every change is committed before its outcome is returned."""

    def __init__(
        self,
        store: MfaStore,
        clock: Clock,
        number_key: bytes,
        random: Random,
        on_sent: Callable[[Challenge], None],
    ) -> None:
        self._store = store
        self._on_sent = on_sent
        self._clock = clock
        self._number_key = number_key
        self._random = random

    def start(self, user: str, experience: str, *, application: str, client_ip: str) -> Started:
        """Send a push to *user*; a pending one is replaced.

        ``experience`` is ``number_match`` or ``approve_deny``. Raises :class:`PushPaused`.
        """
        challenge, shown = self._new(user, experience, application, client_ip)
        with self._store.transaction(user) as mine:
            recent = mine.recent_challenges(user, challenge.created_at - limits.LOOK_BACK)
            self._must_be_allowed(mine, challenge, recent)
            for older in recent:
                replaced = machine.supersede(older, challenge.created_at)
                if replaced is not older:
                    mine.save_challenge(replaced)
            mine.add_challenge(challenge)
        self._on_sent(challenge)
        return Started(challenge, shown)

    def state(self, challenge_id: str, user: str) -> State:
        """Return how the user's challenge stands now; an unknown one reads as expired."""
        challenge = self._store.challenge(challenge_id)
        if challenge is None or challenge.user != user:
            return State.EXPIRED
        now = self._clock.now()
        if machine.expire(challenge, now) is not challenge:
            challenge = self._advance(user, challenge_id, lambda c: machine.expire(c, now))
        return machine.state_at(challenge, now)

    def is_reported(self, challenge_id: str) -> bool:
        """Say whether the user reported this challenge as not theirs."""
        challenge = self._store.challenge(challenge_id)
        return challenge is not None and challenge.reported

    def collect(self, challenge_id: str, user: str) -> bool:
        """Take the approval for the page; True once, for one of however many ask."""
        if self.state(challenge_id, user) is not State.APPROVED:
            return False  # a page asks many times before there is anything to take
        try:
            self._advance(user, challenge_id, lambda c: machine.collect(c, self._clock.now()))
        except AnswerRefused:
            return False
        return True

    def pending_for(self, device: Device) -> tuple[Challenge, ...]:
        """Return what *device* can answer now: numbers are only for phones that match them."""
        now = self._clock.now()
        pending = self._store.pending_challenges(device.user, now - machine.TIME_TO_ANSWER)
        return tuple(
            challenge
            for challenge in pending
            if machine.state_at(challenge, now) is State.PENDING and _can_answer(device, challenge)
        )

    def answer(
        self,
        device: Device,
        challenge_id: str,
        *,
        nonce: str,
        approve: bool,
        number: str | None = None,
        reported: bool = False,
    ) -> Challenge:
        """Take the answer of *device* and return the challenge as it then stands.

        A wrong number ends the request: state ``wrong_number``. Raises :class:`AnswerRefused`;
        without a number where one is due the request stays open.
        """

        def step(challenge: Challenge) -> Challenge:
            self._must_be_for(device, challenge, nonce)
            now = self._clock.now()
            if not approve:
                return machine.deny(challenge, device.id, reported=reported, now=now)
            machine.must_be_pending(challenge, now)
            right = self._number_is_right(challenge, number)
            return machine.approve(challenge, device.id, number_matches=right, now=now)

        return self._advance(device.user, challenge_id, step)

    def _new(
        self, user: str, experience: str, application: str, client_ip: str
    ) -> tuple[Challenge, str | None]:
        identifier = token(self._random)
        shown = number.draw(self._random) if experience == machine.NUMBER_MATCH else None
        challenge = Challenge(
            id=identifier,
            user=user,
            experience=experience,
            nonce=token(self._random),
            number_digest=number.digest(self._number_key, identifier, shown) if shown else b"",
            application=application,
            client_ip=client_ip,
            created_at=self._clock.now(),
        )
        return challenge, shown

    def _must_be_allowed(
        self, mine: MfaTransaction, challenge: Challenge, recent: Sequence[Challenge]
    ) -> None:
        cleared = mine.pushes_cleared_at(challenge.user)
        outstanding = [
            sent.created_at
            for sent in recent
            if not sent.was_approved and (cleared is None or sent.created_at > cleared)
        ]
        until = limits.paused_until(outstanding, challenge.created_at)
        if until is not None:
            raise PushPaused(
                "Too many requests to this user's phone were not answered",
                f"None is sent before {until:%H:%M:%S} UTC; an administrator can unlock the user",
            )

    def _must_be_for(self, device: Device, challenge: Challenge, nonce: str) -> None:
        if not hmac.compare_digest(challenge.nonce.encode(), nonce.encode(errors="replace")):
            raise AnswerRefused(
                "The answer is for another request", "Load the requests again", code="wrong_nonce"
            )
        if not _can_answer(device, challenge):
            raise AnswerRefused(
                "This device cannot match numbers",
                "Use a phone with a current app",
                code="device_cannot_match",
            )

    def _number_is_right(self, challenge: Challenge, given: str | None) -> bool:
        if challenge.experience != machine.NUMBER_MATCH:
            return True
        if given is None:
            raise AnswerRefused(
                "This request needs the number that the sign-in page shows",
                "Type it",
                code="number_required",
            )
        return number.matches(self._number_key, challenge.id, given, challenge.number_digest)

    def _advance(
        self, user: str, challenge_id: str, step: Callable[[Challenge], Challenge]
    ) -> Challenge:
        with self._store.transaction(user) as mine:
            challenge = mine.challenge(challenge_id)
            if challenge is None or challenge.user != user:
                raise AnswerRefused(
                    "There is no such request", "Start a new sign-in", code="unknown_request"
                )
            advanced = step(challenge)
            if advanced is not challenge:
                mine.save_challenge(advanced)
        return advanced


def _can_answer(device: Device, challenge: Challenge) -> bool:
    return challenge.experience != machine.NUMBER_MATCH or device.kind == PHONE_CURRENT
