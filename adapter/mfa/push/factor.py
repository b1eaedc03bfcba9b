"""The push factor: sends requests, takes the phone's answer, lets the page collect it once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from adapter.clock import Clock
from adapter.mfa import tokens
from adapter.mfa.devices.device import Device, best_of
from adapter.mfa.devices.store import DeviceStore
from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.policy import PUSH
from adapter.mfa.push import abilities, limits, number
from adapter.mfa.push import challenge as machine
from adapter.mfa.push.challenge import AnswerRefused, Challenge, State
from adapter.mfa.push.method import registered_method
from adapter.mfa.push.pauses import PushPaused, why_paused
from adapter.mfa.push.reports import take_report
from adapter.mfa.push.steps import add_request, take_away_all, take_step
from adapter.mfa.push.store import PushStore


@dataclass(frozen=True, slots=True)
class Started:
    """A request that was sent. ``number`` is for the sign-in page alone; None with Approve/Deny.

    ``paused`` says why it was sent to nobody, None if it was sent to its user. ``seconds_left`` is
    the time to answer it.
    """

    challenge: Challenge
    number: str | None
    paused: PushPaused | None = None
    seconds_left: int = 0


class PushFactor:
    """The push factor over a store. Every change is committed before its outcome is returned.

    ``number_key`` is the farm's key for digests of numbers, 32 bytes. ``on_sent`` is called with
    each request that was sent.
    """

    kind = PUSH

    def __init__(
        self,
        store: PushStore,
        devices: DeviceStore,
        clock: Clock,
        number_key: bytes,
        random: Random,
        on_sent: Callable[[Challenge], None],
        *,
        blocks_on_report: bool = False,
    ) -> None:
        """With *blocks_on_report*, a report blocks its user, too."""
        self._store = store
        self._devices = devices
        self._on_sent = on_sent
        self._blocks_on_report = blocks_on_report
        self._clock = clock
        self._number_key = number_key
        self._random = random

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return the user's devices, oldest first; one of them ``decides`` what the user sees."""
        devices = self._devices.of_user(user)
        best = best_of(devices)
        return [registered_method(device, decides=device == best) for device in devices]

    def is_registered(self, user: str) -> bool:
        """Say whether the user has a device."""
        return bool(self._devices.of_user(user))

    def best_device(self, user: str) -> Device | None:
        """Return the device that decides what the user sees, or None without any device."""
        return best_of(self._devices.of_user(user))

    def has_broker_device(self, user: str) -> bool:
        """Say whether the user may sign in on the device that answers: an iOS broker flow."""
        return any(device.broker for device in self._devices.of_user(user))

    def remove(self, user: str, method_id: str) -> bool:
        """Remove a device; the user's requests in progress end, whoever answered them."""
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            removed = mine.remove_device(method_id, now)
            if removed:
                recent = mine.recent(now - limits.LOOK_BACK)
                take_away_all(mine, recent, State.PHONE_REMOVED, now)
        return removed

    def unlock(self, user: str) -> None:
        """Let requests be sent again: unanswered ones and reports up to now no longer count."""
        with self._store.transaction(user) as mine:
            mine.clear(self._clock.now())

    def start(
        self,
        user: str,
        experience: str,
        *,
        application: str,
        client_ip: str,
        attempt: str = "",
        once: bool = False,
        device: str | None = None,
        nobody: str = "",
    ) -> Started:
        """Send a request to *user*; a pending one is replaced.

        It goes to all registered devices, or to one *device* (an id) alone. ``experience`` is
        ``number_match`` or ``approve_deny``, or says that the user's devices cannot match numbers:
        then they are told, and can only deny. Raises :class:`~adapter.mfa.push.pauses.PushPaused`.

        *attempt* names the sign-in. If its request is still open, or was sent just before, that
        one is returned with its number and none is sent: the user pressed Enter twice. With *once*,
        so it is whatever became of it, as long as the page of a sign-in can be posted.

        With *nobody*, a name without devices, nothing is raised: if no request may be sent, the
        same work is done for that name.
        """
        tag = tokens.tag(self._number_key, attempt) if attempt else ""
        challenge, shown = self._new(user, experience, application, client_ip, tag, device)
        now = challenge.created_at
        with self._store.transaction(user) as mine:
            recent = mine.recent(now - (machine.REMEMBER_ATTEMPT if once else limits.LOOK_BACK))
            sent = machine.sent_before(challenge, recent, tag, once=once) if tag else None
            if sent is not None:
                shown = number.recall(self._number_key, sent.id, sent.number_digest)
                return Started(sent, shown, seconds_left=sent.seconds_left(now))
            paused = why_paused(now, recent, mine)
            challenge = add_request(mine, challenge, recent, paused, nobody=nobody)
        self._on_sent(challenge)
        return Started(challenge, shown, paused, challenge.seconds_left(now))

    def pause_of(self, user: str) -> PushPaused | None:
        """Return why no request would be sent to *user* now, None if one would."""
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            return why_paused(now, mine.recent(now - limits.LOOK_BACK), mine)

    def state(self, challenge_id: str, user: str) -> State:
        """Return how the user's request stands now; an unknown one reads as expired."""
        return self.look(challenge_id, user)[0]

    def look(self, challenge_id: str, user: str) -> tuple[State, int]:
        """Return the same, and how many seconds are left to answer."""
        challenge = self._store.find(challenge_id)
        if challenge is None or challenge.user != user:
            return State.EXPIRED, 0
        now = self._clock.now()
        if machine.expire(challenge, now) is not challenge:
            with self._store.transaction(user) as mine:
                challenge = take_step(mine, user, challenge_id, lambda c: machine.expire(c, now))
        return machine.state_at(challenge, now), challenge.seconds_left(now)

    def reported_at(self, user: str) -> datetime | None:
        """Return since when a report pauses requests to *user*, or None if none does."""
        return self._store.reported_at(user)

    def is_reported(self, challenge_id: str) -> bool:
        """Say whether the user reported this request as not theirs."""
        challenge = self._store.find(challenge_id)
        return challenge is not None and challenge.reported

    def collect(self, challenge_id: str, user: str) -> bool:
        """Take the approval for the page: True once, however many callers ask at the same time."""
        # A page asks many times before there is anything to take.
        return self.state(challenge_id, user) is State.APPROVED and self.take(challenge_id, user)

    def take(self, challenge_id: str, user: str, *, durable: bool = True) -> bool:
        """Do the same, where there should be an approval: it writes even if there is none.

        It need not be *durable* if the caller commits durably before it tells anybody.
        """
        now = self._clock.now()
        try:
            with self._store.transaction(user, durable=durable) as mine:
                take_step(mine, user, challenge_id, lambda c: machine.collect(c, now))
        except AnswerRefused:
            return False
        return True

    def register(self, challenge_id: str, user: str) -> bool:
        """Take the approval of a test notification, and register its device by that, all or none.

        True once, however many callers ask at the same time. Raises
        :class:`~adapter.mfa.methods.TooManyMethods`.
        """
        if self.state(challenge_id, user) is not State.APPROVED:
            return False
        now = self._clock.now()
        try:
            with self._store.transaction(user) as mine:
                tested = take_step(mine, user, challenge_id, lambda c: machine.collect(c, now))
                return tested.device is not None and mine.register_device(tested.device, now)
        except AnswerRefused:
            return False

    def pending_for(self, device: Device) -> tuple[Challenge, ...]:
        """Return the requests that *device* is shown now, oldest first; some it cannot approve."""
        now = self._clock.now()
        pending = self._store.pending(device.user, now - machine.TIME_TO_ANSWER)
        return tuple(
            each
            for each in pending
            if machine.state_at(each, now) is State.PENDING and abilities.is_for(device, each)
        )

    def choices_for(self, device: Device, challenge: Challenge) -> tuple[str, ...]:
        """Return the three numbers that *device* offers to tap; none if its user types the number.

        One of them is right. They are the same at every call and on every node.
        """
        if challenge.experience != machine.NUMBER_MATCH or not device.taps_the_number:
            return ()
        return number.choices(self._number_key, challenge.id, challenge.number_digest)

    def pending_ids(self, users: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the requests that each of *users* can answer now, if any, by user."""
        return self._store.pending_ids(users, self._clock.now() - machine.TIME_TO_ANSWER)

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
        """Take the answer of *device* and return the request as it then stands.

        A wrong number ends the request: state ``wrong_number``. Raises
        :class:`~adapter.mfa.push.challenge.AnswerRefused`; if a number is required and missing,
        the request stays open. A denial that is *reported* as not the user's pauses requests, and
        the user is at high risk from then on.
        """

        def step(challenge: Challenge) -> Challenge:
            abilities.check_answer_is_for(challenge, device, nonce, approve=approve)
            now = self._clock.now()
            if not approve:
                return machine.deny(challenge, device.id, reported=reported, now=now)
            machine.must_be_pending(challenge, now)
            right = self._number_is_right(challenge, number)
            return machine.approve(challenge, device.id, number_matches=right, now=now)

        with self._store.transaction(device.user) as mine:
            if not mine.use_device(device.id, self._clock.now()):
                raise AnswerRefused(
                    "This phone is not registered, or no longer",
                    "Activate it again",
                    code="device_unknown",
                )
            answered = take_step(mine, device.user, challenge_id, step)
            if answered.reported:
                take_report(mine, answered, self._clock.now(), blocks=self._blocks_on_report)
            return answered

    def _new(
        self,
        user: str,
        experience: str,
        application: str,
        client_ip: str,
        tag: str,
        device: str | None,
    ) -> tuple[Challenge, str | None]:
        identifier = tag + tokens.token(self._random)
        shown = number.draw(self._random) if experience == machine.NUMBER_MATCH else None
        challenge = Challenge(
            id=identifier,
            user=user,
            experience=experience,
            nonce=tokens.token(self._random),
            number_digest=number.digest(self._number_key, identifier, shown) if shown else b"",
            application=application,
            client_ip=client_ip,
            created_at=self._clock.now(),
            device=device,
        )
        return challenge, shown

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
