"""The audit log of administration: who changed what, from where, and what it was before and after.

A use case of :mod:`idp.management` opens :meth:`Changes.recording`, makes its change and adds an
entry. The entry is committed in the transaction of the change. The host (pages, REST, commands)
says who acts: it gives its use cases a :class:`Changes` that knows the actor. The page
docs/administration.md lists the verbs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from idp.audit.change_verbs import VERBS
from idp.audit.roles import must_be_allowed
from idp.instants import json_instant
from idp.logs import get_logger

if TYPE_CHECKING:
    from adapter.clock import Clock

PAGE, REST, COMMAND, SERVER, ACCOUNT = "page", "REST", "command", "server", "account"
"""The ways in which a change comes."""

MAX_TEXT = 300
"""Characters of a text in an entry; of a longer one, its digest and length are kept."""
MAX_NAME = 1024
SECRET_KEYS = frozenset({"secret", "password", "seed", "sealed", "pass", "code", "token"})
"""Keys whose values are never stored, should a use case hand them over."""

_LABELS = {REST: "{} (API)", COMMAND: "{} (command line)"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes changes: a user, the name of a token, an account of the operating system.

    ``via`` is one of the ways above. A command has neither address nor Activity ID.
    """

    name: str
    role: str
    via: str
    client_ip: str = ""
    activity_id: str = ""

    @property
    def label(self) -> str:
        """What is stored beside the thing that was changed: ``root (command line)``."""
        if self.via == COMMAND and not self.name:
            return "command line"
        return _LABELS.get(self.via, "{}").format(self.name)


