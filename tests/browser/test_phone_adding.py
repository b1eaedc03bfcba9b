"""What the phone page can add: activations by any address, codes of others, by camera too."""

from __future__ import annotations

import re
from urllib.parse import quote

import pyotp
import pytest
from playwright.sync_api import Page, expect
from support.phones.phone_page import PHONE, READY, add
from support.users import ALICE

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OTPAUTH = f"otpauth://totp/Example%20Co:alice%40example.com?secret={SEED}&issuer=Example%20Co"

# A camera that sees `window.seen`, in a browser that reads QR codes. Chromium has the first on
# Android and ChromeOS alone.
CAMERA = """
window.seen = '';
window.tracks = [];
window.BarcodeDetector = class {
    static async getSupportedFormats() { return ['qr_code']; }
    async detect() { return window.seen ? [{ rawValue: window.seen }] : []; }
};
navigator.mediaDevices.getUserMedia = async () => {
    const stream = document.createElement('canvas').captureStream();
    window.tracks.push(...stream.getTracks());
    return stream;
};
"""


@pytest.fixture
def empty(page, phone_host) -> Page:
    """The page without an account."""
    page.set_viewport_size(PHONE)
    page.goto(f"{phone_host.url}/authenticator/")
    expect(page.get_by_label("Activation code")).to_be_visible()
    return page


def paste(page: Page, text: str) -> None:
    page.get_by_label("Activation code").fill(text)
    page.get_by_role("button", name="Activate").click()


def phonefactor(code: str, url: str) -> str:
    return f"phonefactor://activate_account?code={code}&url={quote(url, safe='')}"


# Activations


@pytest.mark.parametrize("path", ["/authenticator/api/activate", "/authenticator/"])
def test_an_activation_address_of_the_app_is_pasted(phone_host, empty, path):
    code = phone_host.activation_url().partition("#")[2]
    paste(empty, phonefactor(code, phone_host.url + path))
    expect(empty.get_by_text(READY)).to_be_visible()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://elsewhere.example.test/authenticator/api/activate", "elsewhere.example.test"),
        ("{url}/authenticator/?next=1", "not of this server"),
        ("javascript:alert(1)", "not of this server"),
        ("", "not the address of an activation"),
    ],
)
def test_an_activation_of_another_server_is_refused_and_its_code_not_sent(
    phone_host, empty, url, problem
):
    sent = []
    empty.on("request", lambda request: sent.append(request.url))
    code = phone_host.activation_url().partition("#")[2]
    paste(empty, phonefactor(code, url.format(url=phone_host.url)))
    expect(empty.get_by_role("alert").filter(has_text=problem)).to_be_visible()
    assert not [address for address in sent if "elsewhere" in address or "activate" in address]


def test_a_link_of_another_server_is_refused(phone_host, empty):
    paste(empty, "https://elsewhere.example.test/authenticator/#123456789")
    expect(empty.get_by_role("alert").filter(has_text="elsewhere.example.test")).to_be_visible()


# Codes of other services


@pytest.mark.parametrize(
    ("more", "totp"),
    [
        ("", pyotp.TOTP(SEED)),
        ("&digits=8&period=60", pyotp.TOTP(SEED, digits=8, interval=60)),
        ("&algorithm=SHA256", pyotp.TOTP(SEED, digest="sha256")),
        ("&algorithm=SHA512&digits=8", pyotp.TOTP(SEED, digits=8, digest="sha512")),
    ],
    ids=["usual", "eight digits a minute", "SHA-256", "SHA-512"],
)
def test_codes_of_another_service_are_right_and_stay(phone_host, empty, more, totp):
    empty.clock.set_fixed_time(1_700_000_000)
    paste(empty, OTPAUTH + more)
    expect(empty.get_by_role("heading", name="alice@example.com")).to_be_visible()
    expect(empty.get_by_text("Example Co")).to_be_visible()
    digits = empty.locator(".digits")
    expect(digits).to_have_text(re.compile(r"\d+ \d+"))
    assert digits.inner_text().replace(" ", "") == totp.at(1_700_000_000)
    empty.reload()
    expect(digits).to_have_text(re.compile(r"\d+ \d+"))
    assert digits.inner_text().replace(" ", "") == totp.at(1_700_000_000)


def test_the_secret_never_leaves_the_browser_and_cannot_be_read(phone_host, empty):
    sent = []
    empty.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    paste(empty, OTPAUTH)
    expect(empty.get_by_text("Codes only")).to_be_visible()
    empty.reload()
    expect(empty.get_by_text("Codes only")).to_be_visible()
    assert SEED not in str(sent)
    told = empty.evaluate(
        """async () => {
            const opened = indexedDB.open('tallystick-authenticator');
            const database = await new Promise((done) => {
                opened.onsuccess = () => done(opened.result);
            });
            const all = database.transaction('tokens').objectStore('tokens').getAll();
            const [token] = await new Promise((done) => {
                all.onsuccess = () => done(all.result);
            });
            return [Object.keys(token).sort().join(), await crypto.subtle
                .exportKey('raw', token.seedKey).then(() => 'was read', (failure) => failure.name)];
        }"""
    )
    assert told == ["added,digits,id,issuer,period,seedKey,user", "InvalidAccessError"]


