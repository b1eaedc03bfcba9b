"""What a test sets with the fixture ``federation``: networks, policies, the apps of phones."""

from __future__ import annotations

import pytest

from idp.authenticator.client import PhoneError


def test_a_browser_outside_comes_through_a_web_application_proxy(
    federation, service_provider, phone
):
    policy = "Permit everyone and require MFA from extranet access"
    trusts = federation.services.trusts
    trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never", "access_control_policy": policy}
    )

    assert federation.sign_in(service_provider.login_url()).is_finished
    outside = federation.browser(extranet="203.0.113.9")
    sign_in = federation.sign_in(service_provider.login_url(), browser=outside)
    assert not sign_in.is_finished
    phone.approve(sign_in.number)
    assert sign_in.finish().page.status == 200
    assert {row.client_ip for row in federation.log} == {"127.0.0.1", "203.0.113.9"}


def test_policies_are_changed_by_the_words_of_a_test(federation):
    view = federation.policy(
        {"Fido2.state": "disabled"},
        migration="in_progress",
        reset=["Staff", "Board"],
        reset_methods=1,
        must_register=True,
        campaign=True,
    )

    now = view.policies
    assert now.migration == "migrationInProgress"
    assert [target.id for target in now.legacy_reset.scope] == ["Staff", "Board"]
    assert (now.legacy_reset.required, now.registration.is_required) == (1, True)
    assert (now.registration.campaign.state, now.passkeys.is_enabled) == ("enabled", False)
    again = federation.policy(reset="all_users", campaign=False, must_register=False).policies
    assert [target.id for target in again.legacy_reset.scope] == ["all_users"]
    assert (again.registration.campaign.state, again.registration.is_required) == (
        "disabled", False,
    )  # fmt: skip
    assert again.legacy_reset.required == 1


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ({"platform": "ios", "app_version": "6.4.11"}, "app_upgrade_required"),
        ({"platform": "wear-os"}, "wearable_cannot_match"),
    ],
)
def test_a_phone_of_any_app_says_why_it_cannot_match_a_number(
    federation, service_provider, app, reason
):
    user = federation.add_user(phone=None)
    phone = federation.add_phone(user, **app)
    sign_in = federation.sign_in(service_provider.url, user)
    (refusal,) = phone.refusals()
    assert refusal.reason == reason == federation.log[-1].reason
    assert phone.pending() == ()
    with pytest.raises(PhoneError) as refused:
        phone.approve(42)
    assert refused.value.code == "device_cannot_match"
    assert sign_in.number is None


def test_a_phone_that_offers_three_numbers_approves_by_the_right_one(federation, service_provider):
    user = federation.add_user(phone=None)
    phone = federation.add_phone(user, platform="ios", app_version="6.4.12")
    sign_in = federation.sign_in(service_provider.url, user)
    (request,) = phone.pending()
    assert sign_in.number in request.choices
    assert phone.approve(sign_in.number) == "approved"
    assert sign_in.finish().name_id == user.name


def test_a_request_that_was_not_mine_is_reported(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    assert phone.report() == "denied"
    sign_in.poll()
    assert "reported" in sign_in.error
