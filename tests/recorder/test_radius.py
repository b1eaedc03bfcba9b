"""Sign-ins over RADIUS in the flight recorder: each as one timeline, with nothing secret in it."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, REJECT

from idp.management import timelines
from idp.management.timeline_texts import lines_of
from idp.radius.outcomes import REJECTIONS
from idp.radius.recorded_texts import REMEDIES
from idp.recorder.store import TimelineQuery

OLD = "1.2.2131.2"


@pytest.fixture
def recorded(federation):
    """Return the timelines of RADIUS, newest first."""

    def read():
        query = TimelineQuery(trust="radius")
        found = timelines.search(federation.services, query, limit=10)
        return [timelines.existing(federation.services, each.activity_id) for each in found]

    return read


def kinds(timeline):
    return [step.kind for step in timeline.steps]


@pytest.mark.each_database
def test_an_approved_push_is_one_timeline(federation, radius, vpn, phone, recorded):
    radius.set(version=OLD)
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)
    phone.approve()
    assert vpn.receive(request).code == ACCEPT

    (timeline,) = recorded()

    assert kinds(timeline) == [
        "message_in", "password", "second_factor", "second_factor", "message_out",
    ]  # fmt: skip
    assert (timeline.summary.outcome, timeline.summary.user) == ("issued", federation.user.name)
    text = "\n".join(lines_of(timeline))
    assert "Message received: Access-Request of" in text
    assert "Second factor: NPS extension: approve_deny (override_not_set), approved" in text
    assert "Message sent: Access-Accept to 127.0.0.1" in text


def test_a_code_and_the_challenge_that_it_answers_are_one_timeline_and_one_activity(
    federation, vpn, recorded
):
    user = federation.add_user(totp=True)
    asked = vpn.ask(vpn.pap(user.name, user.password))
    code = user.code()
    assert vpn.ask(vpn.pap(user.name, code, state=asked.state)).code == ACCEPT

    (timeline,) = recorded()

    assert kinds(timeline) == [
        "message_in", "password", "second_factor", "message_out",
        "message_in", "second_factor", "message_out",
    ]  # fmt: skip
    assert [step.fields["outcome"] for step in timeline.steps if step.kind == "second_factor"] == [
        "asked", "right_code",
    ]  # fmt: skip
    rows = [row for row in federation.log if row.trust == "radius"]
    assert {row.activity_id for row in rows} == {timeline.summary.activity_id}


def test_a_state_of_another_user_continues_nothing(federation, vpn, recorded):
    user, other = federation.add_user(totp=True), federation.add_user(totp=True)
    asked = vpn.ask(vpn.pap(user.name, user.password))
    assert vpn.ask(vpn.pap(other.name, other.code(), state=asked.state)).code == REJECT

    refused, begun = recorded()

    assert refused.summary.code == "session_invalid"
    assert refused.summary.activity_id != begun.summary.activity_id


def test_a_refusal_says_what_is_wrong_and_what_to_do(federation, vpn, recorded):
    assert vpn.ask(vpn.pap(federation.user.name, "no password")).code == REJECT

    (timeline,) = recorded()

    assert timeline.summary.sentence == (
        "Refused with wrong_password: The password is wrong. "
        "Try again; if every password is wrong, check the shared secret."
    )


def test_nothing_secret_is_in_it(federation, radius, vpn, recorded):
    user = federation.add_user(totp=True)
    asked = vpn.ask(vpn.pap(user.name, user.password))
    code = user.code()
    vpn.ask(vpn.pap(user.name, code, state=asked.state))
    vpn.ask(vpn.ms_chap(user.name, user.password))
    vpn.ask(vpn.pap(user.name, "a wrong password"))

    text = repr([timeline.as_json() for timeline in recorded()])

    secrets = (user.password, "a wrong password", asked.state.decode(), radius.secret)
    assert [each for each in secrets if each in text] == []
    assert f"'{code}'" not in text


def test_every_rejection_has_a_remedy():
    assert set(REMEDIES) == set(REJECTIONS)
