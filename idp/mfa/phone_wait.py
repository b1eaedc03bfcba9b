"""Waiting for phones: for a user's pending requests, or for the answer to one of them."""

from __future__ import annotations

from collections.abc import Callable

from adapter.mfa.devices.device import Device
from adapter.mfa.push.challenge import Challenge, State
from adapter.mfa.push.factor import PushFactor
from idp.admission import UNKNOWN, Room
from idp.mfa.waiting import RoomFull, WaitingRoom


class PhoneWait:
    """The waits of one process, whose places are those of *room*.

    A change on another node is noticed within a tenth of a second, one in this process at once if
    the host calls :meth:`wake`. All waits raise :class:`~idp.mfa.waiting.RoomFull` if there is no
    place.
    """

    def __init__(self, push: PushFactor, *, room: Room) -> None:
        self._push = push
        self._room = WaitingRoom(push.pending_ids, room)

    def for_requests(
        self,
        device: Device,
        *,
        seen: tuple[str, ...],
        seconds: float,
        check: Callable[[], None] = lambda: None,
        client: str = UNKNOWN,
    ) -> tuple[Challenge, ...]:
        """Return what *device* is shown, as soon as its ids are not *seen* or time is up.

        ``check`` is called before each look after the first and raises to end the wait, if the
        device or its user has lost the right to ask. ``client`` is who takes the place.
        """
        found = self._push.pending_for(device)
        if seconds <= 0 or _ids(found) != set(seen):
            return found

        def changed() -> tuple[Challenge, ...] | None:
            check()
            now = self._push.pending_for(device)
            return None if _ids(now) == set(seen) else now

        changed_to = self._room.wait(device.user, changed, seconds, client)
        return found if changed_to is None else changed_to

    def must_have_place(
        self, device: Device, *, seen: tuple[str, ...], seconds: float, client: str
    ) -> None:
        """Raise what :meth:`for_requests` would raise now, before anything is done for the call."""
        if seconds <= 0:
            return
        try:
            self._room.must_have_place(device.user, client)
        except RoomFull:
            if _ids(self._push.pending_for(device)) == set(seen):
                raise

    def for_answer(self, challenge_id: str, user: str, seconds: float) -> State:
        """Return the state of one request of *user* as soon as it has an answer or has ended.

        ``pending`` if there was none in time; an approval still has to be collected.
        """

        def answered() -> State | None:
            state = self._push.state(challenge_id, user)
            return None if state is State.PENDING else state

        state = answered()
        if state is None and seconds > 0:
            state = self._room.wait(user, answered, seconds)
        return State.PENDING if state is None else state

    def wake(self, user: str) -> None:
        """Let the waits of *user* read again: this process has changed one of their requests."""
        self._room.wake(user)

    def close(self) -> None:
        """End all waits with what there is, and refuse further ones."""
        self._room.close()


def _ids(challenges: tuple[Challenge, ...]) -> set[str]:
    return {challenge.id for challenge in challenges}
