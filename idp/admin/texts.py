"""The catalogues of the texts that only administration shows, and words that many pages show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapter.errors import TallystickError
from idp.audit.roles import ADMINISTRATOR, AUDITOR, HELP_DESK
from idp.federation.metadata.diff import ADDED, CHANGED, REMOVED
from idp.web.page_texts import Domain, gettext, mark, translated

DOMAIN = Domain("admin", Path(__file__).parent / "locale")

ROLES = {
    ADMINISTRATOR: mark("administrator"),
    HELP_DESK:     mark("help desk"),
    AUDITOR:       mark("auditor"),
}  # fmt: skip

CHANGES = {
    # kind    sentence about a field of metadata, and its value
    ADDED:    mark("added {what}: {value}"),
    REMOVED:  mark("removed {what}: {value}"),
    CHANGED:  mark("changed {what}: {value}"),
}  # fmt: skip


def error_text(error: TallystickError) -> str:
    """Return what is wrong and what to do, as ``str(error)``, in the language of the page."""
    parts = (translated(part).rstrip(".") for part in (error.problem, error.remedy) if part)
    return " ".join(gettext("%(sentence)s.") % {"sentence": part} for part in parts)


def change_words(change: Mapping[str, str]) -> str:
    """Return a difference between two metadata of a trust, in the language of the page."""
    return gettext(CHANGES[change["kind"]]).format_map(change)


def role_name(role: str) -> str:
    """Return a role in words, in the language of the page."""
    return gettext(ROLES.get(role, role))


IN_TEMPLATES = (change_words, error_text, role_name)
"""What the templates call."""
