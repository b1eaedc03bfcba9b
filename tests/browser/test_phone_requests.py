"""Requests on the phone in a browser: a number, Approve and Deny, and what comes between."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.phones.phone_page import add, outcome, type_number
from support.users import ALICE, BOB

from adapter.mfa.push.pauses import PushReported
from idp.management.policies import change


def press(phone: Page, keys: str) -> None:
    """Type into the field for the number, which has the focus."""
    expect(phone.get_by_label("Enter number here")).to_be_focused()
    phone.keyboard.type(keys)


# Answers


def test_the_number_approves(phone_host, phone_page):
    started = phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    expect(phone_page).to_have_title("Sign-in request – Authenticator")
    expect(phone_page.get_by_text("Payroll")).to_be_visible()
    expect(phone_page.get_by_text("192.0.2.7")).to_be_visible()
    assert (
        started.number not in phone_page.get_by_role("dialog").get_by_role("heading").inner_text()
    )
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")
    assert phone_host.stored(started).state == "approved"
    phone_page.get_by_role("button", name="Done").click()
    expect(phone_page.get_by_role("dialog")).to_have_count(0)
    expect(phone_page).to_have_title("Authenticator")


def test_what_a_policy_hides_has_no_line_on_the_phone(phone_host, phone_page):
    features = "MicrosoftAuthenticator.featureSettings"
    change(
        phone_host.services,
        {
            f"{features}.displayAppInformationRequiredState.state": "disabled",
            f"{features}.displayLocationInformationRequiredState.state": "disabled",
        },
    )
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    expect(phone_page.get_by_text("Account", exact=True)).to_be_visible()
    for hidden in ("Application", "From"):
        expect(phone_page.get_by_text(hidden, exact=True)).to_be_hidden()


def test_a_request_appears_while_the_page_waits(room_reads, endless_wait, phone_host, phone_page):
    """The page's poll would never end by itself: the request ends it, and is shown."""
    room_reads.wait_for(bool)
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()


def test_the_keyboard_alone_is_enough(phone_host, phone_page):
    started = phone_host.push()
    expect(phone_page.get_by_role("button", name="Yes")).to_be_enabled()
    phone_page.keyboard.type(started.number)
    phone_page.keyboard.press("Enter")
    outcome(phone_page, "Approved")
    phone_page.keyboard.press("Tab")
    phone_page.keyboard.press("Enter")
    expect(phone_page.get_by_role("dialog")).to_have_count(0)


def test_a_wrong_number_is_the_end_of_the_request(phone_host, phone_page):
    started = phone_host.push()
    type_number(phone_page, str(109 - int(started.number)))
    outcome(phone_page, "That was not the number")
    assert phone_host.stored(started).state == "wrong_number"


@pytest.mark.parametrize("typed", ["", "4", "427", "42 17"])
def test_what_is_not_two_digits_is_not_sent(phone_host, phone_page, typed):
    """Nor is it cut to two, which would be another number and end the request."""
    started = phone_host.push()
    type_number(phone_page, typed)
    expect(
        phone_page.get_by_text("Type the two digits that the sign-in page shows.")
    ).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    assert phone_host.stored(started).state == "pending"


def test_only_ascii_digits_stay_in_the_field(phone_host, phone_page):
    phone_host.push()
    press(phone_page, "a4٣ ２")
    expect(phone_page.get_by_label("Enter number here")).to_have_value("42")


def test_approve_and_deny_show_no_field(phone_host, phone_page):
    started = phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_be_hidden()
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
    assert phone_host.stored(started).state == "approved"


def deny(phone: Page, name: str = "Deny") -> None:
    """Answer a request with a number: "No", then whether to report it."""
    phone.get_by_role("button", name="No, it’s not me").click()
    phone.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("experience", ["number_match", "approve_deny"])
def test_a_denial_ends_the_request(phone_host, phone_page, experience):
    started = phone_host.push(experience)
    if experience == "number_match":
        phone_page.get_by_role("button", name="No, it’s not me").click()
    phone_page.get_by_role("button", name="Deny", exact=True).click()
    outcome(phone_page, "Denied")
    assert (phone_host.stored(started).state, phone_host.stored(started).reported) == (
        "denied",
        False,
    )
    expect(phone_page.locator(".outcome svg .good")).to_be_hidden()
    expect(phone_page.locator(".outcome svg .ended")).to_have_css("display", "inline")


def test_not_me_asks_whether_to_report_and_has_denied_nothing_yet(phone_host, phone_page, looks):
    started = phone_host.push()
    phone_page.get_by_role("button", name="No, it’s not me").click()
    expect(phone_page.get_by_role("heading", name="Report this request?")).to_be_focused()
    expect(phone_page.get_by_label("Enter number here")).to_be_hidden()
    expect(phone_page.get_by_role("button", name="Deny and report")).to_be_enabled()
    looks(phone_page, "phone-report")
    assert phone_host.stored(started).state == "pending"

    phone_page.get_by_role("button", name="Back").click()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")


def test_the_next_request_does_not_begin_with_the_question_of_the_last(phone_host, phone_page):
    phone_host.push()
    phone_page.get_by_role("button", name="No, it’s not me").click()
    expect(phone_page.get_by_role("heading", name="Report this request?")).to_be_focused()
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    expect(phone_page.get_by_role("button", name="Deny", exact=True)).to_be_hidden()


