"""The phone in a browser: from activation to an answer, as a person meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from support.phones.phone_host import ALICE, BOB, PhoneHost, running

from idp.store.schema import devices

PHONE = {"width": 390, "height": 780}
READY = "Ready for sign-in requests"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PhoneHost]:
    """A running phone host."""
    with running(tmp_path) as running_host:
        yield running_host


@pytest.fixture
def phone(page: Page, host: PhoneHost) -> Page:
    """Alice's phone page, activated by the address in her QR code."""
    page.set_viewport_size(PHONE)
    add(page, host)
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


def test_the_address_of_the_qr_code_activates_and_leaves_the_address_bar(host, page):
    page.goto(host.activation_url())
    expect(page.get_by_role("heading", name=ALICE)).to_be_visible()
    assert page.url == f"{host.url}/authenticator/"
    (device,) = host.services.mfa.devices.of_user(ALICE)
    assert (device.platform, device.kind) == ("web", "phone-current")


def test_the_address_opened_in_the_page_that_is_already_there_activates_too(host, phone):
    add(phone, host, BOB)
    expect(phone.get_by_role("heading", name=ALICE)).to_be_visible()


@pytest.mark.parametrize("spelling", ["{0}{1}{2}", " {0} {1} {2} ", "{0}-{1}-{2}", "{url}"])
def test_a_code_is_typed_as_people_do(host, page, spelling):
    url = host.activation_url()
    code = url.partition("#")[2]
    page.goto(f"{host.url}/authenticator/")
    page.get_by_label("Activation code").fill(
        spelling.format(code[:3], code[3:6], code[6:], url=url)
    )
    page.get_by_label("Activation code").press("Enter")
    expect(page.get_by_text(READY)).to_be_visible()


def test_a_code_that_was_used_says_so_and_may_be_typed_again(host, page, new_page):
    url = host.activation_url()
    page.goto(url)
    expect(page.get_by_text(READY)).to_be_visible()
    other = new_page()
    other.goto(url)
    expect(other.get_by_role("alert").filter(has_text="not valid")).to_be_visible()
    expect(other.get_by_label("Activation code")).to_be_focused()
    other.get_by_label("Activation code").fill("12")
    other.get_by_role("button", name="Activate").click()
    expect(other.get_by_text("An activation code has nine digits.")).to_be_visible()


def test_accounts_are_still_there_after_the_browser_reloads(host, phone):
    phone.reload()
    started = host.push()
    type_number(phone, started.number)
    outcome(phone, "Approved")


def test_no_script_of_the_page_can_read_a_key(host, page):
    add(page, host, totp=True)
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


def test_activating_a_user_again_replaces_the_account(host, phone):
    phone.goto(host.activation_url())
    expect(phone.get_by_text(f"{ALICE} was added")).to_be_attached()
    expect(phone.get_by_role("listitem")).to_have_count(1)
    started = host.push()
    type_number(phone, started.number)
    outcome(phone, "Approved")
    assert host.stored(started).answered_by == host.services.mfa.devices.of_user(ALICE)[1].id


# Answers


def test_the_number_approves(host, phone):
    started = host.push()
    expect(phone.get_by_label("Enter number here")).to_be_focused()
    expect(phone).to_have_title("Sign-in request – Authenticator")
    expect(phone.get_by_text("Payroll")).to_be_visible()
    expect(phone.get_by_text("192.0.2.7")).to_be_visible()
    assert started.number not in phone.get_by_role("dialog").get_by_role("heading").inner_text()
    type_number(phone, started.number)
    outcome(phone, "Approved")
    assert host.stored(started).state == "approved"
    phone.get_by_role("button", name="Done").click()
    expect(phone.get_by_role("dialog")).to_have_count(0)
    expect(phone).to_have_title("Authenticator")


def test_a_request_appears_within_a_second(host, phone):
    host.push()
    expect(phone.get_by_label("Enter number here")).to_be_visible(timeout=1000)


def test_the_keyboard_alone_is_enough(host, phone):
    started = host.push()
    expect(phone.get_by_role("button", name="Yes")).to_be_enabled()
    phone.keyboard.type(started.number)
    phone.keyboard.press("Enter")
    outcome(phone, "Approved")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("dialog")).to_have_count(0)


def test_a_wrong_number_is_the_end_of_the_request(host, phone):
    started = host.push()
    type_number(phone, str(109 - int(started.number)))
    outcome(phone, "That was not the number")
    assert host.stored(started).state == "wrong_number"


def test_half_a_number_is_not_sent(host, phone):
    started = host.push()
    type_number(phone, "4")
    expect(phone.get_by_text("Type the two digits that the sign-in page shows.")).to_be_visible()
    expect(phone.get_by_label("Enter number here")).to_be_focused()
    assert host.stored(started).state == "pending"