def test_codes_are_copied_and_removed(phone_host, empty, looks):
    empty.context.grant_permissions(["clipboard-read", "clipboard-write"])
    paste(empty, OTPAUTH)
    add(empty, phone_host, totp=True)
    looks(empty, "phone-codes-of-others")
    empty.get_by_role("button", name="Copy the one-time code of alice@example.com").click()
    expect(empty.get_by_text("The code of alice@example.com was copied")).to_be_attached()
    assert re.fullmatch(r"\d{6}", empty.evaluate("navigator.clipboard.readText()"))

    empty.get_by_role("button", name="Remove alice@example.com").click()
    expect(empty.get_by_text("It shows no codes any more.")).to_be_visible()
    empty.get_by_role("button", name="Remove", exact=True).click()
    expect(empty.get_by_role("heading", name="alice@example.com")).to_have_count(0)
    expect(empty.get_by_role("heading", name=ALICE)).to_be_visible()
    empty.reload()
    expect(empty.get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (OTPAUTH.replace("totp", "hotp"), "Only codes that go by time"),
        (OTPAUTH + "&digits=7", "number of digits in this address is 7, not one of 6, 8"),
        (OTPAUTH + "&period=45", "period in this address is 45, not one of 30, 60"),
        (OTPAUTH + "&algorithm=MD5", "algorithm in this address is MD5"),
        (OTPAUTH.replace(SEED, "0189"), "missing or not Base32"),
        (OTPAUTH.replace(f"secret={SEED}", ""), "missing or not Base32"),
        (OTPAUTH.replace(SEED, "A" * 1025), "missing or not Base32"),
        ("otpauth://totp/", "missing or not Base32"),
    ],
)
def test_what_gives_no_such_codes_is_refused_and_says_why(empty, address, problem):
    paste(empty, address)
    expect(empty.get_by_role("alert").filter(has_text=problem)).to_be_visible()
    expect(empty.get_by_role("listitem")).to_have_count(0)


def test_an_address_is_read_as_people_and_services_write_it(empty):
    """A secret in groups and small letters, a label alone, and one with a bare percent sign."""
    paste(empty, f"otpauth://TOTP/100%25?secret={SEED[:4].lower()}%20{SEED[4:]}")
    expect(empty.get_by_role("heading", name="100%")).to_be_visible()


def test_a_link_adds_no_codes_of_another_service(phone_host, page):
    page.goto(f"{phone_host.url}/authenticator/#{OTPAUTH}")
    expect(page.get_by_role("alert").filter(has_text="nine digits")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(0)


# The camera


def test_a_browser_that_cannot_scan_offers_no_button(empty):
    expect(empty.get_by_role("button", name="Scan a QR code")).to_be_hidden()


@pytest.fixture
def scanning(page, phone_host) -> Page:
    """The page while its camera looks for a QR code."""
    page.set_viewport_size(PHONE)
    page.add_init_script(CAMERA)
    page.goto(f"{phone_host.url}/authenticator/")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("dialog", name="Scan a QR code")).to_be_visible()
    return page


def test_a_qr_code_is_scanned(phone_host, scanning, looks):
    looks(scanning, "phone-scanner")
    scanning.evaluate("address => { window.seen = address }", phone_host.activation_url())
    expect(scanning.get_by_text(READY)).to_be_visible()
    expect(scanning.get_by_role("dialog")).to_have_count(0)
    assert scanning.evaluate("tracks.map((track) => track.readyState)") == ["ended"]


def test_codes_of_another_service_are_scanned_past_a_qr_code_of_something_else(scanning):
    scanning.evaluate("() => { window.seen = 'https://elsewhere.example.test/menu' }")
    expect(scanning.get_by_text("not of this server but of elsewhere")).to_be_visible()
    scanning.evaluate("address => { window.seen = address }", OTPAUTH)
    expect(scanning.get_by_role("heading", name="alice@example.com")).to_be_visible()


def test_the_camera_is_off_after_cancel(scanning):
    scanning.get_by_role("button", name="Cancel").click()
    expect(scanning.get_by_role("dialog")).to_have_count(0)
    scanning.wait_for_function("tracks.every((track) => track.readyState === 'ended')")


def test_a_camera_that_is_not_allowed_says_to_paste(phone_host, page):
    page.add_init_script(CAMERA)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no') };"
    )
    page.goto(f"{phone_host.url}/authenticator/")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_text("Paste the address instead")).to_be_visible()
