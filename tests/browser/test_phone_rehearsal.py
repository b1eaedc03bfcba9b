"""The phone page as another app: too old, one that offers three numbers, a watch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.phones.phone_host import PhoneHost
from support.phones.phone_page import PHONE, READY, outcome, rehearse, type_number
from support.users import ALICE


def page_as(page: Page, host: PhoneHost, platform: str, version: str | None = None) -> Page:
    """The page as Alice's Authenticator of this platform and version."""
    page.set_viewport_size(PHONE)
    rehearse(page, host, platform, version)
    expect(page.get_by_text(READY)).to_be_visible()
    return page


@pytest.fixture
def old_app(page, phone_host) -> Page:
    return page_as(page, phone_host, "android", "6.2006.4197")


@pytest.fixture
def tapping_app(page, phone_host) -> Page:
    return page_as(page, phone_host, "ios", "6.5.81")


def test_the_form_proposes_a_current_version_of_each_platform(phone_host, page, looks):
    page.goto(f"{phone_host.url}/authenticator/")
    page.get_by_text("Advanced: rehearse another app").click()
    version = page.get_by_label("Version of the app")
    expect(version).to_have_value("1.0")
    for platform, proposed in (("android", "6.2111.7701"), ("ios", "6.5.85")):
        page.get_by_label("Platform").select_option(platform)
        expect(version).to_have_value(proposed)
    looks(page, "phone-advanced")


def test_the_account_says_which_app_it_rehearses(phone_host, old_app):
    expect(old_app.get_by_text("android 6.2006.4197")).to_be_visible()
    (device,) = phone_host.services.mfa.devices.of_user(ALICE)
    assert (device.platform, device.app_version) == ("android", "6.2006.4197")


@pytest.mark.parametrize("experience", ["number_match", "refused"])
def test_an_app_too_old_says_upgrade_until_that_was_read(phone_host, old_app, looks, experience):
    """Both where another phone could match the number, and where none can."""
    phone_host.push(experience)
    expect(old_app.get_by_role("heading", name="Upgrade this app")).to_be_focused()
    expect(old_app.get_by_text("Upgrade to the latest version of the app")).to_be_visible()
    for hidden in ("Approve", "Yes"):
        expect(old_app.get_by_role("button", name=hidden)).to_be_hidden()
    expect(old_app.get_by_label("Enter number here")).to_be_hidden()
    expect(old_app.get_by_role("button", name="Done")).to_be_enabled()
    looks(old_app, "phone-too-old")

    phone_host.clock.advance(61)
    expect(old_app.get_by_role("button", name="No, it’s not me")).to_be_hidden()
    expect(old_app.get_by_role("heading", name="Upgrade this app")).to_be_visible()
    old_app.get_by_role("button", name="Done").click()
    expect(old_app.get_by_role("dialog")).to_have_count(0)


def test_what_was_read_does_not_come_again_while_it_is_pending(phone_host, old_app):
    phone_host.push()
    old_app.get_by_role("button", name="Done").click()
    old_app.reload()  # the page has forgotten what was read
    old_app.get_by_role("button", name="Done").click()
    phone_host.push("approve_deny")
    old_app.get_by_role("button", name="Approve").click()
    outcome(old_app, "Approved")


def test_an_app_too_old_can_report(phone_host, old_app):
    started = phone_host.push("refused")
    old_app.get_by_role("button", name="No, it’s not me").click()
    old_app.get_by_role("button", name="Deny and report").click()
    outcome(old_app, "Denied and reported")
    assert phone_host.stored(started).reported


def test_an_app_of_three_numbers_is_tapped(phone_host, tapping_app, looks):
    started = phone_host.push()
    row = tapping_app.get_by_role("group", name="Tap the number that the sign-in page shows")
    expect(row.get_by_role("button")).to_have_count(3)
    expect(tapping_app.get_by_label("Enter number here")).to_be_hidden()
    expect(row.get_by_role("button").first).to_be_enabled()
    looks(tapping_app, "phone-three-numbers")
    row.get_by_role("button", name=started.number).click()
    outcome(tapping_app, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_one_wrong_tap_ends_the_request(phone_host, tapping_app):
    started = phone_host.push()
    row = tapping_app.get_by_role("group", name="Tap the number").get_by_role("button")
    row.filter(has_not_text=started.number).first.click()
    outcome(tapping_app, "That was not the number")
    assert phone_host.stored(started).state == "wrong_number"


def test_an_app_between_the_two_ranges_types_the_number(phone_host, page):
    typing = page_as(page, phone_host, "android", "6.2108.5654")
    started = phone_host.push()
    type_number(typing, started.number)
    outcome(typing, "Approved")


def test_a_watch_approves_where_no_number_is_due_and_else_says_to_use_the_phone(
    phone_host, page, looks
):
    watch = page_as(page, phone_host, "wear-os")
    phone_host.push("phone_required")
    expect(watch.get_by_role("heading", name="Use your phone")).to_be_focused()
    expect(watch.get_by_text("Use the Authenticator app on your phone")).to_be_visible()
    expect(watch.get_by_role("button", name="Done")).to_be_enabled()
    looks(watch, "phone-watch")
    watch.get_by_role("button", name="Done").click()

    started = phone_host.push("approve_deny")
    watch.get_by_role("button", name="Approve").click()
    outcome(watch, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_apple_watch_is_refused_with_advice_and_the_code_is_not_used_up(phone_host, page):
    rehearse(page, phone_host, "watchos")
    refusal = page.get_by_role("alert").filter(has_text="Delete Authenticator from the watch")
    expect(refusal).to_be_visible()
    page.get_by_label("Platform").select_option("ios")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text(READY)).to_be_visible()


def test_a_version_that_is_none_is_refused(phone_host, page):
    rehearse(page, phone_host, "android", "newest")
    expect(page.get_by_role("alert").filter(has_text="app version is not valid")).to_be_visible()
