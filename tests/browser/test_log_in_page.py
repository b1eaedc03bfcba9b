"""The log-in page in a real browser: how it looks, and Enter pressed twice on it.

Whoever presses Enter twice is signed in, with and without script.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from idp.signin import flow
from idp.testing.federation import Federation

RUNS = 20


@pytest.fixture(autouse=True)
def endless_repetition(monkeypatch):
    """Let the time for the second post never be up, however slow this machine is."""
    monkeypatch.setattr(flow, "REPEATABLE_FOR", timedelta(hours=1))


@pytest.fixture
def easy_service_provider(federation: Federation, service_provider):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    return service_provider


def press_enter_twice(page: Page, federation: Federation, pause: float) -> None:
    """Give name and password on the log-in page; the second press may come at any moment."""
    page.get_by_label("User name").fill(federation.user.name)
    page.get_by_label("Password").fill(federation.user.password)
    page.keyboard.press("Enter", delay=1)
    page.wait_for_timeout(pause)
    page.keyboard.press("Enter", delay=1)


@pytest.mark.parametrize("binding", ["redirect", "post"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with-script", "without-script"])
def test_the_application_opens(scripts, binding, federation, easy_service_provider, new_page):
    for run in range(RUNS // 4):
        page = new_page(java_script_enabled=scripts)
        page.goto(easy_service_provider.login_url(binding=binding))
        if not scripts and binding == "post":
            page.get_by_role("button").click()
        press_enter_twice(page, federation, pause=run * 12)
        if not scripts:
            page.get_by_role("button", name="Continue").click()
        expect(page.locator("#user")).to_have_text(federation.user.name)


@pytest.mark.parametrize("scripts", [True, False], ids=["with-script", "without-script"])
def test_the_number_on_the_page_is_that_of_the_phone(
    scripts, federation, service_provider, new_page, phone
):
    for run in range(3):
        page = new_page(java_script_enabled=scripts)
        page.goto(service_provider.login_url())
        press_enter_twice(page, federation, pause=run * 12)
        number = page.locator("#validEntropyNumber").inner_text()
        assert len(phone.pending()) == 1
        phone.approve(number)
        if not scripts:
            page.locator("#loginForm").get_by_role("button").first.click()
            page.get_by_role("button", name="Continue").click()
        expect(page.locator("#user")).to_have_text(federation.user.name)
        page.context.close()


def test_a_code_is_taken_although_enter_is_pressed_twice(federation, service_provider, new_page):
    for run in range(3):
        user = federation.add_user(phone=None, totp=True)
        page = new_page()
        page.goto(service_provider.login_url())
        page.get_by_label("User name").fill(user.name)
        page.get_by_label("Password").fill(user.password)
        page.keyboard.press("Enter")
        page.locator("#verificationCodeInput").fill(user.code())
        page.keyboard.press("Enter", delay=1)
        page.wait_for_timeout(run * 12)
        page.keyboard.press("Enter", delay=1)
        expect(page.locator("#user")).to_have_text(user.name)
        page.context.close()


@pytest.mark.main_flow(dark=True)
def test_the_pages_of_a_sign_in_look_right(federation, service_provider, page, phone, looks):
    page.goto(service_provider.login_url())
    looks(page, "log-in")
    page.get_by_label("User name").fill(federation.user.name)
    page.locator("#passwordInput").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#errorText")).not_to_be_empty()
    looks(page, "log-in-wrong")
    page.locator("#passwordInput").fill(federation.user.password)
    page.keyboard.press("Enter")
    expect(page.locator("#validEntropyNumber")).to_be_visible()
    looks(page, "mfa-number")

    federation.services.directory.disable(federation.user.name)

    expect(page.locator("#errorCode")).to_contain_text("the account was disabled")
    looks(page, "mfa-disabled")
