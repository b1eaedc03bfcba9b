"""The page of the Entra MFA adapter in a browser: what it tells while it waits for the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD

LOST = "No connection to the server."
WAITING = "Waiting for your phone…"


@pytest.fixture
def mfa_page(page: Page, sp) -> Page:
    """The page with the number, after the password. The service provider is a page of one line."""
    page.route("https://sp.example.test/**", lambda route: route.fulfill(body="signed in"))
    page.goto(sp.url())
    page.fill("#userNameInput", DEFAULT_NAME)
    page.fill("#passwordInput", DEFAULT_PASSWORD)
    page.click("#submitButton")
    expect(page.locator("#validEntropyNumber")).to_be_visible()
    return page


def test_a_lost_connection_is_told_in_the_live_region_and_the_page_recovers(mfa_page, phone, looks):
    number = mfa_page.locator("#validEntropyNumber").inner_text()
    told = mfa_page.get_by_role("status")
    expect(told).to_have_text(WAITING)
    mfa_page.context.set_offline(True)
    expect(told).to_contain_text(LOST)
    looks(mfa_page, "mfa-offline")
    mfa_page.context.set_offline(False)
    expect(told).to_have_text(WAITING)

    phone.approve(number=number)
    expect(mfa_page.get_by_text("signed in", exact=True)).to_be_visible()


def test_a_server_that_cannot_answer_is_told_as_a_lost_connection(mfa_page):
    mfa_page.route("**/adfs/ls/**", lambda route: route.fulfill(status=503))
    expect(mfa_page.get_by_role("status")).to_contain_text(LOST)
    mfa_page.unroute("**/adfs/ls/**")
    expect(mfa_page.get_by_role("status")).to_have_text(WAITING)
