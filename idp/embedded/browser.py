"""A browser without script: it keeps cookies, follows redirects and submits forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import requests

from idp.embedded.page import Form, Page

TIMEOUT_SECONDS = 30


class Browser:
    """The browser of one user; it keeps cookies until it is closed."""

    def __init__(self, verify: bool | str = True) -> None:
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, whatever the environment says
        self.session.verify = verify

    def __repr__(self) -> str:
        return f"<Browser with {len(self.session.cookies)} cookies>"

    def get(self, url: str) -> Page:
        """Open an address."""
        return _page(self.session.get(url, timeout=TIMEOUT_SECONDS))

    def post(self, url: str, fields: Mapping[str, str] | Sequence[tuple[str, str]]) -> Page:
        """Post fields to an address; given as pairs, a name may come twice."""
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        return _page(self.session.post(url, data=pairs, timeout=TIMEOUT_SECONDS))

    def submit(self, form: Form, **fields: str) -> Page:
        """Submit a form; *fields* are added to its own, or replace them."""
        values = [pair for pair in form.pairs if pair[0] not in fields] + list(fields.items())
        if form.method == "post":
            return self.post(form.action, values)
        return _page(self.session.get(form.action, params=values, timeout=TIMEOUT_SECONDS))

    def open(self, url: str) -> Page:
        """Open an address and submit forms until a page needs the user.

        Submits forms with a SAMLRequest, and presses "Sign in" on the start page of the test
        service provider.
        """
        page = self.get(url)
        while (form := _form_to_follow(page)) is not None:
            page = self.submit(form)
        return page

    def close(self) -> None:
        """Close the connections."""
        self.session.close()


def _form_to_follow(page: Page) -> Form | None:
    return next(
        (form for form in page.forms if "SAMLRequest" in form.fields or form.id == "signInForm"),
        None,
    )


def _page(response: requests.Response) -> Page:
    response.encoding = response.encoding if "charset" in _content_type(response) else "utf-8"
    return Page(response.url, response.status_code, response.text, dict(response.headers))


def _content_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "")
