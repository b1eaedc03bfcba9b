"""An Authenticator app: which versions can match numbers, and which device decides for a user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

PHONE_CURRENT = "phone-current"
PHONE_OLD = "phone-old"
WEARABLE = "wearable"

BEST_FIRST = (PHONE_CURRENT, PHONE_OLD, WEARABLE)

NUMBER_MATCHING_SINCE = {
    # platform   first app version that can match a number
    "android": (6, 2006, 4198),
    "ios":     (6, 4, 12),
}  # fmt: skip
"""From an earlier revision of Microsoft's "How number matching works"; today's names no versions,
and says only that an older app fails."""

TYPED_SINCE = {
    # platform   first app version in which the user types the number, and does not tap one of three
    "android": (6, 2108, 5654),
    "ios":     (6, 5, 82),
}  # fmt: skip
"""From the same revision. It says of versions from 6.2111.7701 and 6.5.85 on that the user types
the number, and nothing of the few before them: those type it as well (docs/phone.md)."""

CURRENT_APPS = {"android": "6.2111.7701", "ios": "6.5.85"}
"""Versions in which the user types the number for certain."""

ANY_VERSION = "1.0"
"""For platforms on which the version makes no difference."""

BROKER_PLATFORM = "ios"
"""The one platform with broker flows: sign-in page and app on the same device."""

NO_APP_PLATFORM = "watchos"
"""There has been no Authenticator for it since January 2023: it is not activated any more."""

WEARABLE_PLATFORMS = (NO_APP_PLATFORM, "wear-os")
PLATFORMS = (*NUMBER_MATCHING_SINCE, "web", *WEARABLE_PLATFORMS)
"""The platforms that a device may name. ``web`` is our own phone page, which is always current."""

MAX_KNOWN_VERSIONS = 256
"""Versions of apps whose numbers are kept; each step of a sign-in asks for those of its phones."""

_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Device:
    """One activated Authenticator. ``public_key`` is a P-256 key as SubjectPublicKeyInfo DER.

    ``registration`` is None, except for a phone that is not registered yet: then it names the
    registration whose test notification the phone still has to answer. Such a phone is none of the
    user's methods. ``broker`` says that its user signs in on the same device: an iOS broker flow.
    """

    id: str
    user: str
    name: str
    platform: str
    app_version: str
    public_key: bytes
    activated_at: datetime
    last_used_at: datetime | None = None
    registration: str | None = None
    broker: bool = False

    @property
    def kind(self) -> str:
        """The kind of device, in the words of :func:`adapter.decide`.

        ``phone-current``, ``phone-old`` (its app cannot match numbers) or ``wearable``.
        """
        if self.platform in WEARABLE_PLATFORMS:
            return WEARABLE
        if self.platform == "web":
            return PHONE_CURRENT
        since = NUMBER_MATCHING_SINCE.get(self.platform)
        if since is None or version_of(self.app_version) < since:
            return PHONE_OLD
        return PHONE_CURRENT

    @property
    def taps_the_number(self) -> bool:
        """Whether the user of this app taps one of three numbers instead of typing it."""
        typed_since = TYPED_SINCE.get(self.platform)
        is_older = typed_since is not None and version_of(self.app_version) < typed_since
        return is_older and self.kind == PHONE_CURRENT


@lru_cache(MAX_KNOWN_VERSIONS)
def version_of(text: str) -> tuple[int, ...]:
    """Return an app version as integers to compare; any other text counts as the oldest."""
    if not _VERSION.fullmatch(text):
        return ()
    return tuple(int(part) for part in text.split("."))


def is_app_version(text: str) -> bool:
    """Say whether *text* is one to four numbers with dots between them."""
    return _VERSION.fullmatch(text) is not None


def best_of(devices: Sequence[Device]) -> Device | None:
    """Return the device that decides what the user sees: current phone, old phone, wearable."""
    return min(devices, key=lambda device: BEST_FIRST.index(device.kind), default=None)
