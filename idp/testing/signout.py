"""A sign-out as the user sees it: through all service providers to the last page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.signin.paths import SIGN_OUT

if TYPE_CHECKING:
    from idp.embedded.browser import Browser
    from idp.embedded.page import Form, Page

_MESSAGES = ("SAMLRequest", "SAMLResponse")


@dataclass(frozen=True, slots=True)
class SignOut:
    """The last page of a sign-out, or the one where it stopped because somebody did not answer."""

    page: Page

    @property
    def status(self) -> tuple[str, ...]:
        """The status for the service provider: ``("Success",)``, or with ``PartialLogout``."""
        shown = self.page.text("status")
        return tuple(shown.split(" / ")) if shown else ()

    @property
    def relay_state(self) -> str | None:
        """The RelayState that the service provider received back."""
        return self.page.text("relay-state")

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome for each service provider on the federation server's page, by its name."""
        return self.page.data("outcomes", "outcome")


def sign_out(browser: Browser, url: str, *, everywhere: bool) -> SignOut:
    """Press "Sign out" on the page of the federation server at *url*, and follow it to its end."""
    page = browser.get(url + SIGN_OUT)
    form = next((form for form in page.forms if form.id == "idp_SignOutPanel"), None)
    if form is None:
        raise AssertionError("Nobody is signed in with this browser")
    chosen = {"Everywhere": "true"} if everywhere else {}
    return SignOut(follow(browser, browser.submit(form, **chosen)))


def follow(browser: Browser, page: Page) -> Page:
    """Submit forms with log-out messages until there is none, as a browser with script does."""
    while (form := _form_to_follow(page)) is not None:
        page = browser.submit(form)
    return page


def _form_to_follow(page: Page) -> Form | None:
    forms = (form for form in page.forms if not form.fields.keys().isdisjoint(_MESSAGES))
    return next(forms, None)
