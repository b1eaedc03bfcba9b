"""The phone page in a browser: how a test adds an account, answers, and reads the outcome."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from support.phones.phone_host import PhoneHost
from support.users import ALICE

PHONE = {"width": 390, "height": 780}
READY = "Ready for sign-in requests"


def add(page: Page, host: PhoneHost, user: str = ALICE, **options: bool) -> None:
    """Activate the page for one more user and wait until it listens."""
    before = page.get_by_text(READY).count()
    page.goto(host.activation_url(user, **options))
    expect(page.get_by_text(READY)).to_have_count(before + 1)


def rehearse(
    page: Page, host: PhoneHost, platform: str, version: str | None = None, user: str = ALICE
) -> None:
    """Fill the form that makes the page another app, and press Activate."""
    page.goto(f"{host.url}/authenticator/")
    page.get_by_text("Advanced: rehearse another app").click()
    page.get_by_label("Platform").select_option(platform)
    if version is not None:
        page.get_by_label("Version of the app").fill(version)
    page.get_by_label("Activation code").fill(host.activation_url(user))
    page.get_by_role("button", name="Activate").click()


def type_number(phone: Page, number: str) -> None:
    phone.get_by_label("Enter number here").fill(number)
    phone.get_by_role("button", name="Yes").click()


def outcome(phone: Page, title: str) -> None:
    """Expect the sheet to tell this, and the focus to be there for a screen reader."""
    expect(phone.get_by_role("heading", name=title, exact=True)).to_be_focused()
