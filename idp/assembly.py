"""Joins the rooms of a server: :func:`assemble` all of them, :func:`open_rooms` as they are needed.

The web comes on top in :mod:`idp.app`; :mod:`idp.rooms` says how each room is made.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

from idp.counters import NO_COUNTERS
from idp.rooms import Rooms
from idp.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.clock import Clock
    from idp.audit.changes import Actor, Changes
    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.directory import PasswordHasher
    from idp.saml.signing import SigningKey


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    signing_key: SigningKey | None = None,
    counters: Counters = NO_COUNTERS,
    waits_for_disk: bool = True,
) -> Services:
    """Join the rooms of *config* and what a server or a test hands in.

    Raises TallystickError, for example if the keys or the database cannot be opened. If it does not
    *wait for disk*, a power failure undoes the last commits, as in tests.
    """
    rooms = Rooms(
        config,
        clock=clock,
        hasher=hasher,
        signing_key=signing_key,
        counters=counters,
        waits_for_disk=waits_for_disk,
    )
    wanted = (field.name for field in fields(Services) if field.default_factory is MISSING)
    return Services(**{name: getattr(rooms, name) for name in wanted})


def open_rooms(config: Config, acting: Callable[[], Actor]) -> Services:
    """Return the rooms of *config*, each of which is made when it is first used, for a command.

    Whom *acting* returns makes the changes. A room raises at its first use what
    :func:`assemble` raises.
    """
    return _ServicesByNeed(_RoomsOfActor(config, acting))


class _RoomsOfActor(Rooms):
    """The rooms of a command: whom *acting* returns makes the changes."""

    def __init__(self, config: Config, acting: Callable[[], Actor]) -> None:
        super().__init__(config)
        self._acting = acting

    @cached_property
    def changes(self) -> Changes:
        return super().changes.by(self._acting)


class _ServicesByNeed(Services):
    """Takes each room from *rooms* when it is first used.

    All rooms are *made* already if ``dataclasses.replace`` makes a copy.
    """

    __slots__ = ("_lock", "_rooms")

    def __init__(self, rooms: Rooms | None = None, **made: object) -> None:
        ours = {"_rooms": rooms, "_lock": RLock()}
        own = {
            field.name: field.default_factory()
            for field in fields(Services)
            if callable(field.default_factory)
        }
        for name, value in (own | made | ours).items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        """Return a room that was not used yet; only those of ``Services`` are asked for here."""
        with self._lock:
            room = getattr(self._rooms, name)
            object.__setattr__(self, name, room)
            return room

    def close(self) -> None:
        """Run the ``closing`` callbacks, then close the database if it was opened."""
        self.closing.close()
        if self._rooms is None or "database" in vars(self._rooms):
            self.database.dispose()