def test_only_two_ascii_digits_stay_in_the_field(host, phone):
    host.push()
    press(phone, "a4٣ 27")
    expect(phone.get_by_label("Enter number here")).to_have_value("42")


def test_approve_and_deny_show_no_field(host, phone):
    started = host.push("approve_deny")
    expect(phone.get_by_role("button", name="Approve")).to_be_visible()
    expect(phone.get_by_label("Enter number here")).to_be_hidden()
    phone.get_by_role("button", name="Approve").click()
    outcome(phone, "Approved")
    assert host.stored(started).state == "approved"


@pytest.mark.parametrize(
    ("experience", "button"), [("number_match", "No, it’s not me"), ("approve_deny", "Deny")]
)
def test_a_denial_ends_it(host, phone, experience, button):
    started = host.push(experience)
    phone.get_by_role("button", name=button, exact=True).click()
    outcome(phone, "Denied")
    assert (host.stored(started).state, host.stored(started).reported) == ("denied", False)


def test_a_denial_is_reported_in_one_tap(host, phone):
    started = host.push()
    phone.get_by_role("button", name="Deny and report").click()
    outcome(phone, "Denied and reported")
    assert host.stored(started).reported


def test_a_tap_meant_for_the_screen_before_is_no_answer(host, phone):
    """Approve appears where the finger already is: for a moment it does not count."""
    started = host.push("approve_deny")
    expect(phone.get_by_role("button", name="Approve")).to_be_disabled()
    expect(phone.get_by_role("button", name="Approve")).to_be_enabled()
    assert host.stored(started).state == "pending"


def test_escape_is_no_answer(host, phone):
    host.push()
    expect(phone.get_by_label("Enter number here")).to_be_focused()
    for _ in range(3):
        phone.keyboard.press("Escape")
    expect(phone.get_by_label("Enter number here")).to_be_visible()
    phone.evaluate("document.querySelector('dialog[open]').close()")  # as a back gesture does
    expect(phone.get_by_label("Enter number here")).to_be_focused()


# What happens meanwhile


def test_polls_take_neither_the_focus_nor_typed_digits(host, phone):
    add(phone, host, BOB)
    host.push()
    press(phone, "4")
    host.push("approve_deny", BOB)
    expect(phone.get_by_text("1 more to answer")).to_be_visible()
    expect(phone.get_by_label("Enter number here")).to_have_value("4")
    expect(phone.get_by_label("Enter number here")).to_be_focused()


def test_a_newer_request_takes_the_place_of_the_old_one_and_its_digits(host, phone):
    host.push()
    press(phone, "4")
    second = host.push()
    expect(phone.get_by_text("A newer request replaced the last one")).to_be_visible()
    expect(phone.get_by_label("Enter number here")).to_have_value("")
    type_number(phone, second.number)
    outcome(phone, "Approved")
    assert host.stored(second).state == "approved"


def test_a_request_answered_on_another_phone_is_over(host, phone):
    host.push()
    expect(phone.get_by_label("Enter number here")).to_be_visible()
    host.phone().deny()
    outcome(phone, "This request is over")


def test_a_request_whose_time_is_up_is_over(host, phone):
    host.push()
    expect(phone.get_by_label("Enter number here")).to_be_visible()
    host.clock.advance(61)
    outcome(phone, "Too late")


def test_two_requests_are_answered_one_after_the_other(host, phone):
    add(phone, host, BOB)
    sheet = phone.get_by_role("dialog")
    first = host.push("approve_deny")
    expect(sheet.get_by_text(ALICE)).to_be_visible()
    second = host.push("approve_deny", BOB)
    expect(phone.get_by_text("1 more to answer")).to_be_visible()
    phone.get_by_role("button", name="Approve").click()
    outcome(phone, "Approved")
    phone.get_by_role("button", name="Done").click()
    expect(sheet.get_by_text(BOB)).to_be_visible()
    phone.get_by_role("button", name="Deny", exact=True).click()
    outcome(phone, "Denied")
    assert [host.stored(each).state for each in (first, second)] == ["approved", "denied"]


def test_the_page_says_when_there_is_no_connection_and_comes_back(host, phone):
    phone.reload()
    expect(phone.get_by_text(READY)).to_be_visible()
    phone.context.set_offline(True)
    host.push()
    expect(phone.get_by_text("No connection; trying again")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_label("Enter number here")).to_be_visible()


def test_an_answer_that_could_not_be_sent_can_be_sent_again(host, phone):
    started = host.push("approve_deny")
    expect(phone.get_by_role("button", name="Approve")).to_be_enabled()
    phone.route("**/api/answer", lambda route: route.abort())
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_text("the answer was not sent")).to_be_visible()
    phone.unroute("**/api/answer")
    phone.get_by_role("button", name="Approve").click()
    outcome(phone, "Approved")
    assert host.stored(started).state == "approved"


