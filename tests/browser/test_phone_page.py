"""The phone in a browser: from activation to an answer, as a person meets it."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import expect
from support.phones.phone_page import PHONE, READY, add, outcome, type_number
from support.users import ALICE, BOB

FIRST_QUESTION = re.compile(r"/pending\?wait=0")
"""What the page asks first after an activation, when the phone is the account's."""

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
    assert told == [refused, refused, "added,app,id,issuer,privateKey,seedKey,user"]


def test_activating_a_user_again_replaces_the_account(phone_host, phone_page):
    with phone_page.expect_response(FIRST_QUESTION):
        phone_page.goto(phone_host.activation_url())
    expect(phone_page.get_by_role("listitem")).to_have_count(1)
    started = phone_host.push()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")
    assert (
        phone_host.stored(started).answered_by
        == phone_host.services.mfa.devices.of_user(ALICE)[1].id
    )


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


@pytest.mark.main_flow
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


def test_a_wrong_number_is_told_until_it_was_seen_also_when_a_newer_request_comes(
    phone_host, phone_page
):
    started = phone_host.push()
    type_number(phone_page, str(109 - int(started.number)))
    outcome(phone_page, "That was not the number")
    phone_page.clock.install()
    newer = phone_host.push()
    phone_page.clock.run_for(30_000)

    expect(phone_page.get_by_role("heading", name="That was not the number")).to_be_visible()
    phone_page.get_by_role("button", name="Done").click()
    phone_page.clock.run_for(5_000)
    type_number(phone_page, newer.number)
    outcome(phone_page, "Approved")


# Notices


def test_a_notice_about_another_device_stays_until_it_is_dismissed(phone_host, phone_page, looks):
    phone_host.phone(platform="ios")
    phone_host.services.mfa.codes.register(ALICE, "A" * 32)
    phone_page.reload()
    notices = phone_page.get_by_role("list", name="Changes to your accounts").get_by_role(
        "listitem"
    )
    expect(notices).to_have_count(2)
    expect(notices.nth(0)).to_contain_text("One-time codes were added to your account.")
    expect(notices.nth(1)).to_contain_text("Terminal")
    looks(phone_page, "phone-notices")

    notices.nth(0).get_by_role("button", name="Dismiss").click()
    expect(notices).to_have_count(1)
    expect(notices.get_by_role("heading")).to_be_focused()
    phone_page.reload()
    expect(notices).to_have_count(1)
    notices.get_by_role("button", name="Dismiss").click()
    expect(notices).to_have_count(0)
    expect(phone_page.get_by_role("button", name=f"Remove {ALICE}")).to_be_focused()


def test_a_notice_appears_while_the_page_waits(phone_host, phone_page):
    """At the latest when the held call ends; a request ends it."""
    phone_host.phone()
    phone_host.push("approve_deny")

    expect(phone_page.get_by_role("button", name="Deny", exact=True)).to_be_enabled()
    phone_page.get_by_role("button", name="Deny", exact=True).click()
    phone_page.get_by_role("button", name="Done").click()
    expect(phone_page.get_by_text("Terminal")).to_be_visible()


ZOOMED = {"width": PHONE["width"] // 2, "height": PHONE["height"] // 2}
"""What is left of a phone's screen at 200 % zoom."""


def test_at_double_zoom_nothing_is_cut_off(phone_host, page, axe):
    page.set_viewport_size(ZOOMED)
    add(page, phone_host, totp=True)
    too_wide = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(too_wide) <= 0
    started = phone_host.push()
    expect(page.get_by_role("button", name="Yes")).to_be_enabled()
    axe(page)
    assert page.evaluate("(sheet => sheet.scrollWidth - sheet.clientWidth)(request)") <= 0
    type_number(page, started.number)
    outcome(page, "Approved")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Add an account").click()
    page.get_by_text("Advanced: rehearse another app").click()
    assert page.evaluate(too_wide) <= 0
    axe(page)
