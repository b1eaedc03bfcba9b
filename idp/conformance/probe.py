"""The probe: whether a visitor of the service provider is signed in, and as whom."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.conformance.verdict import Outcome
from idp.saml_faults.scene import IMPOSTOR, cut_name

if TYPE_CHECKING:
    from idp.embedded.page import Page


@dataclass(frozen=True, slots=True)
class Probe:
    """How to see that a visitor is signed in.

    ``url`` is an address of the service provider, None for the page to which the sign-in leads.
    ``text`` stands on it for a user who is signed in; ``status`` is its status then, None for any
    below 400. ``idp_url`` is the federation server, to which visitors may be led instead.
    """

    text: str
    idp_url: str
    url: str | None = None
    status: int | None = None

    def shows_user(self, page: Page) -> bool:
        """Say whether *page* is one that only a user who is signed in sees."""
        if page.url.startswith(self.idp_url):
            return False
        right_status = page.status < 400 if self.status is None else page.status == self.status
        return right_status and self.text in text_of(page)

    def outcome(self, page: Page, signed_in: Page, signed_out: Page | None) -> Outcome:
        """Return what *page* shows after a faulty response.

        *signed_in* is the page after a sign-in without a fault, *signed_out* the one before it.
        """
        if page.url.startswith(self.idp_url) or page.status != signed_in.status:
            return Outcome.REFUSED
        text = text_of(page)
        if IMPOSTOR in text:
            return Outcome.ACCEPTED_AS_ANOTHER
        if self.shows_user(page):
            return Outcome.ACCEPTED
        if cut_name(self.text) in text:
            return Outcome.ACCEPTED_AS_ANOTHER
        tells_apart = signed_out is not None and signed_out.status != signed_in.status
        return Outcome.ACCEPTED_AS_ANOTHER if tells_apart else Outcome.REFUSED


def text_of(page: Page) -> str:
    """Return the source of a page with its entities resolved, as a reader would find a text."""
    return html.unescape(page.html)
