"""What an outcome means: pass, fail, or not decided."""

from __future__ import annotations

from enum import StrEnum

from idp.saml_faults.fault import Correct, Fault


class Outcome(StrEnum):
    """What a service provider did with a faulty response or log-out request.

    ``accepted``: the user is signed in, or was signed out by a log-out request.
    ``accepted_as_another``: somebody is signed in whose name was not sent, or only a part of it.
    ``led_away``: the browser was sent to another site. ``not_sent``: nothing reached it.
    """

    ACCEPTED = "accepted"
    ACCEPTED_AS_ANOTHER = "accepted_as_another"
    REFUSED = "refused"
    LED_AWAY = "led_away"
    NOT_SENT = "not_sent"


class Verdict(StrEnum):
    """The judgement of one fault."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNDECIDED = "not decided"


RIGHT = {
    Correct.REFUSE: (Outcome.REFUSED,),
    Correct.ACCEPT: (Outcome.ACCEPTED,),
    Correct.EITHER: (Outcome.REFUSED, Outcome.ACCEPTED),
}
"""The outcomes that a correct service provider has."""


def judge(fault: Fault, outcome: Outcome) -> Verdict:
    """Return the verdict on what a service provider did with *fault*."""
    if outcome is Outcome.NOT_SENT:
        return Verdict.UNDECIDED
    return Verdict.PASS if outcome in RIGHT[fault.correct] else Verdict.FAIL
