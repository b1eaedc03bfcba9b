"""What is wrong with the token-signing keys, or soon: for the doctor and the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.sentences import sentence

if TYPE_CHECKING:
    from idp.config.schema import KeysSection
    from idp.federation.token_signing.ring import Ring

WARN_BEFORE = timedelta(days=30)
"""How long before the end of a certificate that nobody rolls over."""


def can_write(folder: Path) -> bool:
    """Say whether this process can create files in a folder."""
    return os.access(folder, os.W_OK | os.X_OK)


@dataclass(frozen=True, slots=True)
class KeyWarning:
    """One thing: a stable code, what is wrong, what to do in words, and the command for it."""

    code: str
    problem: str
    remedy: str
    command: str
    is_broken: bool = False


def warnings_of(
    ring: Ring, keys: KeysSection, now: datetime, can_write: Callable[[Path], bool] = can_write
) -> Iterator[KeyWarning]:
    """Yield what needs an administrator; *can_write* says whether a folder can be written to."""
    yield from _warnings_of_certificate(ring, keys, now)
    folder = keys.signing_key.parent
    if keys.automatic_rollover and not can_write(folder):
        yield KeyWarning(
            "keys_cannot_be_rolled",
            sentence("The server cannot write the next key to {folder}", folder=folder),
            sentence("Give it write permission there, or set keys.automatic_rollover to false"),
            "tallystick doctor",
        )


def _warnings_of_certificate(ring: Ring, keys: KeysSection, now: datetime) -> Iterator[KeyWarning]:
    begins, ends = ring.primary.facts.not_before, ring.primary.facts.not_after
    if ends <= now:
        yield KeyWarning(
            "signing_key_expired",
            sentence("The token-signing certificate expired on {day}", day=f"{ends:%Y-%m-%d}"),
            "tallystick keys roll --urgent",
            "tallystick keys roll --urgent",
            is_broken=True,
        )
    elif begins > now:
        yield KeyWarning(
            "signing_key_not_yet_valid",
            sentence(
                "The token-signing certificate is not valid before {day}",
                day=f"{begins:%Y-%m-%d}",
            ),
            sentence("Set the clock of this machine, or create another key"),
            "tallystick doctor",
            is_broken=True,
        )
    elif ends - now <= WARN_BEFORE and not keys.automatic_rollover:
        yield KeyWarning(
            "signing_key_ends",
            sentence("The token-signing certificate expires on {day}", day=f"{ends:%Y-%m-%d}"),
            sentence(
                "tallystick keys roll, then tallystick keys promote once service providers know "
                "the key"
            ),
            "tallystick keys rollover",
        )
