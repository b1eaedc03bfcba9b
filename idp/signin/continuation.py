"""What carries a sign-in over the redirect that answers a right password or a passed factor.

As in AD FS, that answer is a 302 to the address of the sign-in, and the GET that follows shows the
next page. What the address does not say is in a sealed cookie, one for each sign-in: the request
if it came by POST, when it came (for ``ForceAuthn``), and which factor was passed.

The cookie proves nothing: session and rules are asked again in the GET. It ends with the sign-in,
or after :data:`LIFETIME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapter.contract import Explanation
from idp.session.seal import Seal, SealBroken
from idp.session.sso import Session
from idp.signin.address import Address
from idp.signin.browser_request import BrowserRequest
from idp.signin.pending import MAX_LIFETIME, PendingSignIn, from_json
from idp.signin.sign_in_step import PassedFactor
from idp.web.answer import Answer
from idp.web.cookies import delete_cookie_header, set_cookie_header

PREFIX = "MSISSamlRequest"
LIFETIME = timedelta(minutes=5)
"""How long the page after the redirect can be loaded again."""
MAX_LENGTH = 3500
"""Of one cookie's value, in characters; browsers keep 4,096 with name and attributes."""
MAX_COOKIES = 8
MAX_TOTAL_LENGTH = 6000
"""Of all of them: proxies take 8 KiB of cookies. The oldest are dropped; other sign-ins go on."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A sign-in whose user has just proved something, at ``proved_at``, in ``session_id``.

    ``factor`` is the second factor that was passed, none after a password. ``factor_id`` is the
    context id for the second factor that a password leads to, None after a factor.
    """

    pending: PendingSignIn
    session_id: str
    proved_at: datetime
    factor: PassedFactor
    factor_id: str | None = None

    def factor_of(self, session_id: str) -> PassedFactor:
        """Return the factor if it was passed in this session, else none."""
        return self.factor if session_id == self.session_id else PassedFactor()

    def factor_id_of(
        self, pending: PendingSignIn, session: Session | None, user: str
    ) -> str | None:
        """Return the factor's id if this is the same sign-in of *user*, who pressed Enter twice.

        *session* is the browser's, which the first post of the log-in page must have begun.
        """
        if session is None or self.pending != pending:
            return None
        is_same = (session.id, session.user) == (self.session_id, user)
        return self.factor_id if is_same else None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        why = self.factor.why
        return {
            "pending": self.pending.to_json(),
            "session": self.session_id,
            "proved_at": self.proved_at.timestamp(),
            "context_id": self.factor.context_id,
            "why": {
                "experience": why.experience,
                "reason": why.reason,
                "outcome": why.outcome,
                "attempt": why.attempt,
            },
            "factor_id": self.factor_id,
        }


def _from_json(values: dict[str, Any]) -> Continuation:
    return Continuation(
        from_json(values["pending"]),
        values["session"],
        datetime.fromtimestamp(values["proved_at"], UTC),
        PassedFactor(values["context_id"], Explanation(**values["why"])),
        values.get("factor_id"),  # the version before has none
    )


class ContinuationCookies:
    """One cookie for each sign-in, so that several go on in one browser."""

    def __init__(self, seal: Seal, *, is_secure: bool) -> None:
        self._seal = seal
        self._is_secure = is_secure

    def redirect(self, request: BrowserRequest, continuation: Continuation) -> Answer | None:
        """Return the redirect to the address of *request*'s sign-in.

        Returns None if the sign-in is too large for a cookie, for example by its RelayState.
        """
        address, cookies = request.address, request.web.cookies
        name = _name(address)
        pending, now = continuation.pending, continuation.proved_at
        lifetime = min(LIFETIME, pending.received_at + MAX_LIFETIME - now)
        value = self._seal.seal(continuation.to_json(), bound_to=name, lifetime=lifetime)
        if len(value) > MAX_LENGTH:
            return None
        answer = Answer(status=302, headers=(("Location", address.absolute),))
        for old in _too_many({**_own(cookies, without=name), name: value}):
            answer = answer.with_header("Set-Cookie", self._delete_header(old))
        new = set_cookie_header(name, value, max_age=lifetime, secure=self._is_secure)
        return answer.with_header("Set-Cookie", new)

    def read(self, request: BrowserRequest) -> Continuation | None:
        """Return the sign-in that *request* goes on with; None without one, or after its time."""
        name = _name_in(request)
        if name is None:
            return None
        try:
            return self._seal.open_as(_from_json, request.web.cookies[name], bound_to=name)
        except SealBroken:
            return None

    def has_passed(self, request: BrowserRequest, is_recent: Callable[[datetime], bool]) -> bool:
        """Say whether this browser has passed a factor of *request*'s sign-in just now."""
        passed, session = self.read(request), request.session
        if passed is None or session is None or passed.factor.context_id is None:
            return False
        return passed.session_id == session.id and is_recent(passed.proved_at)

    def end(self, answer: Answer, request: BrowserRequest) -> Answer:
        """Return the answer to a sign-in that has ended: the browser forgets its cookie."""
        name = _name_in(request)
        if name is None:
            return answer
        return answer.with_header("Set-Cookie", self._delete_header(name))

    def _delete_header(self, name: str) -> str:
        return delete_cookie_header(name, secure=self._is_secure)


def _name(address: Address) -> str:
    return f"{PREFIX}_{address.key}"


def _name_in(request: BrowserRequest) -> str | None:
    """Return the name of the cookie of *request*'s sign-in, None if the browser has none."""
    cookies = request.web.cookies
    for each in cookies:
        if each.startswith(PREFIX):
            name = _name(request.address)
            return name if name in cookies else None
    return None  # the usual case, and the address need not be read


def _own(cookies: Mapping[str, str], *, without: str) -> dict[str, str]:
    """Return our cookies, oldest first: browsers send them so (RFC 6265 §5.4)."""
    return {
        name: value
        for name, value in cookies.items()
        if name.startswith(f"{PREFIX}_") and name != without
    }


def _too_many(own: Mapping[str, str]) -> list[str]:
    """Return the names of the oldest cookies that are beyond the limits; the last one stays."""
    names = list(own)
    while len(names) > MAX_COOKIES or sum(len(own[each]) for each in names) > MAX_TOTAL_LENGTH:
        del names[0]
    return [each for each in own if each not in names]
