"""A fault as a value: its code, what a correct service provider does, how it is brought about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.saml_faults import signing
from idp.saml_faults.scene import Delivery, LogOutScene, Scene, by_post

if TYPE_CHECKING:
    from lxml import etree

    from idp.saml.logout import OutgoingMessage
    from idp.saml.values import Encryption


class Group(StrEnum):
    """The groups of faults, by what they are about."""

    TIME = "time"
    AUDIENCE = "audience"
    IN_RESPONSE_TO = "in-response-to"
    SIGNATURE = "signature"
    WRAPPING = "wrapping"
    ALGORITHM = "algorithm"
    NAME = "name"
    ENCRYPTION = "encryption"
    STATUS = "status"
    BINDING = "binding"
    DUPLICATE = "duplicate"
    KEY = "key"
    LOG_OUT = "log-out"


GROUP_TITLES = {
    Group.TIME:           sentence("Time"),
    Group.AUDIENCE:       sentence("Issuer, audience and recipient"),
    Group.IN_RESPONSE_TO: sentence("InResponseTo"),
    Group.SIGNATURE:      sentence("Signature"),
    Group.WRAPPING:       sentence("Signature wrapping"),
    Group.ALGORITHM:      sentence("Algorithms"),
    Group.NAME:           sentence("NameID and comments"),
    Group.ENCRYPTION:     sentence("Encryption"),
    Group.STATUS:         sentence("Status and content"),
    Group.BINDING:        sentence("Bindings and encodings"),
    Group.DUPLICATE:      sentence("Duplicates and replay"),
    Group.KEY:            sentence("Metadata and key rollover"),
    Group.LOG_OUT:        sentence("Log-out"),
}  # fmt: skip


class Correct(StrEnum):
    """What a correct service provider does.

    ``either``: it may refuse; if it accepts, then as the user whose whole name was sent.
    """

    REFUSE = "refuse"
    ACCEPT = "accept"
    EITHER = "either"


class Needs(StrEnum):
    """What a trust or the server must have, or a fault cannot be sent."""

    ENCRYPTION = "encryption"
    LOG_OUT = "log-out"
    NEXT_KEY = "next-key"


MISSING = {
    Needs.ENCRYPTION: (
        "Its assertions are not encrypted",
        "Add metadata with a key for encryption, and set encrypt_claims=true",
    ),
    Needs.LOG_OUT: (
        "Its metadata has no log-out service and signing key",
        "Add metadata with both",
    ),
    Needs.NEXT_KEY: (
        "The server publishes no next key",
        "Make one: tallystick keys roll",
    ),
}


def _unchanged(scene: Scene) -> Scene:
    return scene


def _nothing(_root: etree._Element, _scene: Scene) -> None:
    return None


def _as_it_is(root: etree._Element, _scene: Scene) -> etree._Element:
    return root


def _same_request(scene: LogOutScene) -> LogOutScene:
    return scene


def _as_sent(message: OutgoingMessage) -> OutgoingMessage:
    return message


@dataclass(frozen=True, slots=True)
class Stages:
    """What a fault does at each stage; by default nothing."""

    plan: Callable[[Scene], Scene] = _unchanged
    write: Callable[[etree._Element, Scene], None] = _nothing
    sign: Callable[[etree._Element, Scene], None] = signing.sign_as_planned
    alter: Callable[[etree._Element, Scene], etree._Element] = _as_it_is
    conceal: Callable[[str, Encryption], str] = signing.encrypt_as_usual
    serialize: Callable[[etree._Element], bytes] = signing.serialize
    deliver: Callable[[bytes, Scene], Delivery] = by_post
    log_out: Callable[[LogOutScene], LogOutScene] = _same_request
    log_out_message: Callable[[OutgoingMessage], OutgoingMessage] = _as_sent

    @property
    def alters(self) -> bool:
        """Whether the response is altered after signing: then our key must sign no more of it."""
        return self.alter is not _as_it_is


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, or one harmless variation if a correct service provider accepts it.

    ``expectation`` is one sentence on what a correct service provider does, ``source`` the section
    that says so, ``cve`` published flaws of this kind. ``repeats``: the first sign-in goes as
    usual, the next one sends the same response again.
    """

    code: str
    group: Group
    title: str
    correct: Correct
    expectation: str
    source: str
    cve: tuple[str, ...] = ()
    needs: Needs | None = None
    repeats: bool = False
    stages: Stages = field(default=Stages(), compare=False, repr=False)

    @property
    def is_of_log_out(self) -> bool:
        """Whether it acts at a log-out, and not at a sign-in."""
        return self.group is Group.LOG_OUT

    def as_json(self) -> dict[str, Any]:
        """Return what ``tallystick faults list --json`` and the REST API show."""
        return {
            "code": self.code,
            "group": str(self.group),
            "title": self.title,
            "correct": str(self.correct),
            "expectation": self.expectation,
            "source": self.source,
            "cve": list(self.cve),
            "needs": None if self.needs is None else str(self.needs),
        }


class Rows:
    """Makes the rows of one group: ``rows.refused(...)`` and ``rows.accepted(...)``."""

    def __init__(self, group: Group) -> None:
        self._group = group

    def refused(self, code: str, title: str, expectation: str, source: str, **how: Any) -> Fault:
        """Return a fault that a correct service provider refuses."""
        return self._row(code, title, Correct.REFUSE, expectation, source, how)

    def accepted(self, code: str, title: str, expectation: str, source: str, **how: Any) -> Fault:
        """Return a harmless variation, which a correct service provider accepts."""
        return self._row(code, title, Correct.ACCEPT, expectation, source, how)

    def either(self, code: str, title: str, expectation: str, source: str, **how: Any) -> Fault:
        """Return what may be refused, and may be accepted as the user who was named."""
        return self._row(code, title, Correct.EITHER, expectation, source, how)

    def _row(
        self,
        code: str,
        title: str,
        correct: Correct,
        expectation: str,
        source: str,
        how: dict[str, Any],
    ) -> Fault:
        """Return the fault; *how* are stages, and the fields ``cve``, ``needs``, ``repeats``."""
        fields = {name: how.pop(name) for name in ("cve", "needs", "repeats") if name in how}
        stages = Stages(**how)
        return Fault(
            code, self._group, title, correct, expectation, source, stages=stages, **fields
        )
