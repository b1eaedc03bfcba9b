"""The page for a new password in a real browser: by keyboard, without script, and to look at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from idp.config.schema import SignInSection
from idp.testing.federation import Federation
from idp.testing.service_provider import ServiceProvider

NEW = "Battery staple 9"


@pytest.fixture
def password_url(federation: Federation, served) -> str:
    served(sign_in=SignInSection(password_change=True))
    return f"{federation.url}/adfs/portal/updatepassword/"


def type_passwords(page: Page, old: str, new: str) -> None:
    """Type as people do, from field to field by the keyboard; the cursor stands in the first."""
    for text in (old, new, new):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_a_password_is_changed_by_keyboard_without_script(
    federation, password_url, page_without_script
):
    page, user = page_without_script, federation.user
    page.goto(password_url)
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(user.name)
    page.keyboard.press("Tab")
    type_passwords(page, user.password, NEW)
    expect(page.get_by_role("status")).to_contain_text("has been changed")
    assert federation.services.directory.check_password(user.name, NEW).user is not None


def test_a_user_who_has_to_change_the_password_goes_on_to_the_application(
    federation: Federation, service_provider: ServiceProvider, password_url, page, phone, looks
):
    user = federation.user
    federation.services.directory.set_password(user.name, user.password, must_change=True)
    page.goto(service_provider.login_url())
    page.get_by_label("User name").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("User name")).to_have_value(user.name)
    expect(page.get_by_label("Old password")).to_be_focused()
    looks(page, "password-must-change")

    type_passwords(page, user.password, NEW)

    phone.approve(page.locator("#validEntropyNumber").inner_text())
    expect(page.locator("#user")).to_have_text(user.name)


def test_the_page_looks_right_with_errors_and_at_the_end(federation, password_url, page, looks):
    page.goto(password_url)
    looks(page, "password-change")
    for old, name in (
        ("wrong", "password-refused"),
        (federation.user.password, "password-changed"),
    ):
        page.get_by_label("User name").fill(federation.user.name)
        page.get_by_label("Old password").focus()
        expect(page.get_by_label("Old password")).to_be_focused()
        type_passwords(page, old, NEW)
        expect(page.locator("#error, #updatedMessage")).not_to_be_empty()
        looks(page, name)
