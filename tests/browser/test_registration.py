"""Adding the Authenticator in a real browser: QR code, test notification with a number, method."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page, expect

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile
from idp.testing.federation import Federation


def sign_in(page: Page, federation: Federation, user) -> None:
    page.goto(f"{federation.url}/account/")
    page.get_by_label("User name").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.main_flow
def test_a_phone_is_added_by_its_qr_code_and_the_number_of_a_test(
    page, federation, tmp_path, looks
):
    user = federation.add_user(phone=None)
    phone = Phone(PhoneFile(tmp_path / "p.json"), now=lambda: federation.clock.now().timestamp())
    sign_in(page, federation, user)
    looks(page, "account-no-methods")
    page.get_by_role("link", name="Authenticator app", exact=True).click()
    expect(page.locator("#qr svg")).to_be_visible()
    looks(page, "account-scan")

    phone.activate(page.locator("#activationAddress").get_attribute("href"))
    number = page.locator("#validEntropyNumber")
    expect(number).to_be_visible()
    looks(page, "account-test")
    phone.approve(number=number.text_content())

    expect(page.get_by_role("status").filter(has_text="was added")).to_be_visible()
    expect(page.locator("[data-kind=push]")).to_be_visible()
    looks(page, "account-methods")


def test_the_number_is_asked_at_the_next_visit_and_a_failure_is_said(page, federation, looks):
    user = federation.user
    sign_in(page, federation, user)
    number = page.locator("#validEntropyNumber")
    expect(number).to_be_visible()
    looks(page, "account-number")

    user.phone.deny()
    expect(page.locator("#errorText")).to_contain_text("denied")
    looks(page, "account-denied")
    page.get_by_role("button", name="Send another request").click()
    user.phone.approve(number=number.text_content())

    expect(page.get_by_role("heading", name="Your sign-in methods")).to_be_visible()


def test_a_phone_is_added_without_script_and_by_keyboard(page_without_script, federation, tmp_path):
    page, user = page_without_script, federation.add_user(phone=None)
    phone = Phone(PhoneFile(tmp_path / "p.json"), now=lambda: federation.clock.now().timestamp())
    sign_in(page, federation, user)
    page.get_by_role("link", name="Authenticator app", exact=True).focus()
    page.keyboard.press("Enter")
    phone.activate(page.locator("#activationAddress").get_attribute("href"))
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    phone.approve(number=page.locator("#validEntropyNumber").text_content())
    page.get_by_role("button", name="I have answered").focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-kind=push]")).to_be_visible()


@pytest.mark.main_flow
def test_a_code_app_is_added_without_script_and_by_keyboard(page_without_script, federation):
    page, user = page_without_script, federation.add_user(phone=None)
    page.goto(f"{federation.url}/account/")
    page.get_by_label("User name").and_(page.locator(":focus")).wait_for()
    page.keyboard.type(user.name)
    page.keyboard.press("Tab")
    page.keyboard.type(user.password)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Another authenticator app").press("Enter")
    page.locator("#qr svg").wait_for()
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("Name").focus()
    page.keyboard.type("My key ring")
    page.keyboard.press("Tab")
    page.keyboard.type(app.at(federation.clock.now()))
    page.keyboard.press("Enter")

    page.locator("[data-kind=totp]").get_by_text("My key ring").wait_for()


def test_removing_the_last_method_says_what_that_means(page, federation, looks):
    user = federation.user
    sign_in(page, federation, user)
    number = page.locator("#validEntropyNumber")
    expect(number).to_be_visible()
    user.phone.approve(number=number.text_content())
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".alert")).to_be_visible()
    looks(page, "account-remove")

    page.get_by_role("button", name="Remove", exact=True).click()

    expect(page.locator("#noMethods")).to_be_visible()
