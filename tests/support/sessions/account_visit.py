"""A user's visit to security info: a new phone that the user holds, and the steps of adding it."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile
from idp.embedded.page import Page
from idp.testing.federation import Federation
from idp.testing.signin import SignIn
from idp.testing.users import User


class Account:
    """A user at security info, in one browser."""

    def __init__(self, federation: Federation, folder: Path, user: User) -> None:
        self.federation = federation
        self.user = user
        self.browser = federation.browser()
        self._folder = folder

    @property
    def home(self) -> str:
        return f"{self.federation.url}/account/"

    def sign_in(self, path: str = "") -> SignIn:
        """Give the password; the page is what comes then."""
        return self.federation.sign_in(self.home + path, self.user, browser=self.browser)

    def enter(self) -> Page:
        """Sign in with the second factor, if the user has one, and return the first page."""
        sign_in = self.sign_in()
        if sign_in.number is not None:
            self.user.phone.approve(number=sign_in.number)
            return sign_in.poll()
        if "verificationCodeInput" in sign_in.page.ids():
            return sign_in.enter_code(self.user.code())
        return sign_in.page

    def add_phone(self) -> SignIn:
        """Begin to add an Authenticator: the page shows the QR code's address."""
        page = self.browser.get(f"{self.home}authenticator")
        return self.federation.resume(self.browser, page, self.user)

    def new_phone(self, name: str = "new-phone.json") -> Phone:
        """Return a phone with the Authenticator and no account; *name* is that of its file."""
        file = PhoneFile(self._folder / name)
        return Phone(file, now=lambda: self.federation.clock.now().timestamp())

    def methods(self) -> list[str]:
        """Return the kinds of the user's methods, as they are stored."""
        mfa = self.federation.services.mfa
        return [each.kind for each in mfa.methods_of(self.user.name).registered]


@pytest.fixture
def account(federation, tmp_path):
    """Return a function that opens security info for a user."""

    def open_account(user: User | None = None) -> Account:
        return Account(federation, tmp_path, user or federation.user)

    return open_account
