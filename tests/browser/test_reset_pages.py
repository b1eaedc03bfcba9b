"""Password reset in a real browser: with two methods, by keyboard, without script, to look at."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from idp.testing.federation import Federation
from idp.testing.users import User

NEW = "Nothing-Known-7"

MIN_GAP = 8
"""CSS pixels between two things to press."""


@pytest.fixture
def user(federation: Federation) -> User:
    """A user with a phone and codes, who may reset the password."""
    federation.policy({"legacyResetPolicy.includeTargets": "all_users"})
    return federation.add_user(totp=True, display_name="Alice Archer")


def type_twice(page: Page, password: str) -> None:
    for label in ("New password", "Confirm new password"):
        page.get_by_label(label, exact=True).fill(password)
    page.get_by_role("button", name="Set the new password").click()


@pytest.mark.main_flow
def test_a_password_is_reset_with_a_number_and_a_code(federation, user, page, looks):
    page.goto(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")
    link = page.get_by_role("link", name="Forgot your password?")
    button = page.get_by_role("button", name="Sign in", exact=True).bounding_box()
    assert link.bounding_box()["y"] - button["y"] - button["height"] >= MIN_GAP
    link.click()
    expect(page.get_by_label("User name")).to_be_focused()
    looks(page, "reset-name")
    page.get_by_label("User name").fill(user.name)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Prove that it is you")).to_be_visible()
    looks(page, "reset-choose")
    page.get_by_role("button", name="Send a request").click()
    expect(page.locator("#validEntropyNumber")).to_be_visible()
    looks(page, "reset-number")
    user.phone.approve(page.locator("#validEntropyNumber").inner_text())
    expect(page.get_by_role("heading", name="One more proof")).to_be_visible()
    looks(page, "reset-second")

    page.get_by_role("button", name="Enter a code").click()
    page.get_by_label("Verification code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    looks(page, "reset-wrong-code")
    page.get_by_label("Verification code").fill(user.code())
    page.keyboard.press("Enter")
    expect(page.get_by_label("New password", exact=True)).to_be_focused()
    looks(page, "reset-password")
    type_twice(page, "Alice-2031")
    expect(page.get_by_role("alert")).to_contain_text("your name")
    looks(page, "reset-password-refused")
    type_twice(page, NEW)

    expect(page.get_by_role("heading", name="has been reset")).to_be_visible()
    looks(page, "reset-done")
    assert federation.services.directory.check_password(user.name, NEW).user is not None


@pytest.mark.main_flow
def test_a_password_is_reset_by_keyboard_without_script(federation, user, page_without_script):
    page, focused = page_without_script, page_without_script.locator(":focus")
    page.goto(f"{federation.url}/account/reset/")
    page.get_by_label("User name").and_(focused).wait_for()
    page.keyboard.type(user.name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send a request").press("Enter")
    user.phone.approve(page.locator("#validEntropyNumber").inner_text())
    page.get_by_role("button", name="I have answered").press("Enter")
    page.get_by_role("button", name="Enter a code").press("Enter")
    page.get_by_label("Verification code").and_(focused).wait_for()
    page.keyboard.type(user.code())
    page.keyboard.press("Enter")
    page.get_by_label("New password", exact=True).and_(focused).wait_for()
    for key in (NEW, NEW):
        page.keyboard.type(key)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="has been reset").wait_for()


def test_a_request_without_an_answer_ends_by_itself(federation, user, page, looks):
    page.goto(f"{federation.url}/account/reset/")
    page.get_by_label("User name").fill("nobody@example.test")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Send a request").click()
    expect(page.locator("#validEntropyNumber")).to_be_visible()

    federation.clock.advance(60)

    expect(page.get_by_role("alert")).to_contain_text("no answer")
    looks(page, "reset-no-answer")
    assert urlsplit(page.url).path == "/account/reset/step"
