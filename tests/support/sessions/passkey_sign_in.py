"""Signing in on the log-in page with a passkey, as the script of the page does."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from support.passkeys import SoftwareAuthenticator

from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.testing.federation import Federation

_OPTIONS = re.compile(r'id="passkeyButton"[^>]* data-options="([^"]*)"')


def register_passkey(
    federation: Federation, user: str = "", **options: Any
) -> SoftwareAuthenticator:
    """Give a user a passkey; return the browser part that can sign with it."""
    device = SoftwareAuthenticator(federation.url, **options)
    name, passkeys = user or federation.user.name, federation.services.mfa.passkeys
    made = device.create(passkeys.registration_options(name, attempt="test"))
    passkeys.register(name, made, attempt="test")
    return device


def options_of(page: Page) -> dict[str, Any] | None:
    """Return what the page's script gives to the browser, None if it offers no passkey."""
    found = _OPTIONS.search(page.html)
    return json.loads(html.unescape(found[1])) if found else None


def answer(page: Page, device: SoftwareAuthenticator, **wrong: Any) -> dict[str, str]:
    """Return the fields that the page's script posts."""
    fields = {
        name: value
        for name, value in page.form.fields.items()
        if name not in ("UserName", "Password")
    }
    return {**fields, "Passkey": device.get(options_of(page), **wrong)}


def sign_in_by_passkey(
    browser: Browser, url: str, device: SoftwareAuthenticator, **wrong: Any
) -> Page:
    """Open *url* and use a passkey on the log-in page; return the page that follows."""
    page = browser.open(url)
    return browser.post(page.form.action, answer(page, device, **wrong))
