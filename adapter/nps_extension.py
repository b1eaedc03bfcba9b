"""The NPS extension: its versions, and when it asks for a code instead of Approve/Deny.

Source: Microsoft's "How number matching works", section "NPS extension". The counterpart for AD FS
is ``adfs_server.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from adapter import reasons
from adapter.errors import TallystickError
from adapter.reasons import Verdict
from adapter.sentences import sentence

OVERRIDE_NAME: Final = "OVERRIDE_NUMBER_MATCHING_WITH_OTP"
"""The string value under ``HKLM\\SOFTWARE\\Microsoft\\AzureMfa``, read when the service starts."""

_VERSION = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})")


@dataclass(frozen=True, slots=True, order=True)
class NpsVersion:
    """A version of the NPS extension: four integers, compared part by part."""

    major: int
    minor: int
    build: int
    revision: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}.{self.revision}"


class NotAVersionError(TallystickError):
    """Raised when a text is not a version of the NPS extension."""

    code = "not_a_version"

    def __init__(self, text: str) -> None:
        super().__init__(
            problem=sentence("{text} is not a version of the NPS extension", text=repr(text[:60])),
            remedy=sentence("Give four numbers with dots between them, like 1.2.2216.1"),
        )


class Override(StrEnum):
    """What the registry value says about asking for a code instead of Approve/Deny."""

    UNSET = "unset"
    ON = "TRUE"
    OFF = "FALSE"


OVERRIDE_SINCE: Final = NpsVersion(1, 0, 1, 40)
"""The first version that reads the override."""

CODE_SINCE: Final = NpsVersion(1, 2, 2216, 1)
"""The first version that asks for a code unless the override says FALSE."""

KNOWN_VERSIONS: Final = tuple(
    NpsVersion(*parts)
    for parts in (
        (1, 0, 1, 32),
        (1, 0, 1, 40),
        (1, 0, 1, 41),
        (1, 0, 1850, 1),
        (1, 1, 1892, 2),
        (1, 2, 1916, 2),
        (1, 2, 1959, 1),
        (1, 2, 2131, 2),
        (1, 2, 2216, 1),
        (1, 2, 2677, 2),
        (1, 2, 2893, 1),
    )
)
"""Released versions, oldest first."""

CODE_PROTOCOLS: Final = frozenset({"PAP"})
"""The protocols that can carry a code; with MSCHAPv2, CHAP and EAP only a push works."""


def parse_version(text: str) -> NpsVersion:
    """Read a version such as ``1.2.2216.1``; raises :class:`NotAVersionError`."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise NotAVersionError(text)
    return NpsVersion(*map(int, match.groups()))


def read_override(value: str) -> Override:
    """Return what the registry value means; an empty text means that it is not set.

    Only TRUE and FALSE in capitals count, as for the extension's other values. Anything else counts
    as not set (inferred), and :func:`override_warnings` says so.
    """
    try:
        return Override(value)
    except ValueError:
        return Override.UNSET


def override_warnings(value: str) -> Iterator[str]:
    """Yield a warning for a value that is neither TRUE nor FALSE nor empty."""
    if value and value not in set(Override):
        yield (
            sentence(
                "{override_name} is {value}, which counts as unset: only TRUE and "
                "FALSE in capitals are known.",
                override_name=OVERRIDE_NAME,
                value=repr(value[:60]),
            )
        )


class RadiusSignIn(NamedTuple):
    """A sign-in through the extension, as far as it matters.

    ``override`` is the registry value as it is set. ``totp_registered`` and
    ``client_can_answer_challenge`` are ``yes``, ``no``, or empty if unknown: then ``yes`` is
    assumed, and a warning says so. Likewise PAP is assumed for an empty ``protocol``.
    """

    version: NpsVersion
    override: str
    totp_registered: str
    protocol: str
    client_can_answer_challenge: str


def for_push(sign_in: RadiusSignIn) -> Verdict:
    """Return what the extension asks for when a push is due: Approve/Deny, or a code."""
    version, value = sign_in.version, sign_in.override
    experience, reason, rules, warnings = _by_version(sign_in, read_override(value))
    if OVERRIDE_SINCE <= version < CODE_SINCE and version not in KNOWN_VERSIONS:
        rules = (*rules, reasons.NPS_UNLISTED_VERSION)
    return Verdict(experience, reason, rules, (*override_warnings(value), *warnings))


def for_code(sign_in: RadiusSignIn, verdict: Verdict) -> Verdict:
    """Return *verdict*, which asks for a code, or a refusal if the client cannot take one.

    The protocol has to carry a challenge, and the RADIUS client has to show it to the user.
    """
    if sign_in.protocol and sign_in.protocol not in CODE_PROTOCOLS:
        rules = (*verdict.rules, reasons.NPS_NEEDS_PAP)
        return Verdict("refused", "challenge_needs_pap", rules, verdict.warnings)
    warnings = (*verdict.warnings, *_assumed(sign_in.protocol, "the protocol PAP"))
    if sign_in.client_can_answer_challenge == "no":
        rules = (*verdict.rules, reasons.NPS_CLIENT)
        return Verdict("refused", "client_cannot_answer_challenge", rules, warnings)
    assumed = _assumed(sign_in.client_can_answer_challenge, "a client that can ask for a code")
    return verdict._replace(warnings=(*warnings, *assumed))


def _by_version(sign_in: RadiusSignIn, override: Override) -> Verdict:
    version = sign_in.version
    if version < OVERRIDE_SINCE:
        return Verdict("approve_deny", "version_too_old", (reasons.NPS_TOO_OLD,))
    if override is Override.OFF:
        return Verdict("approve_deny", "override_off", (reasons.NPS_OVERRIDE_OFF,))
    if override is Override.UNSET and version < CODE_SINCE:
        return Verdict("approve_deny", "override_not_set", (reasons.NPS_OVERRIDE,))

    rule = reasons.NPS_OVERRIDE if version < CODE_SINCE else reasons.NPS_BY_VERSION
    if sign_in.totp_registered == "no":
        return Verdict("approve_deny", "no_totp_method", (rule, reasons.NPS_NO_CODE))
    reason = "totp_by_override" if override is Override.ON else "totp_by_version"
    assumed = _assumed(sign_in.totp_registered, "a user with a method that yields codes")
    return for_code(sign_in, Verdict("totp", reason, (rule,), tuple(assumed)))


def _assumed(given: str, what: str) -> Iterator[str]:
    if not given:
        yield sentence("Assumed, because it was not given: {what}.", what=what)
