"""What the outcome of a fault means, and how the probe sees it."""

from __future__ import annotations

import pytest

from idp.conformance.probe import Probe
from idp.conformance.verdict import Outcome, Verdict, judge
from idp.embedded.page import Page
from idp.saml_faults.catalogue import FAULTS, find_fault
from idp.saml_faults.fault import Correct

IDP, ME = "https://idp.example.test", "https://sp.example.test/me"
IN = Page(ME, 200, "<p>Hello user@example.test</p>")
OUT = Page(ME, 401, "<p>Nobody</p>")
PROBE = Probe("user@example.test", IDP, ME)


def one(correct: Correct):
    return next(fault for fault in FAULTS if fault.correct is correct)


@pytest.mark.parametrize(
    ("correct", "outcome", "verdict"),
    [
        (Correct.REFUSE, Outcome.REFUSED,             Verdict.PASS),
        (Correct.REFUSE, Outcome.ACCEPTED,            Verdict.FAIL),
        (Correct.REFUSE, Outcome.ACCEPTED_AS_ANOTHER, Verdict.FAIL),
        (Correct.ACCEPT, Outcome.ACCEPTED,            Verdict.PASS),
        (Correct.ACCEPT, Outcome.REFUSED,             Verdict.FAIL),
        (Correct.EITHER, Outcome.ACCEPTED,            Verdict.PASS),
        (Correct.EITHER, Outcome.REFUSED,             Verdict.PASS),
        (Correct.EITHER, Outcome.ACCEPTED_AS_ANOTHER, Verdict.FAIL),
        (Correct.EITHER, Outcome.LED_AWAY,            Verdict.FAIL),
        (Correct.REFUSE, Outcome.NOT_SENT,            Verdict.UNDECIDED),
        (Correct.ACCEPT, Outcome.NOT_SENT,            Verdict.UNDECIDED),
    ],
)  # fmt: skip
def test_refusing_everything_or_accepting_everything_is_no_pass(correct, outcome, verdict):
    assert judge(one(correct), outcome) is verdict


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (IN, Outcome.ACCEPTED),
        (Page(ME, 200, "<p>Hello user&#64;example.test</p>"), Outcome.ACCEPTED),
        (OUT, Outcome.REFUSED),
        (Page(ME, 500, "<p>user@example.test</p>"), Outcome.REFUSED),
        (Page(f"{IDP}/adfs/ls/?x", 200, "<p>user@example.test</p>"), Outcome.REFUSED),
        (Page(ME, 200, "<p>Hello impostor@fault.invalid</p>"), Outcome.ACCEPTED_AS_ANOTHER),
        (Page(ME, 200, "<p>Hello user@example.te</p>"), Outcome.ACCEPTED_AS_ANOTHER),
        (Page(ME, 200, "<p>Hello undefined</p>"), Outcome.ACCEPTED_AS_ANOTHER),
    ],
)
def test_the_probe_tells_who_is_signed_in(page, outcome):
    assert PROBE.outcome(page, IN, OUT) is outcome


def test_a_page_that_has_the_same_status_for_everybody_is_told_by_its_text():
    nobody = Page(ME, 200, "<p>Nobody</p>")

    assert PROBE.outcome(nobody, IN, nobody) is Outcome.REFUSED


def test_the_status_that_was_asked_for_is_needed():
    assert not Probe("user", IDP, ME, status=204).shows_user(IN)


def test_every_wrapping_may_be_read_as_the_genuine_user():
    assert find_fault("xsw3").correct is Correct.EITHER
