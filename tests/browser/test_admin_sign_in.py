"""Signing in to /admin/ with number matching, proving both again, and the help desk's work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from idp.testing.federation import Federation

ADMINISTRATORS, HELP_DESK = "Tallystick Administrators", "Tallystick Help Desk"


@pytest.fixture
def administrator(federation: Federation):
    return federation.add_user(groups=(ADMINISTRATORS,))


def give_password(page: Page, user) -> None:
    page.get_by_label("User name").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def type_number(page: Page, user) -> None:
    number = page.locator("#validEntropyNumber")
    expect(number).to_be_visible()
    user.phone.approve(number=number.text_content())


def sign_in(page: Page, federation: Federation, user) -> None:
    page.goto(f"{federation.url}/admin/")
    page.get_by_role("link", name="Sign in", exact=True).click()
    give_password(page, user)
    type_number(page, user)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.mark.main_flow
def test_an_administrator_signs_in_with_the_number_and_proves_both_again_for_a_key(
    page, federation, administrator, looks
):
    page.goto(f"{federation.url}/admin/")
    looks(page, "admin-sign-in")
    sign_in(page, federation, administrator)
    expect(page.get_by_text(administrator.name)).to_be_visible()
    page.get_by_role("link", name="Keys").click()
    federation.clock.advance(6 * 60)

    page.get_by_label("Kind").select_option("ecdsa")
    page.get_by_role("button", name="Make the next key").click()
    give_password(page, administrator)
    type_number(page, administrator)
    go_on = page.get_by_role("button", name="Make the next token-signing key")
    expect(go_on).to_be_focused()
    looks(page, "admin-continue")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The next key is made")
    page.get_by_role("link", name="Audit").click()
    row = page.get_by_role("row", name="key.roll")
    expect(row).to_contain_text(administrator.name)
    looks(page, "admin-audit")


def test_the_help_desk_unlocks_a_user(page, federation, looks):
    helper = federation.add_user(groups=(HELP_DESK,))
    sign_in(page, federation, helper)

    expect(page.get_by_role("heading", name="Users at risk")).to_be_visible()
    expect(page.get_by_role("link", name="Keys")).to_have_count(0)
    looks(page, "admin-help-desk")
    page.get_by_label("Name", exact=True).fill(federation.user.name)
    page.get_by_role("button", name="Unlock").click()

    expect(page.get_by_role("status")).to_contain_text("can try again")


def test_a_user_without_a_second_factor_is_told_what_to_do(page, federation, looks):
    user = federation.add_user(phone=None, groups=(ADMINISTRATORS,))
    page.goto(f"{federation.url}/admin/")
    page.get_by_role("link", name="Sign in", exact=True).click()
    give_password(page, user)

    expect(page.get_by_role("alert")).to_contain_text("Register one at /account/")
    looks(page, "admin-no-factor")


def test_an_administrator_signs_in_without_script(page_without_script, federation, administrator):
    page = page_without_script
    page.goto(f"{federation.url}/admin/")
    page.get_by_role("link", name="Sign in", exact=True).click()
    give_password(page, administrator)
    number = page.locator("#validEntropyNumber").text_content()
    administrator.phone.approve(number=number)
    page.get_by_role("button", name="I have answered").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
