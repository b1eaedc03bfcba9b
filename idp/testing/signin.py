"""A sign-in as its user goes through it: the page before them, what they do, and how it ends."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from idp.testing.page import Form, Page

if TYPE_CHECKING:
    from idp.embedded.test_sp.received import Received, ReceivedAssertion
    from idp.testing.browser import Browser
    from idp.testing.users import User


class NotFinished(AssertionError):
    """Raised by a test that wants the end of a sign-in which has not come to it."""

    def __init__(self, page: Page) -> None:
        what = page.error or page.text("instructions") or "no reason given"
        super().__init__(f"The sign-in stands at the page {page.title!r} ({page.status}): {what}")
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

    @property
    def number(self) -> str | None:
        """The number to match that the page shows, or None."""
        return self.page.text("validEntropyNumber")

    @property
    def error(self) -> str:
        """What the page complains of: empty when it does not."""
        return self.page.error

    @property
    def is_finished(self) -> bool:
        """Whether the page carries the answer to the service provider."""
        return _answer_on(self.page) is not None

    def finish(self) -> Finished:
        """Ask once whether the second factor was given, and return the answer that came of it.

        Raises :class:`NotFinished`, an AssertionError that says what the page says.
        """
        if not self.is_finished:
            self.poll()
        answer = _answer_on(self.page)
        if answer is None:
            raise NotFinished(self.page)
        return Finished(self.browser, answer, self._certificates, self._private_keys)

    def poll(self) -> Page:
        """Post the page's form as it stands, as a waiting page does."""
        return self.post()

    def enter_code(self, code: str) -> Page:
        """Choose to give a code, unless the page asks for one already, and give it."""
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
        """Choose another way to sign in, by its provider's name."""
        form = next((form for form in self.page.forms if form.id == "options"), None)
        if form is None:
            raise NotFinished(self.page)
        self.page = self.browser.submit(form, AuthMethod=provider)
        return self.page

    def post(self, **fields: str) -> Page:
        """Post the page's form with these fields as well."""
        form = self.page.form
        if form is None:
            raise NotFinished(self.page)
        self.page = self.browser.submit(form, **fields)
        return self.page


class Finished:
    """What a sign-in ends with: the form that takes the answer to the service provider."""

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

    @property
    def relay_state(self) -> str | None:
        """The RelayState, None where there is none."""
        return self.fields.get("RelayState")

    @property
    def xml(self) -> bytes:
        """The SAML response."""
        return base64.b64decode(self.fields["SAMLResponse"])

    @cached_property
    def page(self) -> Page:
        """The service provider's page: the form is posted there when this is first read."""
        return self._browser.post(self.action, self.fields)

    @cached_property
    def received(self) -> Received:
        """The response as values, its signatures checked, and opened by the keys there are."""
        from idp.embedded.test_sp.received import read_response

        return read_response(self.xml, self._certificates, self._private_keys)

    @property
    def status(self) -> tuple[str, ...]:
        """The status by the last words of its codes, like ``("Responder", "NoPassive")``."""
        return self.received.status_names

    @property
    def assertion(self) -> ReceivedAssertion:
        """The assertion; an AssertionError when there is not exactly one."""
        assertion = self.received.assertion
        if self.received.unopened:
            raise AssertionError(
                "The assertion is encrypted: give its key to add_service_provider(private_key=...)"
            )
        if assertion is None:
            raise AssertionError(f"The response holds no assertion; its status is {self.status}")
        return assertion

    @property
    def name_id(self) -> str | None:
        """The NameID's value."""
        name_id = self.assertion.name_id
        return None if name_id is None else name_id.value

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The values of each attribute."""
        return {each.name: each.values for each in self.assertion.attributes}


def _answer_on(page: Page) -> Form | None:
    return next((form for form in page.forms if "SAMLResponse" in form.fields), None)
