"""The catalogues of the texts that only administration shows, and words that many pages show."""

from __future__ import annotations

from pathlib import Path

from idp.audit.roles import ADMINISTRATOR, AUDITOR, HELP_DESK
from idp.web.page_texts import Domain, gettext, mark

DOMAIN = Domain("admin", Path(__file__).parent / "locale")

ROLES = {
    ADMINISTRATOR: mark("administrator"),
    HELP_DESK:     mark("help desk"),
    AUDITOR:       mark("auditor"),
}  # fmt: skip


def role_name(role: str) -> str:
    """Return a role in words, in the language of the page."""
    return gettext(ROLES.get(role, role))
