"""A sign-in step by step, as the user sees it: the current page, what to do on it, the result."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from idp.embedded.page import Form, Page

if TYPE_CHECKING:
    from idp.embedded.browser import Browser
    from idp.embedded.test_sp.received_response import ReceivedAssertion, ReceivedResponse
    from idp.testing.users import User


class NotFinished(AssertionError):
    """Raised if a test asks for the result of a sign-in that is still at another page."""

    def __init__(self, page: Page) -> None:
        what = page.error or page.text("instructions") or "no reason given"
        number = page.text("validEntropyNumber")
        remedy = f". Answer the phone first: phone.approve(number={number})" if number else ""
        super().__init__(
            f"The sign-in is at the page {page.title!r} ({page.status}): {what.rstrip('.')}{remedy}"
        )
        self.page = page


class SignIn:
    """A sign-in of *user* in *browser*, after the password was given."""

    def __init__(
        self,
        browser: Browser,
        page: Page,
        user: User,
        certificates: Sequence[str],
        private_keys: Sequence[bytes] = (),
    ) -> None:
        self.browser = browser
        self.page = page
        self.user = user
        self._certificates = tuple(certificates)
        self._private_keys = tuple(private_keys)

    def __repr__(self) -> str:
        number = f" number={self.number}" if self.number else ""
        error = f" error={self.error!r}" if self.error else ""
        return f"<SignIn {self.user.name} at {self.page.title!r}{number}{error}>"

    @property
    def number(self) -> str | None:
        """The number that the page shows for number matching, or None."""
        return self.page.text("validEntropyNumber")

    @property
    def error(self) -> str:
        """The error that the page shows, empty if there is none."""
        return self.page.error

    @property
    def is_finished(self) -> bool:
        """Whether the page contains the response to the service provider."""
        return _response_form(self.page) is not None

    def finish(self) -> Finished:
        """Submit the page once if needed, and return the response to the service provider.

        Raises :class:`NotFinished`, an AssertionError with the error that the page shows.
        """
        if not self.is_finished:
            self.poll()
        form = _response_form(self.page)
        if form is None:
            raise NotFinished(self.page)
        return Finished(self.browser, form, self._certificates, self._private_keys)

    def poll(self) -> Page:
        """Post the page's form unchanged, as the script of a waiting page does."""
        return self.post()

    def enter_code(self, code: str) -> Page:
        """Choose to use a code, unless the page already asks for one, and enter it."""
        if "verificationCodeInput" not in self.page.ids():
            self.use_code()
        return self.post(VerificationCode=code, SignIn="Sign in")

    def use_code(self) -> Page:
        """Press "Use a code instead"."""
        return self.post(UseCode="1")

    def try_again(self) -> Page:
        """Press the button that sends another request to the phone."""
        return self.post(TryAgain="1")

    def choose(self, provider: str) -> Page:
        """Choose another second factor, by the name of its provider."""
        form = next((form for form in self.page.forms if form.id == "options"), None)
        if form is None:
            raise NotFinished(self.page)
        self.page = self.browser.submit(form, AuthMethod=provider)
        return self.page

    def post(self, **fields: str) -> Page:
        """Post the page's form with these fields in addition."""
        form = self.page.form
        if form is None:
            raise NotFinished(self.page)
        self.page = self.browser.submit(form, **fields)
        return self.page


class Finished:
    """The result of a sign-in: the form that carries the response to the service provider."""

    def __init__(
        self,
        browser: Browser,
        form: Form,
        certificates: tuple[str, ...],
        private_keys: tuple[bytes, ...] = (),
    ) -> None:
        self._browser = browser
        self._certificates = certificates
        self._private_keys = private_keys
        self.action = form.action
        self.fields = form.fields

    def __repr__(self) -> str:
        status = "/".join(self.status)
        return f"<Finished {status} for {self.action}>"

    @property
    def relay_state(self) -> str | None:
        """The RelayState, None if there is none."""
        return self.fields.get("RelayState")

    @property
    def xml(self) -> bytes:
        """The SAML response as XML."""
        return base64.b64decode(self.fields["SAMLResponse"])

    @cached_property
    def page(self) -> Page:
        """The service provider's page; reading this the first time posts the form to it."""
        return self._browser.post(self.action, self.fields)

    @cached_property
    def received(self) -> ReceivedResponse:
        """The response as values, with checked signatures, decrypted with the known keys."""
        from idp.embedded.test_sp.received_response import read_response

        return read_response(self.xml, self._certificates, self._private_keys)

    @property
    def status(self) -> tuple[str, ...]:
        """The ends of the status codes, like ``("Responder", "NoPassive")``."""
        return self.received.status_names

    @property
    def assertion(self) -> ReceivedAssertion:
        """The assertion; raises AssertionError if there is not exactly one."""
        assertion = self.received.assertion
        if self.received.unopened:
            raise AssertionError(
                "The assertion is encrypted: pass its key to add_service_provider(private_key=...)"
            )
        if assertion is None:
            raise AssertionError(f"The response contains no assertion; its status is {self.status}")
        return assertion

    @property
    def name_id(self) -> str | None:
        """The NameID's value."""
        name_id = self.assertion.name_id
        return None if name_id is None else name_id.value

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The values of each attribute."""
        return {attribute.name: attribute.values for attribute in self.assertion.attributes}


def _response_form(page: Page) -> Form | None:
    return next((form for form in page.forms if "SAMLResponse" in form.fields), None)
