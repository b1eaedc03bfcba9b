"""A password reset step by step, as the user sees it: the current page, and what to do on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.embedded.page import Page

if TYPE_CHECKING:
    from idp.embedded.browser import Browser
    from idp.testing.users import User

START = "/account/reset/"
DONE = "passwordReset"
PASSWORD = "newPasswordInput"  # noqa: S105 - the id of a field


class PasswordReset:
    """A reset of *user* in *browser*, after the user name was given."""

    def __init__(self, browser: Browser, url: str, user: User) -> None:
        """*url* is the base URL of the federation server."""
        self.browser = browser
        self.user = user
        self.page = browser.get(url + START)
        self.post(UserName=user.name)

    def __repr__(self) -> str:
        error = f" error={self.error!r}" if self.error else ""
        return f"<PasswordReset {self.user.name} at {self.page.title!r}{error}>"

    @property
    def number(self) -> str | None:
        """The number that the page shows for number matching, or None."""
        return self.page.text("validEntropyNumber")

    @property
    def error(self) -> str:
        """The error that the page shows, empty if there is none."""
        return self.page.error

    @property
    def is_proved(self) -> bool:
        """Whether the page asks for the new password."""
        return PASSWORD in self.page.ids()

    @property
    def is_done(self) -> bool:
        """Whether the password has been reset."""
        return DONE in self.page.ids()

    def send_request(self) -> Page:
        """Press the button that sends a request to the phone."""
        return self.post(TryAgain="1")

    def poll(self) -> Page:
        """Post the page's form unchanged, as the button of a waiting page does."""
        return self.post()

    def approve(self) -> Page:
        """Send a request to the user's phone, and approve it with the number of the page."""
        self.send_request()
        if self.user.phone is None or self.number is None:
            raise AssertionError(f"There is no number at {self.page.title!r}, or no phone")
        self.user.phone.approve(number=self.number)
        return self.poll()

    def enter_code(self, code: str | None = None) -> Page:
        """Enter a code, the user's current one by default."""
        if "verificationCodeInput" not in self.page.ids():
            self.post(UseCode="1")
        return self.post(VerificationCode=self.user.code() if code is None else code)

    def set_password(self, new: str, confirmed: str | None = None) -> Page:
        """Choose the new password, typed twice."""
        again = new if confirmed is None else confirmed
        return self.post(NewPassword=new, ConfirmNewPassword=again)

    def post(self, **fields: str) -> Page:
        """Post the page's form with these fields in addition."""
        form = self.page.form
        if form is None:
            raise AssertionError(f"The page {self.page.title!r} has no form: {self.error}")
        self.page = self.browser.submit(form, **fields)
        return self.page
