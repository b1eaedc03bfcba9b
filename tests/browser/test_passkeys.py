"""Signing in with a passkey in a real browser, whose device is a virtual one of Chromium's."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import CDPSession, Page, expect
from support.passkeys import Credential
from support.sessions.passkey_sign_in import register_passkey

BUTTON = "Sign in with a passkey"
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class VirtualDevice:
    """The device of one page, that holds passkeys and verifies its user."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def put(self, credential: Credential) -> None:
        """Put a passkey that is registered already into the device."""
        texts = {
            name: base64.b64encode(data).decode()
            for name, data in (
                ("credentialId", credential.id),
                ("privateKey", credential.pkcs8),
                ("userHandle", credential.handle),
            )
        }
        made = {**texts, "rpId": credential.rp_id, "isResidentCredential": True, "signCount": 1}
        self._session.send("WebAuthn.addCredential", {**self._id, "credential": made})

    def answers(self, *, touched: bool, verified: bool = True) -> None:
        """Let the user touch the device whenever it asks, or never; and be verified, or not."""
        self._session.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": verified})
        self._session.send(
            "WebAuthn.setAutomaticPresenceSimulation", {**self._id, "enabled": touched}
        )


@pytest.fixture
def credential(federation) -> Credential:
    """The user's passkey."""
    return register_passkey(federation).credentials[0]


def test_a_passkey_that_the_browser_offers_signs_in_alone(
    page, credential, federation, service_provider
):
    """The browser fills it in where the name would be typed; no second factor is asked for."""
    VirtualDevice(page).put(credential)

    page.goto(service_provider.login_url())

    expect(page.locator("#user")).to_have_text(federation.user.name)
    assert [row.outcome for row in federation.log][:2] == ["right_passkey", "issued"]


def test_the_button_signs_in_with_a_passkey(page, credential, federation, service_provider):
    device = VirtualDevice(page)
    device.answers(touched=False)
    device.put(credential)
    page.goto(service_provider.login_url())
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    device.answers(touched=True)

    page.get_by_role("button", name=BUTTON).click()

    expect(page.locator("#user")).to_have_text(federation.user.name)


def test_whoever_uses_no_passkey_is_told_so_and_signs_in_by_password(
    page, federation, service_provider, phone
):
    VirtualDevice(page)  # without any passkey
    page.goto(service_provider.login_url())

    page.get_by_role("button", name=BUTTON).click()
    expect(page.locator("#errorText")).to_contain_text("No passkey was used")

    page.locator("#userNameInput").fill(federation.user.name)
    page.locator("#passwordInput").fill(federation.user.password)
    page.keyboard.press("Enter")
    phone.approve(page.locator("#validEntropyNumber").inner_text())
    expect(page.locator("#user")).to_have_text(federation.user.name)


def test_a_device_that_does_not_verify_its_user_signs_nobody_in(
    page, credential, federation, service_provider
):
    device = VirtualDevice(page)
    device.answers(touched=True, verified=False)
    device.put(credential)
    page.goto(service_provider.login_url())

    page.get_by_role("button", name=BUTTON).click()

    expect(page.locator("#errorText")).to_contain_text("No passkey was used")
    assert federation.log == ()


def test_a_passkey_that_was_removed_shows_the_page_again(
    page, credential, federation, service_provider
):
    name = federation.user.name
    (method,) = federation.services.mfa.methods_of(name).of_kind("passkey")
    device = VirtualDevice(page)
    device.answers(touched=False)
    device.put(credential)
    page.goto(service_provider.login_url())
    federation.services.mfa.remove(name, method.id)
    device.answers(touched=True)
    page.get_by_role("button", name=BUTTON).click()

    expect(page.locator("#errorText")).to_contain_text("The passkey was not accepted")


def test_a_user_who_has_only_a_passkey_uses_it_after_the_password(
    page, federation, service_provider, looks
):
    user = federation.add_user(phone=None)
    device = VirtualDevice(page)
    device.answers(touched=False)
    device.put(register_passkey(federation, user.name).credentials[0])
    page.goto(service_provider.login_url())
    page.locator("#userNameInput").fill(user.name)
    page.locator("#passwordInput").fill(user.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Use your passkey")).to_be_visible()
    looks(page, "passkey-factor")
    device.answers(touched=True)

    page.get_by_role("button", name="Use your passkey").click()

    expect(page.locator("#user")).to_have_text(user.name)


def test_without_script_the_page_has_no_button(new_page, service_provider):
    page = new_page(java_script_enabled=False)
    page.goto(service_provider.login_url())

    expect(page.locator("#passkeyButton")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_the_page_with_the_button_looks_right(page, service_provider, looks):
    VirtualDevice(page)
    page.goto(service_provider.login_url())
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()

    looks(page, "log-in-passkey")


# Security info


def sign_in_to_security_info(page: Page, federation, phone) -> None:
    """Open security info and pass the second factor by the number."""
    page.goto(f"{federation.url}/account/")
    page.locator("#userNameInput").fill(federation.user.name)
    page.locator("#passwordInput").fill(federation.user.password)
    page.keyboard.press("Enter")
    phone.approve(page.locator("#validEntropyNumber").inner_text())
    expect(page.locator("#methods")).to_be_visible()


def test_a_user_adds_a_passkey_and_signs_in_with_it_instead_of_a_number(
    page, federation, phone, looks
):
    device = VirtualDevice(page)
    device.answers(touched=False)
    sign_in_to_security_info(page, federation, phone)
    device.answers(touched=True)
    page.locator("#addPasskey").click()
    expect(page.locator("#passkeyMissing")).to_have_count(0)
    looks(page, "passkey-add")
    page.get_by_label("Name").fill("My laptop")
    page.keyboard.press("Enter")  # the same as the button
    expect(page.locator("#methods")).to_contain_text("My laptop")

    page.locator("#addPasskey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("#errorText")).to_contain_text("No passkey was made")

    device.answers(touched=False)
    page.context.clear_cookies()
    page.goto(f"{federation.url}/account/")
    page.locator("#userNameInput").fill(federation.user.name)
    page.locator("#passwordInput").fill(federation.user.password)
    page.keyboard.press("Enter")
    expect(page.locator("#validEntropyNumber")).to_be_visible()
    looks(page, "number-or-passkey")
    device.answers(touched=True)
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.locator("#methods")).to_be_visible()
