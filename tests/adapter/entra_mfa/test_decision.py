"""The experience is decided once, by the node that begins, and by the best device."""

from __future__ import annotations

import json

import pytest
from support.adapters.entra_sign_in import (
    BY_APP,
    BY_CODE,
    PATCHED,
    UNPATCHED,
    SignIn,
    begun,
    on_node,
    requests_sent,
)
from support.adapters.mfa_node import CURRENT_PHONE, OLD_PHONE, WATCH

from adapter.contract import Explanation, ExternalAuthenticationException
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH, AnswerRefused


@pytest.mark.parametrize(("began", "now"), [(PATCHED, UNPATCHED), (UNPATCHED, PATCHED)])
def test_a_node_of_another_build_changes_nothing_in_the_middle(mfa, other_node, device, began, now):
    sign_in = begun(mfa, began)
    first = sign_in.page
    sign_in.build, sign_in.node = now, on_node(other_node)

    for fields in ({}, {"Poll": "1"}, {"__EVENTTARGET": ""}):
        page = sign_in.post(fields)
        assert (page.number, page.error, page.html) == (first.number, "", first.html)
    assert requests_sent(mfa) == 1
    mfa.deny(device, sign_in.started)
    assert sign_in.post().error
    assert (sign_in.post(TryAgain="1").number is None) == (first.number is None)


@pytest.mark.parametrize(("began", "now"), [(PATCHED, UNPATCHED), (UNPATCHED, PATCHED)])
def test_the_decision_stays_when_the_user_comes_back_from_another_way(
    mfa, other_node, device, began, now
):
    sign_in = begun(mfa, began)
    first = sign_in.page
    sign_in.build, sign_in.node = now, on_node(other_node)

    page = sign_in.begin()

    assert (page.number is None) == (first.number is None)
    assert sign_in.explained.experience == (NUMBER_MATCH if began == PATCHED else APPROVE_DENY)


def test_the_sealed_data_carries_decision_and_number_to_any_node(mfa, adapter_sign_in):
    page = adapter_sign_in.begin()
    data = json.loads(adapter_sign_in.data)

    assert data["experience"] == NUMBER_MATCH
    assert data["reason"] == "kb_installed"
    assert data["number"] == page.number
    assert data["challenge"] == adapter_sign_in.started.challenge.id
    assert len(adapter_sign_in.data) < 1024


def test_a_build_that_says_too_little_ends_the_sign_in_and_sends_nothing(mfa, device):
    sign_in = SignIn(mfa, build="Windows Server 2022")

    with pytest.raises(ExternalAuthenticationException, match="update_level_unknown"):
        sign_in.begin()
    assert requests_sent(mfa) == 0


@pytest.mark.parametrize(
    ("build", "policy", "experience", "reason"),
    [
        ("20348.350", {}, NUMBER_MATCH, "kb_installed"),
        ("20348.1006", {}, NUMBER_MATCH, "kb_installed"),
        ("20348.349", {}, APPROVE_DENY, "kb_missing"),
        ("20348.35", {}, APPROVE_DENY, "kb_missing"),
        ("17763.2300", {}, NUMBER_MATCH, "kb_installed"),
        ("14393.4703", {}, APPROVE_DENY, "kb_missing"),
        ("9600.20000", {}, APPROVE_DENY, "not_in_table"),
        ("26100.1", {}, APPROVE_DENY, "not_in_table"),
        (
            "26100.1",
            {"products_after_table": "number_match"},
            NUMBER_MATCH,
            "after_table_by_setting",
        ),
        ("20348.350", {"push_policy": "legacy"}, NUMBER_MATCH, "kb_installed"),
    ],
)
def test_the_build_of_the_node_that_answers_decides(mfa, device, build, policy, experience, reason):
    sign_in = begun(mfa, build, node=on_node(mfa, **policy))

    assert sign_in.started.challenge.experience == experience
    assert sign_in.explained == Explanation(experience, reason, "", sign_in.started.challenge.id)
    assert bool(sign_in.page.number) == (experience == NUMBER_MATCH)


def test_no_push_is_sent_where_the_policy_forbids_push(mfa, device):
    sign_in = begun(mfa, node=on_node(mfa, push_policy="none"))

    assert requests_sent(mfa) == 0
    assert sign_in.explained.reason == sign_in.explained.outcome == "push_not_enabled"
    assert "administrator" in sign_in.page.error


@pytest.mark.parametrize(
    ("app", "experience", "reason", "words"),
    [
        (OLD_PHONE, "refused", "app_upgrade_required", "Upgrade"),
        (WATCH, "phone_required", "wearable_cannot_match", "phone"),
    ],
)
def test_a_device_that_cannot_match_numbers_is_told_so(mfa, app, experience, reason, words):
    device = mfa.give_phone(**app)
    sign_in = begun(mfa)

    assert words in sign_in.page.error
    assert sign_in.page.number is None
    assert sign_in.page.buttons == {"TryAgain": "1"}
    assert sign_in.explained == Explanation(experience, reason, reason, "push")
    for fields in ({}, {"TryAgain": "1"}, {"UseCode": "1"}):
        assert words in sign_in.post(fields).error
    (told,) = mfa.push.pending_for(device)
    assert told.experience == experience
    with pytest.raises(AnswerRefused):
        mfa.push.answer(device, told.id, nonce=told.nonce, approve=True, number="42")


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_what_no_device_can_match_lights_up_a_device_five_times_at_most(mfa, app):
    mfa.give_phone(**app)
    sign_in = begun(mfa)
    reason = sign_in.explained.reason
    for _ in range(6):
        sign_in.post(TryAgain="1")

    assert requests_sent(mfa) == 5
    assert sign_in.explained.reason == sign_in.explained.outcome == reason


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_after_an_upgrade_of_the_app_try_again_sends_a_request(mfa, app):
    mfa.give_phone(**app)
    sign_in = begun(mfa)
    assert sign_in.post(TryAgain="1").number is None

    device = mfa.give_phone(**CURRENT_PHONE)
    assert sign_in.post().number is None
    number = sign_in.post(TryAgain="1").number

    assert number is not None
    mfa.approve(device, sign_in.started)
    assert sign_in.post() == BY_APP


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_a_device_that_cannot_match_numbers_approves_where_no_number_is_asked_for(mfa, app):
    device = mfa.give_phone(**app)
    sign_in = begun(mfa, UNPATCHED)

    mfa.approve(device, sign_in.started)

    assert sign_in.post() == BY_APP


@pytest.mark.parametrize(
    ("apps", "experience"),
    [
        ([WATCH, OLD_PHONE, CURRENT_PHONE], NUMBER_MATCH),
        ([CURRENT_PHONE, WATCH], NUMBER_MATCH),
        ([WATCH, OLD_PHONE], "refused"),
        ([OLD_PHONE, WATCH], "refused"),
        ([WATCH], "phone_required"),
    ],
)
def test_with_several_devices_the_best_decides(mfa, apps, experience):
    for app in apps:
        mfa.give_phone(**app)

    assert begun(mfa).explained.experience == experience


def test_a_refused_user_with_codes_may_use_one(mfa):
    mfa.give_phone(**OLD_PHONE)
    codes = mfa.give_codes()
    sign_in = begun(mfa)
    assert set(sign_in.page.buttons) == {"TryAgain", "UseCode"}

    page = sign_in.post(UseCode="1")

    assert "TryAgain" not in page.buttons
    claims = sign_in.post(VerificationCode=codes.at(mfa.clock.now()), SignIn="Sign in")
    assert claims == BY_CODE
