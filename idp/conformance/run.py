"""One run: a sign-in without a fault, one with each fault, and one without a fault again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import requests

from adapter.errors import TallystickError
from idp.conformance.probe import Probe, text_of
from idp.conformance.report import Evidence, Report, Result
from idp.conformance.verdict import Outcome
from idp.conformance.visitor import Account, LedAway, SignInStopped, Visitor, response_form
from idp.management import faults
from idp.saml_faults.errors import FaultNotPossible
from idp.signin.faulty import FAULT_HEADER
from idp.signin.paths import SIGN_OUT

if TYPE_CHECKING:
    from idp.embedded.page import Page
    from idp.saml_faults.fault import Fault
    from idp.services import Services

MAX_SENT = 60_000
MAX_EXCERPT = 400
NO_PROBE = "A log-out is only seen with an address that shows the user: --probe-url."


class ProbeUnclear(TallystickError):
    """Raised if the probe does not tell a user who is signed in from one who is not."""

    code = "probe_unclear"


@dataclass(frozen=True, slots=True)
class Target:
    """The service provider under test: its trust, where a sign-in starts, and how it is probed."""

    entity_id: str
    login_url: str
    probe: Probe


class Run:
    """A run on one server. *verify* is a file of certificates to trust, or False to trust all."""

    def __init__(
        self, services: Services, target: Target, account: Account, verify: bool | str = True
    ) -> None:
        self._services = services
        self._target = target
        self._account = account
        self._verify = verify
        self._first: Visitor | None = None
        self._signed_out: Page | None = None
        self._signed_in: Page | None = None

    def begin(self) -> None:
        """Sign in without a fault, and see that the probe tells so.

        Raises :class:`ProbeUnclear`, :class:`SignInStopped`,
        :class:`~idp.saml_faults.errors.FaultsNotAllowed` and
        :class:`~idp.federation.relying_party.registry.UnknownTrust`.
        """
        faults.clear_next(self._services, self._target.entity_id)
        visitor, probe = self._visitor(), self._target.probe
        if probe.url is not None:
            self._signed_out = visitor.browser.get(probe.url)
            if probe.shows_user(self._signed_out):
                raise _unclear("shows the text before anybody has signed in", self._signed_out)
        landed = visitor.deliver(visitor.sign_in())
        self._signed_in = self._look(visitor, landed)
        if not probe.shows_user(self._signed_in):
            raise _unclear(
                f"does not show the user after a correct sign-in, which ended with {landed.status} "
                f"{_excerpt(landed)!r}",
                self._signed_in,
            )
        self._first = visitor

    def check(self, fault: Fault) -> Result:
        """Send one fault and return what the service provider did with it."""
        try:
            faults.set_next(self._services, self._target.entity_id, fault.code)
        except FaultNotPossible as error:
            return Result(fault, Outcome.NOT_SENT, note=f"{error.problem}.")
        try:
            return self._check_log_out(fault) if fault.is_of_log_out else self._check_sign_in(fault)
        except SignInStopped as error:
            return Result(fault, Outcome.NOT_SENT, note=f"{error.problem}.")
        except LedAway as away:
            return Result(fault, Outcome.LED_AWAY, Evidence(address=away.url))
        except requests.RequestException as error:
            return Result(fault, Outcome.NOT_SENT, note=f"No answer: {type(error).__name__}.")
        finally:
            faults.clear_next(self._services, self._target.entity_id)

    def works(self) -> bool:
        """Say whether a sign-in without a fault is accepted, as at the beginning."""
        visitor = self._visitor()
        return self._target.probe.shows_user(
            self._look(visitor, visitor.deliver(visitor.sign_in()))
        )

    def all(
        self, chosen: Iterable[Fault], on_result: Callable[[Result], None] = lambda _result: None
    ) -> Report:
        """Check all *chosen* faults and return the report; *on_result* is told of each."""
        started_at = self._services.clock.now()
        self.begin()
        results = []
        for fault in chosen:
            results.append(self.check(fault))
            on_result(results[-1])
        return Report(
            self._target.entity_id,
            self._account.name,
            started_at,
            version("tallystick"),
            self.works(),
            tuple(results),
        )

    def _check_sign_in(self, fault: Fault) -> Result:
        if fault.repeats:
            earlier = self._visitor()
            earlier.deliver(earlier.sign_in())
        visitor = self._visitor()
        posting = visitor.sign_in()
        # Who refuses a response by redirect may start a new sign-in, whose response has no fault.
        is_faulty = posting.headers.get(FAULT_HEADER) == fault.code
        landed = visitor.deliver(posting) if is_faulty else posting
        return self._result(fault, posting, landed, self._look(visitor, landed))

    def _check_log_out(self, fault: Fault) -> Result:
        """Sign in without a fault, and out at our server; who refuses that leaves the user in."""
        probe = self._target.probe
        if probe.url is None:
            return Result(fault, Outcome.NOT_SENT, note=NO_PROBE)
        visitor = Visitor(self._target.login_url, self._account, self._verify)
        visitor.deliver(visitor.sign_in())
        page = visitor.browser.get(probe.idp_url + SIGN_OUT)
        forms = [form for form in page.forms if form.id == "idp_SignOutPanel"]
        if not forms:
            return Result(fault, Outcome.NOT_SENT, note="Our server has no session to sign out of.")
        asking = visitor.browser.submit(forms[0])
        landed = visitor.deliver(asking)
        seen = visitor.browser.get(probe.url)
        outcome = Outcome.REFUSED if probe.shows_user(seen) else Outcome.ACCEPTED
        return Result(fault, outcome, _evidence(asking, landed))

    def _result(self, fault: Fault, posting: Page, landed: Page, seen: Page) -> Result:
        if self._signed_in is None:
            raise RuntimeError("begin() was not called")
        outcome = self._target.probe.outcome(seen, self._signed_in, self._signed_out)
        return Result(fault, outcome, _evidence(posting, landed))

    def _look(self, visitor: Visitor, landed: Page) -> Page:
        url = self._target.probe.url
        return landed if url is None else visitor.browser.get(url)

    def _visitor(self) -> Visitor:
        visitor = Visitor(self._target.login_url, self._account, self._verify)
        if self._first is not None:
            visitor.share_session(self._first)
        return visitor


def _evidence(posting: Page, landed: Page) -> Evidence:
    return Evidence(_sent(posting), landed.url.partition("?")[0], landed.status, _excerpt(landed))


def _sent(page: Page) -> str:
    """Return the message that a page posts as XML; what is not base64 as it is."""
    form = response_form(page)
    if form is None:
        return ""
    message = form.fields.get("SAMLResponse") or form.fields.get("SAMLRequest", "")
    try:
        return base64.b64decode(message, validate=False).decode()[:MAX_SENT]
    except (binascii.Error, ValueError):
        return message[:MAX_SENT]


def _excerpt(page: Page) -> str:
    words = " ".join(page.words().split())
    return words[:MAX_EXCERPT] + ("…" if len(words) > MAX_EXCERPT else "")


def _unclear(what: str, page: Page) -> ProbeUnclear:
    found = " ".join(text_of(page).split())[:200]
    return ProbeUnclear(
        f"The probe is no use: {page.url} {what} (status {page.status}: {found!r})",
        "Give an address that shows who is signed in (--probe-url), a text on it (--probe-text) or "
        "its status (--probe-status)",
    )
