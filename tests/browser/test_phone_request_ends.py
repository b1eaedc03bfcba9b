"""How the phone page tells that a request has ended without its answer."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import delete
from support.phones.phone_page import outcome, type_number
from support.users import ALICE

from idp.store.mfa_schema import devices

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


def test_a_request_answered_on_another_phone_is_over(phone_host, phone_page):
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()
    phone_host.phone().deny()
    outcome(phone_page, "This request is over")


def test_a_request_of_a_user_who_was_disabled_is_over_and_says_so(phone_host, phone_page):
    phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_enabled()
    phone_host.services.directory.disable(ALICE)
    outcome(phone_page, "This request is over")
    expect(phone_page.locator("#outcome-text")).to_contain_text("The account is disabled")


def test_a_request_whose_time_is_up_is_over(phone_host, phone_page):
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()
    phone_host.clock.advance(61)
    outcome(phone_page, "Too late")


def test_a_failure_that_the_server_told_stays_until_it_was_seen(phone_host, phone_page):
    phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_enabled()
    told = {"error": "wrong_nonce", "problem": "The answer is for another request", "remedy": ""}
    phone_page.route("**/api/answer", lambda route: route.fulfill(status=409, json=told))
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "That did not work")
    phone_page.unroute("**/api/answer")
    phone_page.clock.install()
    newer = phone_host.push()
    phone_page.clock.run_for(30_000)

    expect(phone_page.get_by_role("heading", name="That did not work")).to_be_visible()
    expect(phone_page.get_by_text("1 more to answer")).to_be_visible()
    phone_page.get_by_role("button", name="Done").click()
    phone_page.clock.run_for(5_000)
    type_number(phone_page, newer.number)
    outcome(phone_page, "Approved")


def test_a_removed_phone_is_reported(phone_host, phone_page):
    with phone_host.services.database.write() as connection:
        connection.execute(delete(devices))
    phone_page.reload()
    expect(phone_page.get_by_text("not registered, or no longer")).to_be_visible()
