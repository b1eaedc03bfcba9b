"""Use cases of API tokens: make, list and revoke (``tallystick admin token``)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.audit.roles import ADMINISTRATOR, ROLES
from idp.management.sign_in_log import read_span
from idp.session.api_tokens import ApiToken, digest_of_token, new_token_text

if TYPE_CHECKING:
    from idp.services import Services

DEFAULT_LIFETIME = "90d"
MAX_LIFETIME = timedelta(days=731)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class BadApiToken(TallystickError):
    """Raised for a token that cannot be made, or does not exist; ``field`` is what is wrong."""

    code = "bad_api_token"

    def __init__(
        self, problem: str, remedy: str, *, field: str = "name", code: str | None = None
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.field = field


def add(
    services: Services, name: str, role: str, expires: str = DEFAULT_LIFETIME
) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which is shown this once.

    *expires* is a span like ``90d`` or a time. Raises :class:`BadApiToken`.
    """
    if not _NAME.fullmatch(name) or name == ADMINISTRATOR:
        raise BadApiToken(
            sentence("{name} is no name for a token", name=repr(name[:80])),
            sentence("Use up to 63 letters, digits, dots, dashes and underscores"),
        )
    if role not in ROLES:
        raise BadApiToken(
            sentence("{role} is not a role", role=repr(role[:40])),
            sentence("Choose {roles}", roles=", ".join(ROLES)),
            field="role",
        )
    now = services.clock.now()
    token = ApiToken(name, role, now, services.changes.actor.label, _end(expires, now))
    text = new_token_text()
    with services.changes.recording() as made:
        if not services.api_tokens.add(token, digest_of_token(text)):
            raise BadApiToken(
                sentence("There is a token {name} already", name=repr(name)),
                sentence("Revoke it, or choose a name"),
            )
        made.add("api_token.add", name, after=token.as_json())
    return token, text


def revoke(services: Services, name: str) -> None:
    """Remove a token, which is worth nothing from then on; raises :class:`BadApiToken`."""
    with services.changes.recording() as made:
        before = existing(services, name)
        if not services.api_tokens.remove(name):
            raise _unknown(name)
        made.add("api_token.revoke", name, before=before.as_json())


def existing(services: Services, name: str) -> ApiToken:
    """Return a token; raises :class:`BadApiToken` if there is none of that name."""
    for token in services.api_tokens.tokens():
        if token.name == name:
            return token
    raise _unknown(name)


def _unknown(name: str) -> BadApiToken:
    return BadApiToken(
        sentence("There is no token {name}", name=repr(name[:80])),
        sentence("See tallystick admin token list"),
        code="unknown_api_token",
    )


def _end(text: str, now: datetime) -> datetime:
    span = read_span(text)
    try:
        at = now + span if span is not None else datetime.fromisoformat(text.strip())
        end = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadApiToken(
            sentence("{text} is not a time", text=repr(text[:40])),
            sentence("Give a span like 90d, or a time like 2027-01-31"),
            field="expires",
        ) from None
    if not now < end <= now + MAX_LIFETIME:
        raise BadApiToken(
            sentence("A token ends after now, and within two years"),
            sentence("Give a span like 90d, or a time"),
            field="expires",
        )
    return end
