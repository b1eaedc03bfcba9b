"""The words in which tests change policies, and the keys of ``tallystick policy set`` for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

PUSH_POLICIES = {
    # which allows push   (methods policy, legacy policy)
    "methods":            ("enabled", False),
    "legacy":             ("disabled", True),
    "both":               ("enabled", True),
    "none":               ("disabled", False),
}  # fmt: skip

MIGRATIONS = {
    # in a test     in Graph's words
    "pre":          "preMigration",
    "in_progress":  "migrationInProgress",
    "complete":     "migrationComplete",
}  # fmt: skip

CAMPAIGN_STATE = "registrationEnforcement.authenticationMethodsRegistrationCampaign.state"


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """What a test says of the policies, in the words of ``federation.policy``.

    What is None stays as it is.
    """

    push_policy: str | None
    migration: str | None
    reset: str | Sequence[str] | None
    reset_methods: int | None
    must_register: bool | None
    campaign: bool | None

    def as_changes(self) -> dict[str, Any]:
        """Return the changes by key; raises ValueError for a word that does not exist."""
        _check("push_policy", self.push_policy, PUSH_POLICIES)
        _check("migration", self.migration, MIGRATIONS)
        campaign = None if self.campaign is None else "enabled" if self.campaign else "disabled"
        state, by_legacy = PUSH_POLICIES[self.push_policy] if self.push_policy else (None, None)
        reset = [self.reset] if isinstance(self.reset, str) else self.reset
        changes = {
            "policyMigrationState": MIGRATIONS[self.migration] if self.migration else None,
            "legacyResetPolicy.includeTargets": None if reset is None else list(reset),
            "legacyResetPolicy.numberOfMethodsRequired": self.reset_methods,
            "isRegistrationRequiredAtSignIn": self.must_register,
            CAMPAIGN_STATE: campaign,
            "MicrosoftAuthenticator.state": state,
            "legacyMfaPolicy.notificationThroughMobileApp": by_legacy,
        }
        return {key: value for key, value in changes.items() if value is not None}


def _check(name: str, word: str | None, known: Collection[str]) -> None:
    if word is not None and word not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {word!r}")
