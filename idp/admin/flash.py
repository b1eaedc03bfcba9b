"""What a change has to say on the page after it: a sealed cookie for one look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Request
from werkzeug import Response

from idp.admin.session import AdminSession
from idp.session.seal import SealBroken, Sealer

COOKIE = "AdminNotice"
LIFETIME = timedelta(minutes=1)
WARNINGS = 5
LENGTH = 400
"""So many warnings, each so long, fit into a cookie."""


@dataclass(frozen=True, slots=True)
class Flash:
    """What was done to a node, a trust or the keys, and what is odd about it."""

    about: str
    text: str
    warnings: tuple[str, ...] = ()


class Flashes:
    """Leaves a notice with one answer and takes it up with the next."""

    def __init__(self, sealer: Sealer, *, path: str, secure: bool) -> None:
        self._seal = sealer.purpose("admin-notice")
        self._path = path
        self._secure = secure

    def leave(self, answer: Response, session: AdminSession, notice: Flash) -> None:
        """Send *notice* along with *answer*."""
        warnings = [warning[:LENGTH] for warning in notice.warnings[:WARNINGS]]
        payload = {"about": notice.about, "text": notice.text[:LENGTH], "warnings": warnings}
        answer.set_cookie(
            COOKIE,
            self._seal.seal(payload, bound_to=session.id, lifetime=LIFETIME),
            max_age=LIFETIME,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )

    def read(self, asked: Request, session: AdminSession) -> Flash | None:
        """Return the notice that this session's last change left."""
        try:
            values = self._seal.open(asked.cookies.get(COOKIE, ""), bound_to=session.id)
        except SealBroken:
            return None
        return Flash(values["about"], values["text"], tuple(values["warnings"]))

    def clear(self, answer: Response) -> None:
        """Have the browser forget the notice."""
        answer.delete_cookie(COOKIE, path=self._path)
