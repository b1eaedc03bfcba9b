"""The cookie ``MSISAuthenticated`` of AD FS: when the user of the session signed in.

It is set by the page after the redirect that a right password is answered with. Nothing reads it
here; some of AD FS's clients look for its name.
"""

from __future__ import annotations

import base64
from datetime import datetime

from idp.session.sso import Session
from idp.web.cookies import delete_cookie_header, set_cookie_header

NAME = "MSISAuthenticated"


def set_header(session: Session, *, is_secure: bool) -> str:
    """Return the ``Set-Cookie`` header for a session; browsers forget it when they are closed."""
    value = base64.b64encode(_as_adfs_writes(session.primary.at).encode()).decode()
    return set_cookie_header(NAME, value, max_age=None, secure=is_secure)


def delete_header(*, is_secure: bool) -> str:
    """Return the ``Set-Cookie`` header with which a log-out deletes it."""
    return delete_cookie_header(NAME, secure=is_secure)


def _as_adfs_writes(at: datetime) -> str:
    """Return a time as in ``11/16/2026 5:48:34 PM``, in UTC."""
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S} {half}"
