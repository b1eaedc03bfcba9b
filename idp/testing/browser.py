"""A browser without script: it keeps cookies, follows redirects, posts what it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from idp.testing.page import Form, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_TO_ANSWER = 30


class Browser:
    """One person's browser; cookies last as long as it does."""

    def __init__(self, verify: bool | str = True) -> None:
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy of the environment stands before this machine
        self.session.verify = verify

    def get(self, url: str) -> Page:
        """Open an address."""
        return _page(self.session.get(url, timeout=SECONDS_TO_ANSWER))

    def post(self, url: str, fields: Mapping[str, str]) -> Page:
        """Post fields to an address, with what a browser says of where they come from."""
        return _page(self.session.post(url, data=dict(fields), timeout=SECONDS_TO_ANSWER))

    def submit(self, form: Form, **fields: str) -> Page:
        """Send a form, with more fields or others than it holds."""
        values = {**form.fields, **fields}
        if form.method == "post":
            return self.post(form.action, values)
        return _page(self.session.get(form.action, params=values, timeout=SECONDS_TO_ANSWER))

    def open(self, url: str) -> Page:
        """Open an address and go on as far as a page goes by itself.

        A request for sign-in is posted on, and the start page of the test service provider is
        left by its main button.
        """
        page = self.get(url)
        while (onward := _onward(page)) is not None:
            page = self.submit(onward)
        return page

    def close(self) -> None:
        """Close the connections."""
        self.session.close()


def _onward(page: Page) -> Form | None:
    return next(
        (form for form in page.forms if "SAMLRequest" in form.fields or form.id == "signInForm"),
        None,
    )


def _page(response: requests.Response) -> Page:
    response.encoding = response.encoding if "charset" in _kind(response) else "utf-8"
    return Page(response.url, response.status_code, response.text, dict(response.headers))


def _kind(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "")
