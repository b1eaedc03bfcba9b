"""The phone in a browser: from activation to an answer, as a person meets it."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from support.phones.phone_host import ALICE, BOB, PhoneHost

from idp.store.schema import devices

PHONE = {"width": 390, "height": 780}
READY = "Ready for sign-in requests"


@pytest.fixture
def phone_page(page: Page, phone_host: PhoneHost) -> Page:
    """Alice's phone page, activated by the address in her QR code."""
    page.set_viewport_size(PHONE)
    add(page, phone_host)
    return page


def add(page: Page, host: PhoneHost, user: str = ALICE, **options: bool) -> None:
    """Activate the page for one more user and wait until it listens."""
    before = page.get_by_text(READY).count()
    page.goto(host.activation_url(user, **options))
    expect(page.get_by_text(READY)).to_have_count(before + 1)


def type_number(phone: Page, number: str) -> None:
    phone.get_by_label("Enter number here").fill(number)
    phone.get_by_role("button", name="Yes").click()


def press(phone: Page, keys: str) -> None:
    """Type into the field for the number, which has the focus."""
    expect(phone.get_by_label("Enter number here")).to_be_focused()
    phone.keyboard.type(keys)


def outcome(phone: Page, title: str) -> None:
    """Expect the sheet to tell this, and the focus to be there for a screen reader."""
    expect(phone.get_by_role("heading", name=title, exact=True)).to_be_focused()


# Activation


def test_the_address_of_the_qr_code_activates_and_leaves_the_address_bar(phone_host, page):
    page.goto(phone_host.activation_url())
    expect(page.get_by_role("heading", name=ALICE)).to_be_visible()
    assert page.url == f"{phone_host.url}/authenticator/"
    (device,) = phone_host.services.mfa.devices.of_user(ALICE)
    assert (device.platform, device.kind) == ("web", "phone-current")


def test_the_address_opened_in_the_page_that_is_already_there_activates_too(phone_host, phone_page):
    add(phone_page, phone_host, BOB)
    expect(phone_page.get_by_role("heading", name=ALICE)).to_be_visible()


@pytest.mark.parametrize("spelling", ["{0}{1}{2}", " {0} {1} {2} ", "{0}-{1}-{2}", "{url}"])
def test_a_code_is_typed_as_people_do(phone_host, page, spelling):
    url = phone_host.activation_url()
    code = url.partition("#")[2]
    page.goto(f"{phone_host.url}/authenticator/")
    page.get_by_label("Activation code").fill(
        spelling.format(code[:3], code[3:6], code[6:], url=url)
    )
    page.get_by_label("Activation code").press("Enter")
    expect(page.get_by_text(READY)).to_be_visible()


def test_a_used_code_is_reported_and_another_can_be_typed(phone_host, page, new_page):
    url = phone_host.activation_url()
    page.goto(url)
    expect(page.get_by_text(READY)).to_be_visible()
    other = new_page()
    other.goto(url)
    expect(other.get_by_role("alert").filter(has_text="not valid")).to_be_visible()
    expect(other.get_by_label("Activation code")).to_be_focused()
    other.get_by_label("Activation code").fill("12")
    other.get_by_role("button", name="Activate").click()
    expect(other.get_by_text("An activation code has nine digits.")).to_be_visible()


def test_accounts_are_still_there_after_the_browser_reloads(phone_host, phone_page):
    phone_page.reload()
    started = phone_host.push()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")


def test_no_script_of_the_page_can_read_a_key(phone_host, page):
    add(page, phone_host, totp=True)
    told = page.evaluate(
        """async () => {
            const opened = indexedDB.open('tallystick-authenticator');
            const database = await new Promise((done) => {
                opened.onsuccess = () => done(opened.result);
            });
            const all = database.transaction('accounts').objectStore('accounts').getAll();
            const [account] = await new Promise((done) => {
                all.onsuccess = () => done(all.result);
            });
            const read = (format, key) => crypto.subtle.exportKey(format, key)
                .then(() => 'was read', (failure) => failure.name);
            return [await read('pkcs8', account.privateKey), await read('raw', account.seedKey),
                Object.keys(account).sort().join()];
        }"""
    )
    refused = "InvalidAccessError"
    assert told == [refused, refused, "added,id,issuer,privateKey,seedKey,user"]


