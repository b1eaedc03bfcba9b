"""How the phone page tells that a request has ended without its answer."""

from __future__ import annotations

from playwright.sync_api import expect
from support.phones.phone_page import outcome, type_number
from support.users import ALICE

BLOCKED = "Your account is blocked"


def test_a_block_while_the_request_is_on_screen_is_told_as_such(phone_host, phone_page, looks):
    phone_host.push()
    expect(phone_page.get_by_role("button", name="Yes")).to_be_enabled()
    phone_host.services.mfa.protection.block(ALICE)
    outcome(phone_page, BLOCKED)
    looks(phone_page, "phone-blocked")


def test_an_answer_that_comes_after_a_block_is_told_as_such(phone_host, phone_page):
    started = phone_host.push()
    expect(phone_page.get_by_role("button", name="Yes")).to_be_enabled()

    def block_first(route) -> None:
        phone_host.services.mfa.protection.block(ALICE)
        route.continue_()

    phone_page.route("**/api/answer", block_first)
    type_number(phone_page, started.number)
    outcome(phone_page, BLOCKED)
