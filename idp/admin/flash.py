"""Flash messages: shown once on the page after a change, kept in a sealed cookie until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Request
from werkzeug import Response

from idp.admin.cookies import AdminCookies, cookies_of
from idp.admin.session import AdminSession
from idp.session.seal import SealBroken, Sealer
from idp.web.page_texts import translated

COOKIE = "AdminNotice"
LIFETIME = timedelta(minutes=1)

# Browsers keep cookies of up to 4 KiB.
MAX_WARNINGS = 5
MAX_TEXT_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Flash:
    """What was changed, and warnings about it.

    ``about`` names the thing: a node, the entity ID of a trust, or ``keys``.
    """

    about: str
    text: str
    warnings: tuple[str, ...] = ()


class Flashes:
    """Writes a flash message into one response and reads it with the next request."""

    def __init__(self, sealer: Sealer, cookies: AdminCookies) -> None:
        self._seal = sealer.purpose("admin-notice")
        self._cookies = cookies

    def leave(self, response: Response, session: AdminSession, flash: Flash) -> None:
        """Set the cookie with *flash*, cut to the lengths above, for this session only.

        Its texts are translated here: sealed, they are plain text.
        """
        text, *warnings = (
            translated(each)[:MAX_TEXT_LENGTH]
            for each in (flash.text, *flash.warnings[:MAX_WARNINGS])
        )
        payload = {"about": flash.about, "text": text, "warnings": warnings}
        sealed = self._seal.seal(payload, bound_to=session.id, lifetime=LIFETIME)
        self._cookies.set(response, COOKIE, sealed, max_age=LIFETIME)

    def read(self, request: Request, session: AdminSession) -> Flash | None:
        """Return the flash message that this session's last change left, or None."""
        try:
            values = self._seal.open(cookies_of(request).get(COOKIE, ""), bound_to=session.id)
        except SealBroken:
            return None
        return Flash(values["about"], values["text"], tuple(values["warnings"]))

    def clear(self, response: Response) -> None:
        """Delete the cookie."""
        self._cookies.delete(response, COOKIE)