def test_activating_a_user_again_replaces_the_account(phone_host, phone_page):
    phone_page.goto(phone_host.activation_url())
    expect(phone_page.get_by_text(f"{ALICE} was added")).to_be_attached()
    expect(phone_page.get_by_role("listitem")).to_have_count(1)
    started = phone_host.push()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")
    assert (
        phone_host.stored(started).answered_by
        == phone_host.services.mfa.devices.of_user(ALICE)[1].id
    )


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


def test_half_a_number_is_not_sent(phone_host, phone_page):
    started = phone_host.push()
    type_number(phone_page, "4")
    expect(
        phone_page.get_by_text("Type the two digits that the sign-in page shows.")
    ).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_be_focused()
    assert phone_host.stored(started).state == "pending"


def test_only_two_ascii_digits_stay_in_the_field(phone_host, phone_page):
    phone_host.push()
    press(phone_page, "a4٣ 27")
    expect(phone_page.get_by_label("Enter number here")).to_have_value("42")


def test_approve_and_deny_show_no_field(phone_host, phone_page):
    started = phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_visible()
    expect(phone_page.get_by_label("Enter number here")).to_be_hidden()
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
    assert phone_host.stored(started).state == "approved"


@pytest.mark.parametrize(
    ("experience", "button"), [("number_match", "No, it’s not me"), ("approve_deny", "Deny")]
)
def test_a_denial_ends_the_request(phone_host, phone_page, experience, button):
    started = phone_host.push(experience)
    phone_page.get_by_role("button", name=button, exact=True).click()
    outcome(phone_page, "Denied")
    assert (phone_host.stored(started).state, phone_host.stored(started).reported) == (
        "denied",
        False,
    )


def test_a_denial_is_reported_in_one_tap(phone_host, phone_page):
    started = phone_host.push()
    phone_page.get_by_role("button", name="Deny and report").click()
    outcome(phone_page, "Denied and reported")
    assert phone_host.stored(started).reported


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


def test_the_page_says_when_there_is_no_connection_and_comes_back(phone_host, phone_page):
    phone_page.reload()
    expect(phone_page.get_by_text(READY)).to_be_visible()
    phone_page.context.set_offline(True)
    phone_host.push()
    expect(phone_page.get_by_text("No connection; trying again")).to_be_visible()
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_label("Enter number here")).to_be_visible()


