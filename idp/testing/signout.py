"""A sign-out as its user goes through it: through all service providers, to the page at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.testing.browser import Browser
    from idp.testing.page import Form, Page

_MESSAGES = ("SAMLRequest", "SAMLResponse")


@dataclass(frozen=True, slots=True)
class SignOut:
    """Where a sign-out came to its end, or stopped because somebody did not answer."""

    page: Page

    @property
    def status(self) -> tuple[str, ...]:
        """What the service provider was answered: ``("Success",)``, or with ``PartialLogout``."""
        shown = self.page.text("status")
        return tuple(shown.split(" / ")) if shown else ()

    @property
    def relay_state(self) -> str | None:
        """The RelayState that came back to the service provider."""
        return self.page.text("relay-state")

    @property
    def outcomes(self) -> dict[str, str]:
        """What the federation server's page says of each service provider, by its name."""
        return self.page.data("outcomes", "outcome")


def follow(browser: Browser, page: Page) -> Page:
    """Go on as far as pages go by themselves, as a browser with script does."""
    while (onward := _onward(page)) is not None:
        page = browser.submit(onward)
    return page


def _onward(page: Page) -> Form | None:
    return next((form for form in page.forms if any(m in form.fields for m in _MESSAGES)), None)