def test_a_phone_whose_clock_is_wrong_corrects_itself(host, new_page):
    late = new_page()
    late.add_init_script("const real = Date.now; Date.now = () => real() - 3600_000;")
    add(late, host)
    started = host.push()
    type_number(late, started.number)
    outcome(late, "Approved")
    assert host.stored(started).state == "approved"


def test_a_phone_that_was_removed_says_so(host, phone):
    with host.services.database.write() as connection:
        connection.execute(delete(devices))
    phone.reload()
    expect(phone.get_by_text("not registered, or not any more")).to_be_visible()


def test_five_accounts_are_all_heard(host, phone):
    """More than a browser has connections for: they are asked in turn."""
    for number in range(4):
        user = f"user{number}@example.test"
        host.services.directory.add(user, "a long password")
        add(phone, host, user)
    host.push("approve_deny", "user2@example.test")
    expect(phone.get_by_role("dialog").get_by_text("user2@example.test")).to_be_visible()
    phone.get_by_role("button", name="Approve").click()
    outcome(phone, "Approved")


# Codes and accounts


def test_the_code_shown_is_right(host, page):
    add(page, host, totp=True)
    code = page.get_by_role("button", name="Copy the one-time code")
    expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
    shown = re.sub(r"\D", "", code.inner_text())
    assert host.services.mfa.codes.check(ALICE, shown, attempt="1") == "right"


@pytest.mark.parametrize(
    "seed",
    ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", pyotp.random_base32()],
    ids=["the standard's", "a random one"],
)
@pytest.mark.parametrize("time", [59, 1_111_111_109, 20_000_000_000])
def test_codes_are_those_of_the_standard(host, page, seed, time):
    page.goto(f"{host.url}/authenticator/")
    told = page.evaluate(
        """async ([seed, time]) => {
            const codes = await import('/authenticator/static/codes.js');
            return codes.codeAt(await codes.importSeed(seed), time * 1000);
        }""",
        [seed, time],
    )
    assert told == pyotp.TOTP(seed).at(time)


def test_an_account_is_removed_when_that_is_meant(host, phone):
    remove = phone.get_by_role("button", name=f"Remove {ALICE}")
    remove.click()
    phone.get_by_role("button", name="Keep").click()
    expect(phone.get_by_role("heading", name=ALICE)).to_be_visible()
    remove.click()
    phone.get_by_role("button", name="Remove", exact=True).click()
    expect(phone.get_by_label("Activation code")).to_be_visible()
    phone.reload()
    expect(phone.get_by_label("Activation code")).to_be_visible()
    expect(phone.get_by_role("heading", name=ALICE)).to_have_count(0)


def test_another_account_is_added_by_hand_or_not_at_all(host, phone):
    phone.get_by_role("button", name="Add an account").click()
    expect(phone.get_by_label("Activation code")).to_be_focused()
    phone.get_by_role("button", name="Cancel").click()
    expect(phone.get_by_label("Activation code")).to_be_hidden()


# Where it cannot work


def test_without_script_the_page_says_what_it_takes(host, page_without_script, axe):
    page_without_script.goto(f"{host.url}/authenticator/")
    expect(page_without_script.get_by_text("that takes JavaScript")).to_be_visible()
    axe(page_without_script)


def test_on_plain_http_from_elsewhere_the_page_says_why_it_cannot_work(host, page, axe):
    def from_elsewhere(route):
        url = route.request.url.replace("http://phone.example.test", host.url)
        route.fulfill(response=route.fetch(url=url))

    page.route("http://phone.example.test/**", from_elsewhere)
    page.goto("http://phone.example.test/authenticator/#123456789")
    expect(page.get_by_role("alert")).to_contain_text("tallystick demo --tls")
    expect(page.get_by_label("Activation code")).to_be_hidden()
    axe(page)


def test_at_another_address_of_the_server_the_page_names_the_right_one(host, page):
    url = host.activation_url()
    page.goto(url.replace("localhost", "127.0.0.1"))
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_text(READY)).to_be_visible()
    assert page.url.startswith(host.url)


# Looks


def test_every_screen_is_pleasant_and_accessible(host, page, looks, new_page):
    page.set_viewport_size(PHONE)
    page.goto(f"{host.url}/authenticator/")
    expect(page.get_by_label("Activation code")).to_be_visible()
    looks(page, "phone-empty")
    add(page, host, totp=True)
    add(page, host, BOB)
    looks(page, "phone-accounts")
    number = host.push()
    expect(page.get_by_role("button", name="Yes")).to_be_enabled()
    looks(page, "phone-number")
    type_number(page, number.number)
    outcome(page, "Approved")
    looks(page, "phone-approved")
    page.get_by_role("button", name="Done").click()
    host.push("approve_deny")
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    looks(page, "phone-approve-deny")
    host.phone().approve()
    outcome(page, "This request is over")
    looks(page, "phone-over")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name=f"Remove {BOB}").click()
    looks(page, "phone-removal")
