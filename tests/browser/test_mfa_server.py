"""MFA Server's page in a browser: it posts itself, hangs, and goes on when the phone answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from adapter.mfa_server.page import ERRORS
from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD

LONG = 60.0


@pytest.fixture
def enabled(federation, enable):
    enable("AzureMfaServerAuthentication")


def log_in(page, sp):
    page.goto(sp.url())
    page.fill("#userNameInput", DEFAULT_NAME)
    page.fill("#passwordInput", DEFAULT_PASSWORD)
    page.click("#submitButton", no_wait_after=True)


@pytest.mark.usefixtures("enabled")
def test_the_page_posts_itself_and_shows_the_denial_and_another_request_signs_in(
    page, sp, phone, looks
):
    log_in(page, sp)
    phone.deny(timeout=LONG)
    expect(page.locator("#errorText")).to_have_text(ERRORS["denied"])
    looks(page, "mfa-server-denied")
    assert phone.pending() == ()

    page.click("text=Send another request", no_wait_after=True)
    with page.expect_request(lambda request: "SAMLResponse" in (request.post_data or "")):
        phone.approve(timeout=LONG)


@pytest.mark.usefixtures("enabled")
def test_without_script_the_user_presses_the_button(page_without_script, sp, phone, looks):
    log_in(page_without_script, sp)
    button = page_without_script.locator("#submitButton")
    expect(button).to_have_text("Continue")
    looks(page_without_script, "mfa-server")
    assert phone.pending() == ()

    button.click(no_wait_after=True)
    phone.approve(timeout=LONG)

    expect(page_without_script.locator("form[name=hiddenform]")).to_be_attached()