THE_SERVER = Actor("server", "", SERVER)
"""Acts on its own: it refreshes metadata, for example."""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One change. ``before`` and ``after`` are JSON values: of an object, the keys that differ."""

    at: datetime
    actor: Actor
    verb: str
    about: str
    before: Any = None
    after: Any = None
    id: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the REST API and ``tallystick admin audit --json`` show it."""
        return {
            "id": self.id,
            "at": json_instant(self.at),
            "actor": self.actor.name,
            "role": self.actor.role,
            "via": self.actor.via,
            "client_ip": self.actor.client_ip,
            "activity_id": self.actor.activity_id,
            "verb": self.verb,
            "object": self.about,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Entries of one transaction, in their order, such as an import of several nodes.

    ``id`` is that of the last. ``count`` is how many there are; ``entries`` may be the first only.
    """

    id: int
    count: int
    entries: tuple[ChangeEntry, ...]

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.entries[0].at

    @property
    def actor(self) -> Actor:
        """Who made it."""
        return self.entries[0].actor


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Which entries are read: those that have every value that is given.

    ``text`` may stand anywhere in actor, verb or object, in upper or lower case; ``verb`` may be
    the first part of one, such as ``user``.
    """

    text: str = ""
    actor: str = ""
    verb: str = ""
    about: str = ""
    since: datetime | None = None


class ChangeStore(Protocol):
    """Storage of the audit log."""

    def together(self, *, exclusive: bool = False) -> AbstractContextManager[None]:
        """Make one transaction of all that this thread stores within, an error undoes it.

        With *exclusive*, what this thread reads within stays as it is until the end; if that cannot
        be kept, :class:`~idp.audit.errors.ChangeConflict` is raised.
        """

    def lock_configuration(self) -> None:
        """Wait until no other configuration is being applied, until this transaction ends."""

    def append(self, entries: Sequence[ChangeEntry]) -> None:
        """Store entries, in the transaction of :meth:`together` if there is one."""

    def newest(
        self, query: ChangeQuery, limit: int, before_id: int | None = None
    ) -> Sequence[ChangeEntry]:
        """Return at most *limit* entries, newest first: of all, or of those before *before_id*."""

    def after(self, query: ChangeQuery, after_id: int, limit: int) -> Sequence[ChangeEntry]:
        """Return at most *limit* entries that were added after *after_id*, oldest first."""

    def groups(
        self, verbs: Sequence[str], limit: int, before_id: int | None = None, *, entries: int
    ) -> Sequence[ChangeGroup]:
        """Return what was changed in one transaction each, newest first: what has these verbs.

        Of a group there are at most *entries* entries. Only groups before *before_id*, if given.
        """

    def group_of(self, entry_id: int, verbs: Sequence[str]) -> ChangeGroup | None:
        """Return the whole group that an entry is of; None if there is none with such a verb."""


@dataclass(slots=True)
class Made:
    """What a use case has changed so far."""

    entries: list[tuple[str, str, Any, Any, Mapping[str, Any]]] = field(default_factory=list)

    def add(
        self, verb: str, about: str, *, before: Any = None, after: Any = None, **line: Any
    ) -> None:
        """Add one change. *line* are fields of its log line, besides who made it."""
        self.entries.append((verb, about, before, after, line))


_stored: ContextVar[list[Made] | None] = ContextVar("changes_of_a_transaction", default=None)
"""What was recorded in the transaction that is open in this thread, None without one."""


class Changes:
    """Records what the use cases change, for the actor of one host."""

    def __init__(
        self, store: ChangeStore, clock: Clock, actor_of: Callable[[], Actor] = lambda: THE_SERVER
    ) -> None:
        self.store = store
        self._clock = clock
        self._actor_of = actor_of

    def by(self, actor_of: Callable[[], Actor]) -> Changes:
        """Return the recorder of a host; *actor_of* is asked at every change."""
        return Changes(self.store, self._clock, actor_of)

    @property
    def actor(self) -> Actor:
        """Who acts now."""
        return self._actor_of()

    @contextmanager
    def recording(self) -> Iterator[Made]:
        """Make one transaction of the changes within and of their entries.

        One within another is a part of it: it is stored, and its log lines are written, at the end
        of the outer one. Nothing that must stay when the change fails may happen within, such as
        the debit for a wrong code.
        """
        made, outer = Made(), _stored.get()
        stored: list[Made] = [] if outer is None else outer
        token = _stored.set(stored)
        try:
            with self.store.together():
                yield made
                self._append(made)
        finally:
            _stored.reset(token)
        stored.append(made)
        if outer is None:
            for each in stored:
                self._write_lines(each)

    def record(
        self, verb: str, about: str, *, before: Any = None, after: Any = None, **line: Any
    ) -> None:
        """Record a change that is stored already, or elsewhere: in a file."""
        with self.recording() as made:
            made.add(verb, about, before=before, after=after, **line)

    def _append(self, made: Made) -> None:
        actor, now = self.actor, self._clock.now()
        if actor.via in (PAGE, REST):
            for verb, *_ in made.entries:
                must_be_allowed(actor.role, verb)
        entries = [
            ChangeEntry(now, actor, verb, about[:MAX_NAME], *differing(before, after))
            for verb, about, before, after, _ in made.entries
        ]
        if entries:
            self.store.append(entries)

    def _write_lines(self, made: Made) -> None:
        """Write the log lines; a command has no log to write to."""
        actor = self.actor
        if not actor.activity_id:
            return
        for verb, about, _, _, line in made.entries:
            event, subject = VERBS[verb]
            if event:
                get_logger().info(
                    event,
                    **{subject: about, **line},
                    changed_by=actor.label,
                    client_ip=actor.client_ip,
                    activity_id=actor.activity_id,
                )


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Return both values as they are stored; of two objects, only the keys that differ."""
    kept_before, kept_after = storable(before), storable(after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return (
            {key: kept_before[key] for key in keys if key in kept_before},
            {key: kept_after[key] for key in keys if key in kept_after},
        )
    return kept_before, kept_after


def storable(value: Any) -> Any:
    """Return a JSON value without secrets, a long text as its digest and length."""
    if isinstance(value, Mapping):
        return {
            str(key): "(not kept)" if key in SECRET_KEYS and each else storable(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [storable(each) for each in value]
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else digest_of(value.encode(errors="replace"))
    if value is None or isinstance(value, bool | int | float):
        return value
    return storable(json.loads(json.dumps(value, default=str)))


def digest_of(content: bytes) -> dict[str, Any]:
    """Return what an entry keeps of a large text such as metadata."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "length": len(content)}