@pytest.mark.parametrize("experience", ["number_match", "approve_deny"])
def test_a_denial_is_reported(phone_host, phone_page, looks, experience):
    started = phone_host.push(experience)
    if experience == "number_match":
        phone_page.get_by_role("button", name="No, it’s not me").click()
    phone_page.get_by_role("button", name="Deny and report").click()
    outcome(phone_page, "Denied and reported")
    expect(phone_page.get_by_text("No more requests are sent to you")).to_be_visible()
    looks(phone_page, "phone-reported")
    assert phone_host.stored(started).reported
    with pytest.raises(PushReported):
        phone_host.push()


def test_a_denial_by_keyboard_alone(phone_host, phone_page):
    started = phone_host.push()
    expect(phone_page.get_by_role("button", name="Yes")).to_be_enabled()
    for key in ("Tab", "Tab", "Enter"):
        phone_page.keyboard.press(key)
    expect(phone_page.get_by_role("button", name="Deny", exact=True)).to_be_enabled()
    for key in ("Tab", "Enter"):
        phone_page.keyboard.press(key)
    outcome(phone_page, "Denied")
    assert phone_host.stored(started).state == "denied"


def test_a_tap_meant_for_the_screen_before_is_no_answer(phone_host, phone_page):
    """Approve appears where the finger already is: for a moment it does not count."""
    started = phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_disabled()
    expect(phone_page.get_by_role("button", name="Approve")).to_be_enabled()
    assert phone_host.stored(started).state == "pending"


def test_escape_is_no_answer(phone_host, phone_page):
    phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    for _ in range(3):
        phone_page.keyboard.press("Escape")
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()
    phone_page.evaluate("document.querySelector('dialog[open]').close()")  # as a back gesture does
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()


# What happens meanwhile


def test_polls_take_neither_the_focus_nor_typed_digits(phone_host, phone_page):
    add(phone_page, phone_host, BOB)
    phone_host.push()
    press(phone_page, "4")
    phone_host.push("approve_deny", BOB)
    expect(phone_page.get_by_text("1 more to answer")).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_have_value("4")
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()


def test_a_newer_request_takes_the_place_of_the_old_one_and_its_digits(phone_host, phone_page):
    phone_host.push()
    press(phone_page, "4")
    second = phone_host.push()
    expect(phone_page.get_by_text("A newer request replaced the last one")).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_have_value("")
    type_number(phone_page, second.number)
    outcome(phone_page, "Approved")
    assert phone_host.stored(second).state == "approved"


def test_two_requests_are_answered_one_after_the_other(phone_host, phone_page):
    add(phone_page, phone_host, BOB)
    sheet = phone_page.get_by_role("dialog")
    first = phone_host.push("approve_deny")
    expect(sheet.get_by_text(ALICE)).to_be_visible()
    second = phone_host.push("approve_deny", BOB)
    expect(phone_page.get_by_text("1 more to answer")).to_be_visible()
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
    phone_page.get_by_role("button", name="Done").click()
    expect(sheet.get_by_text(BOB)).to_be_visible()
    phone_page.get_by_role("button", name="Deny", exact=True).click()
    outcome(phone_page, "Denied")
    assert [phone_host.stored(each).state for each in (first, second)] == ["approved", "denied"]


def test_the_page_says_when_there_is_no_connection_and_comes_back(phone_host, phone_page, looks):
    phone_page.context.set_offline(True)
    phone_host.push()
    expect(phone_page.get_by_text("codes still work")).to_be_visible()
    expect(phone_page.get_by_text("No connection; trying again")).to_be_visible()
    looks(phone_page, "phone-offline")
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()
    expect(phone_page.get_by_text("codes still work")).to_have_count(0)


def test_a_request_on_screen_says_when_there_is_no_connection(phone_host, phone_page, looks):
    started = phone_host.push()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    phone_page.context.set_offline(True)
    sheet = phone_page.get_by_role("dialog").get_by_role("status")
    expect(sheet.filter(has_text="An answer cannot be sent meanwhile")).to_be_visible()
    looks(phone_page, "phone-request-offline")
    phone_page.context.set_offline(False)
    expect(sheet.filter(has_text="No connection")).to_have_count(0)
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")


def test_an_answer_that_could_not_be_sent_can_be_sent_again(phone_host, phone_page):
    started = phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_enabled()
    phone_page.route("**/api/answer", lambda route: route.abort())
    phone_page.get_by_role("button", name="Approve").click()
    failure = phone_page.get_by_role("alert").filter(has_text="the answer was not sent")
    expect(failure).to_be_visible()
    phone_page.unroute("**/api/answer")
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
    expect(failure).to_be_hidden()
    assert phone_host.stored(started).state == "approved"


def test_a_phone_whose_clock_is_wrong_corrects_itself(phone_host, new_page):
    late = new_page()
    late.add_init_script("const real = Date.now; Date.now = () => real() - 3600_000;")
    add(late, phone_host)
    started = phone_host.push()
    type_number(late, started.number)
    outcome(late, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_five_accounts_are_all_heard(phone_host, phone_page):
    """More than a browser has connections for: they are asked in turn."""
    for number in range(4):
        user = f"user{number}@example.test"
        phone_host.services.directory.add(user, "a long password")
        add(phone_page, phone_host, user)
    phone_host.push("approve_deny", "user2@example.test")
    expect(phone_page.get_by_role("dialog").get_by_text("user2@example.test")).to_be_visible()
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