def test_an_answer_that_could_not_be_sent_can_be_sent_again(phone_host, phone_page):
    started = phone_host.push("approve_deny")
    expect(phone_page.get_by_role("button", name="Approve")).to_be_enabled()
    phone_page.route("**/api/answer", lambda route: route.abort())
    phone_page.get_by_role("button", name="Approve").click()
    expect(phone_page.get_by_text("the answer was not sent")).to_be_visible()
    phone_page.unroute("**/api/answer")
    phone_page.get_by_role("button", name="Approve").click()
    outcome(phone_page, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_a_phone_whose_clock_is_wrong_corrects_itself(phone_host, new_page):
    late = new_page()
    late.add_init_script("const real = Date.now; Date.now = () => real() - 3600_000;")
    add(late, phone_host)
    started = phone_host.push()
    type_number(late, started.number)
    outcome(late, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_a_removed_phone_is_reported(phone_host, phone_page):
    with phone_host.services.database.write() as connection:
        connection.execute(delete(devices))
    phone_page.reload()
    expect(phone_page.get_by_text("not registered, or no longer")).to_be_visible()


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


# Codes and accounts


def test_the_code_shown_is_right(phone_host, page):
    add(page, phone_host, totp=True)
    code = page.get_by_role("button", name="Copy the one-time code")
    expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
    shown = re.sub(r"\D", "", code.inner_text())
    assert phone_host.services.mfa.codes.check(ALICE, shown, attempt="1") == "right"


@pytest.mark.parametrize(
    "seed",
    ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", pyotp.random_base32()],
    ids=["the standard's", "a random one"],
)
@pytest.mark.parametrize("time", [59, 1_111_111_109, 20_000_000_000])
def test_codes_are_those_of_the_standard(phone_host, page, seed, time):
    page.goto(f"{phone_host.url}/authenticator/")
    told = page.evaluate(
        """async ([seed, time]) => {
            const codes = await import('/authenticator/static/codes.js');
            return codes.codeAt(await codes.importSeed(seed), time * 1000);
        }""",
        [seed, time],
    )
    assert told == pyotp.TOTP(seed).at(time)


def test_an_account_is_removed_when_that_is_meant(phone_host, phone_page):
    remove = phone_page.get_by_role("button", name=f"Remove {ALICE}")
    remove.click()
    phone_page.get_by_role("button", name="Keep").click()
    expect(phone_page.get_by_role("heading", name=ALICE)).to_be_visible()
    remove.click()
    phone_page.get_by_role("button", name="Remove", exact=True).click()
    expect(phone_page.get_by_label("Activation code")).to_be_visible()
    phone_page.reload()
    expect(phone_page.get_by_label("Activation code")).to_be_visible()
    expect(phone_page.get_by_role("heading", name=ALICE)).to_have_count(0)


def test_another_account_is_added_by_hand_or_cancelled(phone_host, phone_page):
    phone_page.get_by_role("button", name="Add an account").click()
    expect(phone_page.get_by_label("Activation code")).to_be_focused()
    phone_page.get_by_role("button", name="Cancel").click()
    expect(phone_page.get_by_label("Activation code")).to_be_hidden()


# Where it cannot work


def test_the_page_without_script_says_that_it_needs_script(phone_host, page_without_script, axe):
    page_without_script.goto(f"{phone_host.url}/authenticator/")
    expect(page_without_script.get_by_text("that takes JavaScript")).to_be_visible()
    axe(page_without_script)


def test_the_page_on_plain_http_says_why_it_cannot_work(phone_host, page, axe):
    def from_elsewhere(route):
        url = route.request.url.replace("http://phone.example.test", phone_host.url)
        route.fulfill(response=route.fetch(url=url))

    page.route("http://phone.example.test/**", from_elsewhere)
    page.goto("http://phone.example.test/authenticator/#123456789")
    expect(page.get_by_role("alert")).to_contain_text("tallystick demo --tls")
    expect(page.get_by_label("Activation code")).to_be_hidden()
    axe(page)


def test_at_another_address_of_the_server_the_page_names_the_right_one(phone_host, page):
    url = phone_host.activation_url()
    page.goto(url.replace("localhost", "127.0.0.1"))
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_text(READY)).to_be_visible()
    assert page.url.startswith(phone_host.url)


# Looks


def test_every_screen_is_pleasant_and_accessible(phone_host, page, looks, new_page):
    page.set_viewport_size(PHONE)
    page.goto(f"{phone_host.url}/authenticator/")
    expect(page.get_by_label("Activation code")).to_be_visible()
    looks(page, "phone-empty")
    add(page, phone_host, totp=True)
    add(page, phone_host, BOB)
    looks(page, "phone-accounts")
    number = phone_host.push()
    expect(page.get_by_role("button", name="Yes")).to_be_enabled()
    looks(page, "phone-number")
    type_number(page, number.number)
    outcome(page, "Approved")
    looks(page, "phone-approved")
    page.get_by_role("button", name="Done").click()
    phone_host.push("approve_deny")
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    looks(page, "phone-approve-deny")
    phone_host.phone().approve()
    outcome(page, "This request is over")
    looks(page, "phone-over")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name=f"Remove {BOB}").click()
    looks(page, "phone-removal")
