"""What a user is told of: one value for each change, and the sentence for each kind of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OCCASIONS = {
    # code               sentence; {device} is the kind of the device
    "device_added":    "{device} was added to your account.",
    "device_removed":  "{device} was removed from your account.",
    "codes_added":     "One-time codes were added to your account.",
    "codes_removed":   "One-time codes were removed from your account.",
    "passkey_added":   "A passkey was added to your account.",
    "passkey_removed": "A passkey was removed from your account.",
    "pushes_paused":   "A sign-in request was reported as not yours. No requests are sent to your "
                       "devices until you sign in with a code or an administrator allows them.",
    "mfa_blocked":     "Your account is blocked: every sign-in request and every code is refused "
                       "until the block ends or an administrator lifts it.",
    "mfa_unblocked":   "Your account is no longer blocked.",
    "access_pass_issued":
                       "An administrator issued a temporary access pass for your account.",
    "access_pass_removed":
                       "The temporary access pass of your account was removed.",
    "password_reset":  "A new password was set for your account by password reset.",
    "account_reset":   "An administrator has set a new password for your account "
                       "and removes its sign-in methods.",
}  # fmt: skip
"""The sentence of each occasion, without a word that somebody else has chosen."""

UNKNOWN = "Your account was changed."
"""For an occasion that a later version has stored."""

DEVICES = {
    "android":  "An Authenticator app (Android)",
    "ios":      "An Authenticator app (iOS)",
    "web":      "An Authenticator in a browser",
    "watchos":  "An Authenticator on a watch (watchOS)",
    "wear-os":  "An Authenticator on a watch (Wear OS)",
}  # fmt: skip
"""The kind of a device by its platform."""

ANY_DEVICE = "An Authenticator app"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One change that a user is told of.

    ``code`` is one of :data:`OCCASIONS`, ``user`` a UPN. ``platform`` and ``name`` are those of the
    device or passkey that was added or removed. Whoever added it chose ``name``: it is shown on
    phones, as text beside the sentence, and never in a mail.
    """

    code: str
    user: str
    at: datetime
    platform: str = ""
    name: str = ""

    @property
    def sentence(self) -> str:
        """What happened, for the user."""
        device = DEVICES.get(self.platform, ANY_DEVICE)
        return OCCASIONS.get(self.code, UNKNOWN).format(device=device)
