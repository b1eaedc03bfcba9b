"""What the phone answers, and what the page makes of it."""

from __future__ import annotations

import json

import pytest
from support.adapters.entra_sign_in import (
    BY_APP,
    FAILED,
    PATCHED,
    REFUSED,
    UNPATCHED,
    SignIn,
    after_block,
    after_denial,
    after_removal,
    after_replacement,
    after_report,
    after_time_out,
    after_too_many,
    after_wrong_number,
    begun,
    on_node,
    requests_sent,
)
from support.adapters.mfa_node import at_once
from support.users import ALICE

from adapter.entra_mfa.page import ERRORS
from adapter.mfa.policy import AuthenticatorConfiguration, Policies
from adapter.mfa.push.challenge import State
from adapter.mfa.push.pauses import PAUSES


@pytest.mark.parametrize("build", [PATCHED, UNPATCHED])
def test_an_approval_signs_in_with_the_method_of_the_app(mfa, device, build):
    sign_in = begun(mfa, build)
    mfa.approve(device, sign_in.started)

    claims = sign_in.post()

    assert claims == BY_APP
    assert sign_in.explained.outcome == "approved"
    assert json.loads(sign_in.data)["number"] is None


def test_an_approval_is_good_for_sixty_seconds_after_the_time_to_answer(mfa, device):
    sign_in = begun(mfa)
    mfa.clock.advance(seconds=59)
    mfa.approve(device, sign_in.started)
    mfa.clock.advance(seconds=60)

    assert sign_in.post() == BY_APP


def test_the_script_looks_and_never_takes(mfa, device):
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)

    for fields in ({}, {"TryAgain": "1"}, {"UseCode": "1"}, {"VerificationCode": "123456"}):
        assert sign_in.post(fields, Poll="1").state == "answered"
    assert requests_sent(mfa) == 1
    assert mfa.push.state(sign_in.started.challenge.id, ALICE) is State.APPROVED
    assert sign_in.post() == BY_APP


def test_of_many_posts_at_once_one_signs_in(mfa, other_node, device):
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)

    def post(turn: int):
        node = on_node((mfa, other_node)[turn % 2])
        return SignIn(mfa, node=node, data=sign_in.data).post()

    outcomes = at_once(post, range(12))

    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    others = [outcome for outcome in outcomes if not isinstance(outcome, tuple)]
    assert {page.error for page in others} == {ERRORS["already_collected"]}


@pytest.mark.parametrize(
    ("make", "outcome"),
    [
        (after_denial, "denied"),
        (lambda mfa: after_denial(mfa, reported=True), "denied_and_reported"),
        (after_wrong_number, "wrong_number"),
        (after_time_out, "no_answer"),
        (after_replacement, "replaced"),
        (after_block, "blocked_meanwhile"),
        (after_removal, "phone_removed"),
        (after_too_many, "push_limit"),
        (after_report, "user_reported_suspicious_activity"),
    ],
)
def test_each_end_has_its_own_sentence_and_code(mfa, device, make, outcome):
    mfa.phone = device

    sign_in = make(mfa)

    assert sign_in.page.error == ERRORS[outcome]
    assert sign_in.explained.outcome == outcome
    reason = outcome if outcome in PAUSES else "kb_installed"
    assert sign_in.explained.reason == reason


@pytest.mark.parametrize("make", [*FAILED.values(), *REFUSED.values()], ids=[*FAILED, *REFUSED])
def test_only_the_button_starts_a_new_request(mfa, device, make):
    """Clients go on posting the same form: a denial is never followed by a push nobody wanted."""
    mfa.phone = device
    sign_in = make(mfa)
    page, sent = sign_in.page, requests_sent(mfa, sign_in.user)

    for fields in (
        {},
        {"__EVENTTARGET": ""},
        {"VerificationCode": ""},
        {"VerificationCode": "123456", "SignIn": "Sign in"},
        {"Poll": "1"},
        {"TryAgain": ""},
        {"TryAgain": "0"},
        {"TryAgain": "true"},
        {"UseCode": "1"},
        {"Submit": "Submit"},
    ):
        assert sign_in.post(fields).html == page.html
    assert requests_sent(mfa, sign_in.user) == sent


def test_the_button_starts_a_new_request_with_a_new_number_on_the_page(mfa, device):
    sign_in = begun(mfa)
    first = sign_in.started
    mfa.deny(device, first)
    assert sign_in.post().buttons["TryAgain"] == "1"

    page = sign_in.post(TryAgain="1")

    assert page.error == ""
    assert sign_in.started.challenge.id != first.challenge.id
    assert page.number == sign_in.started.number
    mfa.approve(device, sign_in.started)
    assert sign_in.post() == BY_APP


def test_an_earlier_context_brings_no_request_back(mfa, device):
    sign_in = begun(mfa)
    before_denial = sign_in.data
    mfa.deny(device, sign_in.started)
    sign_in.post()
    sign_in.post(TryAgain="1")
    mfa.approve(device, sign_in.started)

    rewound = SignIn(mfa, data=before_denial).post()

    assert rewound.error == ERRORS["denied"]
    assert rewound.number is None


def test_any_earlier_context_of_the_same_request_is_as_good_as_the_latest(mfa, device):
    sign_in = begun(mfa)
    for _ in range(3):
        sign_in.post()
    mfa.approve(device, sign_in.started)

    assert isinstance(SignIn(mfa, data=sign_in.seen[1]).post(), tuple)


def test_a_context_of_another_user_collects_nothing(mfa, device):
    """The host binds contexts to users; the challenge is bound a second time."""
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)
    data = json.loads(sign_in.data) | {"user": "mallory@example.test"}

    page = SignIn(mfa, data=json.dumps(data)).post()

    assert page.error == ERRORS["no_answer"]


@pytest.mark.parametrize(
    ("taken_away", "outcome"), [("user", "blocked_meanwhile"), ("phone", "phone_removed")]
)
def test_what_is_taken_away_after_a_request_has_read_it_lets_nobody_in(
    mfa, other_node, device, database, taken_away, outcome
):
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)

    with database.of_request():
        mfa.service.permissions_of(ALICE)
        mfa.service.methods_of(ALICE)
        if taken_away == "user":
            other_node.service.protection.block(ALICE)
        else:
            other_node.push.remove(ALICE, device.id)
        page = sign_in.post()

    assert page.error == ERRORS[outcome]
    assert sign_in.claims == ()


def test_a_policy_that_another_node_has_changed_holds_from_the_next_post_on(
    mfa, other_node, device, database
):
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)
    with database.of_request():
        assert sign_in.post(Poll="1").state == "answered"
    off = Policies(authenticator=AuthenticatorConfiguration(is_enabled=False))
    other_node.stores.policies.replace(off, seen=None)

    with database.of_request():
        page = sign_in.post()

    assert page.error == ERRORS["push_not_enabled"]
    assert sign_in.claims == ()


def test_a_page_that_is_loaded_again_shows_the_time_that_is_left(mfa, device):
    sign_in = begun(mfa)
    assert sign_in.page.one("loginForm").xpath("string(.//@data-seconds)") == "60"
    mfa.clock.advance(seconds=20)

    again = SignIn(mfa, context_id=sign_in.context_id)

    assert again.begin().one("loginForm").xpath("string(.//@data-seconds)") == "40"
    assert again.page.number == sign_in.page.number
    assert requests_sent(mfa) == 1
