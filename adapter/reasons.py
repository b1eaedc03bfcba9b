"""Every reason and every rule of a decision, with the sentences that administrators read.

The quotations are from Microsoft's "How number matching works in MFA push notifications for
Authenticator" (2024-11-27). A rule without a quotation is inferred from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from adapter.sentences import sentence

REASONS: Final = {
    "kb_installed": sentence(
        "The update that brings number matching, or a later one, is installed."
    ),
    "kb_missing": sentence("The update that brings number matching is not installed."),
    "not_in_table": sentence(
        "Microsoft's table names no update for this version of Windows Server."
    ),
    "after_table_by_setting": sentence(
        "This Windows Server is later than Microsoft's table, and the farm's "
        "setting products_after_table gives it number matching."
    ),
    "update_level_unknown": sentence(
        "It is not known which updates are installed: the revision is missing."
    ),
    "not_a_build": sentence("The text names no build of Windows Server."),
    "always": sentence("Push notifications here always ask for a number."),
    "method_unchanged": sentence(
        "A code was asked for; number matching changes nothing about codes."
    ),
    "push_not_enabled": sentence("No policy allows push notifications."),
    "app_upgrade_required": sentence(
        "The user's Authenticator is too old for numbers and must be upgraded."
    ),
    "wearable_cannot_match": sentence(
        "A wearable device cannot take a number; the phone has to be used."
    ),
    "mfa_server_has_no_number_matching": sentence("MFA Server does not support number matching."),
    "totp_by_version": sentence("This version of the NPS extension asks for a code on its own."),
    "totp_by_override": sentence("The registry override makes the NPS extension ask for a code."),
    "override_off": sentence("The registry override keeps Approve/Deny."),
    "override_not_set": sentence(
        "This version of the NPS extension asks for a code only when the registry override says so."
    ),
    "version_too_old": sentence(
        "This version of the NPS extension does not know the registry override."
    ),
    "no_totp_method": sentence("The user has no method that yields a code."),
    "challenge_needs_pap": sentence("A code can be asked for over PAP only."),
    "client_cannot_answer_challenge": sentence("The RADIUS client cannot ask the user for a code."),
}
"""What each reason means, by its code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that applied: its stable name, and the quoted sentence it rests on.

    A rule that is inferred rather than stated has no ``quote``, but a ``note`` that explains it.
    """

    name: str
    quote: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        said = f'"{self.quote}"' if self.quote is not None else self.note
        return f"{self.name}: {said}"

    @property
    def basis(self) -> str:
        """``stated`` if the rule has a quotation, else ``inferred``."""
        return "inferred" if self.quote is None else "stated"

    def as_json(self) -> dict[str, str | None]:
        """Return the rule as the JSON of a decision shows it."""
        return {"name": self.name, "basis": self.basis, "quote": self.quote, "note": self.note}


# Which methods are asked for, and whether push is among them.
OTHER_METHOD: Final = Rule(
    "other_method_unchanged",
    "If you're prompted for another method, you won't see any change.",
)
PUSH_BY_METHODS_POLICY: Final = Rule(
    "push_enabled_by_policy",
    "Admins can enable users for Authenticator push notifications either in the Authentication "
    "methods policy or the legacy multifactor authentication (MFA) policy",
)
PUSH_BY_LEGACY_POLICY: Final = Rule(
    "legacy_policy_suffices",
    "You see number matching regardless of whether you're enabled for Authenticator in the "
    "Authentication methods policy.",
)
PUSH_BY_NO_POLICY: Final = Rule("push_needs_a_policy", PUSH_BY_METHODS_POLICY.quote)

# The hosts in the cloud.
ALWAYS_IN_MFA: Final = Rule(
    "always_in_mfa", "Number matching is enabled for all Authenticator push notifications."
)
ALWAYS_IN_SSPR: Final = Rule(
    "always_in_sspr",
    "SSPR with Authenticator requires number matching when using Authenticator.",
)
ALWAYS_IN_REGISTRATION: Final = Rule(
    "always_in_registration", "Combined registration with Authenticator requires number matching."
)
MFA_SERVER: Final = Rule(
    "mfa_server_never",
    "number matching isn't enforced because it's not a supported feature for MFA Server",
)

# The AD FS adapter.
UPDATE_INSTALLED: Final = Rule(
    "adfs_update_installed",
    "The AD FS adapter supports number matching only after you install one of the updates in the "
    "following table.",
)
UPDATES_ARE_CUMULATIVE: Final = Rule(
    "updates_are_cumulative",
    note=sentence("A later revision of the same base build holds every earlier update."),
)
UPDATE_MISSING: Final = Rule(
    "adfs_update_missing", "Unpatched versions of Windows Server don't support number matching."
)
EARLIER_VERSION: Final = Rule(
    "adfs_earlier_version",
    "On earlier versions, you continue to see the Approve/Deny experience and don't see number "
    "matching until you upgrade.",
)
UNLISTED_VERSION: Final = Rule(
    "adfs_unlisted_version",
    note=sentence(
        "The table names the only versions with number matching, and this one is not among them."
    ),
)
AFTER_TABLE: Final = Rule(
    "products_after_table_by_setting",
    note=sentence(
        "Only earlier versions are said to lack number matching; the farm is set to read it so."
    ),
)

# What answers.
OLD_APP: Final = Rule(
    "old_app_cannot_match",
    "If you're running an older version of Authenticator that doesn't support number matching, "
    "authentication won't work.",
)
WEARABLE: Final = Rule(
    "wearable_cannot_match",
    "If you use a wearable device, you need to use your phone to approve notifications when number "
    "matching is enabled.",
)

# The NPS extension.
NPS_TOO_OLD: Final = Rule(
    "nps_version_too_old",
    "NPS extensions versions earlier than 1.0.1.40 don't support TOTP enforced by number matching.",
)
NPS_OVERRIDE_OFF: Final = Rule(
    "nps_override_off",
    "you can set OVERRIDE_NUMBER_MATCHING_WITH_OTP = FALSE to fall back to Approve/Deny push "
    "notifications",
)
NPS_OVERRIDE: Final = Rule(
    "nps_override",
    "Organizations that run any of these earlier versions of NPS extension can modify the registry "
    "to require you to enter a TOTP",
)
NPS_BY_VERSION: Final = Rule(
    "nps_code_by_version",
    "Anyone who performs a RADIUS connection with NPS extension version 1.2.2216.1 or later is "
    "prompted to sign in with a TOTP method instead of Approve/Deny.",
)
NPS_NO_CODE: Final = Rule(
    "nps_needs_code_method",
    "Without a TOTP method registered, you continue to see Approve/Deny.",
)
NPS_NEEDS_PAP: Final = Rule(
    "nps_needs_pap",
    "If the NPS server isn't configured to use PAP, user authorization fails",
)
NPS_CLIENT: Final = Rule(
    "nps_client_must_challenge",
    "If your organization uses Remote Desktop Gateway and you're registered for a TOTP code along "
    "with Authenticator push notifications, you can't meet the Microsoft Entra MFA challenge",
)
NPS_UNLISTED_VERSION: Final = Rule(
    "nps_unlisted_version",
    note=sentence("The version is not listed; it behaves as the listed ones before and after it."),
)


class Verdict(NamedTuple):
    """An experience with its reason, the rules that led to it, and warnings for administrators."""

    experience: str
    reason: str
    rules: tuple[Rule, ...]
    warnings: tuple[str, ...] = ()


CODE_UNCHANGED: Final = Verdict("totp", "method_unchanged", (OTHER_METHOD,))
"""The verdict on a code that was asked for: nothing changes it."""
