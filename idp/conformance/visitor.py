"""A visitor of the service provider: a browser without script, and its sign-in at our server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import BaseAdapter

from adapter.errors import TallystickError
from idp.embedded.browser import Browser
from idp.embedded.page import Form, Page
from idp.saml_faults.scene import ELSEWHERE
from idp.session.cookie import NAME as SESSION


class SignInStopped(TallystickError):
    """Raised if the scripted sign-in cannot go on by itself."""

    code = "sign_in_stopped"

    def __init__(self, page: Page) -> None:
        said = page.error or page.text("instructions") or f"status {page.status}"
        super().__init__(
            f"The sign-in stopped at the page {page.title!r} of {page.url.partition('?')[0]}: "
            f"{said}",
            "Give a user whose sign-in asks for the password alone or, with --totp-secret-file, "
            "for a code; or switch the second factor off for this trust: "
            "tallystick sp set ID second_factor=never",
        )


class LedAway(Exception):
    """Raised where the browser is sent to the site that does not exist; ``url`` is the address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class _NoSuchSite(BaseAdapter):
    """Takes the place of the network for the address that faults lead to."""

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:  # type: ignore[override]  # none is used
        raise LedAway(str(request.url))

    def close(self) -> None:
        """Close nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user who signs in; ``totp_secret`` (Base32) makes codes where the server asks for one."""

    name: str
    password: str
    totp_secret: str | None = None

    def code(self) -> str | None:
        """Return the present code, None without a secret."""
        if self.totp_secret is None:
            return None
        import pyotp

        return str(pyotp.TOTP(self.totp_secret.replace(" ", "")).now())


class Visitor:
    """One browser. Those of a run share the session at our server, and nothing else."""

    def __init__(self, login_url: str, account: Account, verify: bool | str = True) -> None:
        self._login_url = login_url
        self._account = account
        self.browser = Browser(verify)
        self.browser.session.mount(ELSEWHERE, _NoSuchSite())

    def share_session(self, other: Visitor) -> None:
        """Take over the session at our server of another visitor, by its cookie alone."""
        jar = self.browser.session.cookies
        jar.update(other.browser.session.cookies)
        for cookie in jar.copy():
            if not cookie.name.endswith(SESSION):
                jar.clear(cookie.domain, cookie.path, cookie.name)

    def sign_in(self) -> Page:
        """Open the service provider's login address, and sign in as far as a response.

        Returns the page that posts the response, or to which a response by redirect has led.
        Raises :class:`SignInStopped`.
        """
        page = self.browser.get(self._login_url)
        while (form := _request_form(page)) is not None:
            page = self.browser.submit(form)
        form = _log_in_form(page)
        if form is not None:
            name, password = self._account.name, self._account.password
            page = self.browser.submit(form, UserName=name, Password=password)
        if response_form(page) is None and page.form is not None and _asks_for_factor(page):
            page = self._give_code(page)
        if _log_in_form(page) is not None or _asks_for_factor(page):
            raise SignInStopped(page)
        return page

    def deliver(self, page: Page) -> Page:
        """Post the response or log-out request of *page*; raises :class:`LedAway`."""
        form = response_form(page)
        return page if form is None else self.browser.submit(form)

    def _give_code(self, page: Page) -> Page:
        code = self._account.code()
        if code is None or page.form is None:
            raise SignInStopped(page)
        if "verificationCodeInput" not in page.ids():
            page = self.browser.submit(page.form, UseCode="1")
        if page.form is None:
            raise SignInStopped(page)
        return self.browser.submit(page.form, VerificationCode=code, SignIn="Sign in")


def response_form(page: Page) -> Form | None:
    """Return the form of a page that carries a SAML message to the service provider."""
    return next(
        (form for form in page.forms if {"SAMLResponse", "SAMLRequest"} & form.fields.keys()), None
    )


def _request_form(page: Page) -> Form | None:
    return next((form for form in page.forms if "SAMLRequest" in form.fields), None)


def _log_in_form(page: Page) -> Form | None:
    return next((form for form in page.forms if "UserName" in form.fields), None)


def _asks_for_factor(page: Page) -> bool:
    return any("Context" in form.fields for form in page.forms)
