"""The catalogues of the texts that only administration shows, and words that many pages show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapter.errors import TallystickError, said_by
from idp.audit.changes import ACCOUNT, COMMAND, PAGE, SERVER
from idp.audit.roles import ADMINISTRATOR, AUDITOR, HELP_DESK
from idp.federation.metadata.diff import ADDED, CHANGED, REMOVED
from idp.recorder.timeline import IN_PROGRESS, ISSUED, LED_ON, REFUSED, SIGNED_OUT
from idp.web.page_texts import Domain, gettext, mark, translated

DOMAIN = Domain("admin", Path(__file__).parent / "locale")

ROLES = {
    ADMINISTRATOR: mark("administrator"),
    HELP_DESK:     mark("help desk"),
    AUDITOR:       mark("auditor"),
}  # fmt: skip

OUTCOMES = {
    # of a timeline  in words
    ISSUED:          mark("issued"),
    REFUSED:         mark("refused"),
    SIGNED_OUT:      mark("signed out"),
    LED_ON:          mark("led on"),
    IN_PROGRESS:     mark("in progress"),
}  # fmt: skip
WAYS = {
    # of a change  in words
    PAGE:          mark("page"),
    COMMAND:       mark("command"),
    SERVER:        mark("server"),
    ACCOUNT:       mark("account"),
}  # fmt: skip
CHANGES = {
    # kind    sentence about a field of metadata, and its value
    ADDED:    mark("added {what}: {value}"),
    REMOVED:  mark("removed {what}: {value}"),
    CHANGED:  mark("changed {what}: {value}"),
}  # fmt: skip


def error_text(error: TallystickError) -> str:
    """Return what is wrong and what to do, as ``str(error)``, in the language of the page."""
    return translated(said_by(error))


def change_words(change: Mapping[str, str]) -> str:
    """Return a difference between two metadata of a trust, in the language of the page."""
    return gettext(CHANGES[change["kind"]]).format_map(change)


def role_name(role: str) -> str:
    """Return a role in words, in the language of the page."""
    return gettext(ROLES.get(role, role))


def outcome_name(outcome: str) -> str:
    """Return how a timeline ends so far in words, in the language of the page."""
    return gettext(OUTCOMES.get(outcome or IN_PROGRESS, outcome))


def way_name(way: str) -> str:
    """Return by which way a change was made, in the language of the page."""
    return gettext(WAYS.get(way, way))


IN_TEMPLATES = (change_words, error_text, outcome_name, role_name, way_name)
"""What the templates call."""
