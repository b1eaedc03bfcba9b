"""A dangerous change that waits until its administrator has given both proofs again.

The form is kept in a sealed cookie, so that nothing has to be typed a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Request
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin.cookies import AdminCookies, cookies_of
from idp.session.seal import SealBroken, Sealer

COOKIE = "AdminPending"
LIFETIME = timedelta(minutes=15)
MAX_LENGTH = 2500
"""Characters of a form that are kept; browsers keep cookies of up to 4 KiB."""


class ProofsTooOld(TallystickError):
    """Raised for a dangerous change without both proofs of just before."""

    code = "proofs_too_old"

    def __init__(self) -> None:
        super().__init__(
            sentence("This change needs your password and second factor again"),
            sentence("Sign in at /admin/ again, then repeat the change"),
        )


@dataclass(frozen=True, slots=True)
class PendingChange:
    """The form of a change: where it is posted to, what it does (a verb), and its fields."""

    path: str
    verb: str
    fields: Mapping[str, str]


class PendingChanges:
    """Keeps one pending change for each browser."""

    def __init__(self, sealer: Sealer, cookies: AdminCookies) -> None:
        self._seal = sealer.purpose("admin-pending")
        self._cookies = cookies

    def keep(self, response: Response, user: str, change: PendingChange) -> None:
        """Let the browser keep a change; raises :class:`ProofsTooOld` for a form that is long."""
        fields = dict(change.fields)
        if sum(len(name) + len(text.encode()) for name, text in fields.items()) > MAX_LENGTH:
            raise ProofsTooOld
        payload = {"path": change.path, "verb": change.verb, "fields": fields}
        sealed = self._seal.seal(payload, bound_to=user, lifetime=LIFETIME)
        self._cookies.set(response, COOKIE, sealed, max_age=LIFETIME)

    def read(self, request: Request, user: str) -> PendingChange | None:
        """Return the change that waits for this user, None if there is none."""
        try:
            values = self._seal.open(cookies_of(request).get(COOKIE, ""), bound_to=user)
        except SealBroken:
            return None
        return PendingChange(values["path"], values["verb"], values["fields"])

    def forget(self, response: Response) -> None:
        """Delete the cookie."""
        self._cookies.delete(response, COOKIE)
