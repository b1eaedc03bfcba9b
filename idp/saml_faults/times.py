"""Faults of time: validity, confirmation, session (saml-core §2.4.1.2, §2.5.1.2, §2.7.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from idp.saml.canonical import instant
from idp.saml_faults.edits import Edit, all_of, setting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene

LONG = timedelta(hours=1)
"""Longer than any skew that a service provider may allow."""
BEFORE = timedelta(hours=2)

_DATA = "a:Assertion/a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData"
_rows = Rows(Group.TIME)


def _values(**shifts: timedelta) -> Callable[[Scene], Scene]:
    """Return a plan that sets times of the assertion, each relative to now."""

    def plan(scene: Scene) -> Scene:
        return scene.with_assertion(**{name: scene.now + by for name, by in shifts.items()})

    return plan


def _confirmed_later() -> Edit:
    def edit(root: object, scene: Scene) -> None:
        for data in all_of(root, _DATA):
            data.set("NotBefore", instant(scene.now + LONG / 2))
            data.set("NotOnOrAfter", instant(scene.now + LONG))

    return edit


def _in_seconds(root: object, scene: Scene) -> None:
    for conditions in all_of(root, "a:Assertion/a:Conditions"):
        for name in ("NotBefore", "NotOnOrAfter"):
            whole = conditions.get(name, "").partition(".")[0]
            conditions.set(name, f"{whole}Z")


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "assertion_expired",
        "The assertion has expired",
        "It refuses an assertion whose Conditions ended before now, with a few minutes of skew.",
        "saml-core §2.5.1.2",
        plan=_values(not_before=-BEFORE, not_on_or_after=-LONG),
    ),
    _rows.refused(
        "assertion_not_yet_valid",
        "The assertion is not valid yet",
        "It refuses an assertion whose Conditions begin later than now, with a few minutes of "
        "skew.",
        "saml-core §2.5.1.2",
        plan=_values(not_before=LONG, not_on_or_after=BEFORE),
    ),
    _rows.refused(
        "confirmation_expired",
        "The confirmation of the subject has expired",
        "It refuses a bearer confirmation whose NotOnOrAfter has passed, even if the Conditions "
        "still hold.",
        "saml-profiles §4.1.4.3",
        plan=_values(confirmation_not_on_or_after=-LONG),
    ),
    _rows.refused(
        "confirmation_without_end",
        "The confirmation of the subject has no end",
        "It refuses a bearer confirmation without NotOnOrAfter, which the profile requires.",
        "saml-profiles §4.1.4.2",
        write=setting(_DATA, NotOnOrAfter=None),
    ),
    _rows.refused(
        "confirmation_not_yet_valid",
        "The confirmation of the subject is not valid yet",
        "It refuses a bearer confirmation whose NotBefore is later than now.",
        "saml-core §2.4.1.2",
        write=_confirmed_later(),
    ),
    _rows.refused(
        "session_expired",
        "The session at the identity provider has ended already",
        "It starts no session after SessionNotOnOrAfter has passed.",
        "saml-core §2.7.2",
        plan=_values(session_not_on_or_after=-LONG),
    ),
    _rows.accepted(
        "session_end_present",
        "The session at the identity provider has an end",
        "It accepts SessionNotOnOrAfter in the future, and ends its session by then.",
        "saml-core §2.7.2",
        plan=_values(session_not_on_or_after=LONG),
    ),
    _rows.accepted(
        "times_in_whole_seconds",
        "The times have no fractions of seconds",
        "It reads xs:dateTime with and without fractions.",
        "saml-core §1.3.3",
        write=_in_seconds,
    ),
    _rows.accepted(
        "conditions_without_start",
        "The Conditions have no NotBefore",
        "It accepts Conditions without NotBefore, which is optional.",
        "saml-core §2.5.1",
        write=setting("a:Assertion/a:Conditions", NotBefore=None),
    ),
)
