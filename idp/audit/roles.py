"""The roles of administration, and the one table that says which role may do what.

Verbs are those of the audit log (:mod:`idp.audit.change_verbs`), and those of reading below. An
administrator may do everything. The hosts ask before a request does anything; the audit log asks
again before it stores a change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.errors import TallystickError
from adapter.sentences import sentence

ADMINISTRATOR, HELP_DESK, AUDITOR = "administrator", "help_desk", "auditor"
ROLES = (ADMINISTRATOR, HELP_DESK, AUDITOR)
"""A user who has several has the first of them."""

READ = "read"
READ_USERS = "read.users"
READ_SIGN_INS = "read.sign_ins"
READ_API = "read.api"
"""The description of the REST API."""
OWN_SESSION = "own_session"
"""What is about the administrator's own session: to sign out."""
CHANGE = "change"
"""Any change that has no verb of its own: for administrators only."""

OTHERS_MAY = {
    # verb                 roles besides administrator
    READ:                  (AUDITOR,),
    READ_API:              (AUDITOR, HELP_DESK),
    READ_USERS:            (AUDITOR, HELP_DESK),
    READ_SIGN_INS:         (AUDITOR, HELP_DESK),
    OWN_SESSION:           (AUDITOR, HELP_DESK),
    "user.method_remove":  (HELP_DESK,),
    "user.pass":           (HELP_DESK,),
    "user.pass_remove":    (HELP_DESK,),
    "user.unlock":         (HELP_DESK,),
}  # fmt: skip
"""A verb that is not here is for administrators only."""

DANGEROUS = {
    "adapter.enable":     sentence("Enable adapters"),
    "adapter.register":   sentence("Register an adapter"),
    "adapter.unregister": sentence("Remove an adapter"),
    "admin.token":        sentence("Replace the emergency token"),
    "api_token.add":      sentence("Make an API token"),
    "api_token.revoke":   sentence("Revoke an API token"),
    "configuration.apply": sentence("Apply a configuration"),
    "key.promote":        sentence("Sign with the secondary key"),
    "key.retire":         sentence("Retire a token-signing key"),
    "key.roll":           sentence("Make the next token-signing key"),
    "trust.remove":       sentence("Remove a relying party trust"),
    "user.remove":        sentence("Remove a user"),
    "user.reset":         sentence("Reset the account of a user"),
}  # fmt: skip
"""What asks a signed-in administrator for both proofs again, in words for a button."""


class RoleRefused(TallystickError):
    """Raised when a role may not do what was asked for."""

    code = "role_refused"


@dataclass(frozen=True, slots=True)
class RoleGroups:
    """The groups whose members have a role; an empty name stands for none."""

    administrators: str
    help_desk: str
    auditors: str

    def role_of(self, groups: Iterable[str]) -> str | None:
        """Return the role of a user with these groups, compared without regard to case."""
        held = {group.casefold() for group in groups}
        wanted = (self.administrators, self.help_desk, self.auditors)
        for role, group in zip(ROLES, wanted, strict=True):
            if group and group.casefold() in held:
                return role
        return None


def may(role: str, verb: str) -> bool:
    """Say whether a role may do what *verb* names."""
    return role == ADMINISTRATOR or role in OTHERS_MAY.get(verb, ())


def must_be_allowed(role: str, verb: str) -> None:
    """Raise :class:`RoleRefused` unless the role may do what *verb* names."""
    if not may(role, verb):
        raise RoleRefused(
            sentence("The role {role} may not do this ({verb})", role=in_words(role), verb=verb),
            sentence("Ask an administrator"),
        )


def in_words(role: str) -> str:
    """Return the name of a role for people."""
    return role.replace("_", " ")
