"""The NPS extension: its versions, and when a code takes the place of Approve/Deny.

Facts: Microsoft's "How number matching works", section "NPS extension".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from adapter import reasons as because
from adapter.errors import TallystickError
from adapter.reasons import Verdict

OVERRIDE_NAME: Final = "OVERRIDE_NUMBER_MATCHING_WITH_OTP"
"""The string value under ``HKLM\\SOFTWARE\\Microsoft\\AzureMfa``, read when the service starts."""

_VERSION = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})")


@dataclass(frozen=True, slots=True, order=True)
class NpsVersion:
    """A version of the NPS extension, four integers that compare part by part."""

    major: int
    minor: int
    build: int
    revision: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}.{self.revision}"


class NotAVersionError(TallystickError):
    """Raised when a text is no version of the NPS extension."""

    code = "not_a_version"

    def __init__(self, text: str) -> None:
        super().__init__(
            problem=f"{text[:60]!r} is no version of the NPS extension",
            remedy="Give four numbers with dots between them, like 1.2.2216.1",
        )


class Override(StrEnum):
    """What the registry says of codes in place of Approve/Deny."""

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
"""The protocols over which a code can be asked for; MSCHAPv2, CHAP and EAP carry a push only."""


def parse_version(text: str) -> NpsVersion:
    """Read a version such as ``1.2.2216.1``; raises :class:`NotAVersionError`."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise NotAVersionError(text)
    return NpsVersion(*map(int, match.groups()))


def read_override(value: str) -> Override:
    """What the registry value means; the empty text is unset.

    Only TRUE and FALSE in capitals count, as for the extension's other values; anything else is
    as if unset (inferred), and :func:`override_warnings` says so.
    """
    try:
        return Override(value)
    except ValueError:
        return Override.UNSET


def override_warnings(value: str) -> Iterator[str]:
    """A warning for a value that is neither TRUE nor FALSE nor unset."""
    if value and value not in set(Override):
        yield (
            f"{OVERRIDE_NAME} is {value[:60]!r}, which counts as unset: "
            "only TRUE and FALSE in capitals are known."
        )


class RadiusSignIn(NamedTuple):
    """What matters of a sign-in through the extension.

    ``override`` is the registry value as it stands there. ``totp_registered`` and
    ``client_can_answer_challenge`` are yes, no, or empty: not said, and then taken for yes with a
    warning; an empty ``protocol`` is taken for PAP likewise.
    """

    version: NpsVersion
    override: str
    totp_registered: str
    protocol: str
    client_can_answer_challenge: str


def for_push(sign_in: RadiusSignIn) -> Verdict:
    """What the extension makes of a push that the user would be sent."""
    version, value = sign_in.version, sign_in.override
    experience, reason, rules, warnings = _by_version(sign_in, read_override(value))
    if OVERRIDE_SINCE <= version < CODE_SINCE and version not in KNOWN_VERSIONS:
        rules = (*rules, because.NPS_UNLISTED_VERSION)
    return Verdict(experience, reason, rules, (*override_warnings(value), *warnings))


def for_code(sign_in: RadiusSignIn, verdict: Verdict) -> Verdict:
    """*verdict*, which asks for a code, if the protocol carries that and the client can put it."""
    if sign_in.protocol and sign_in.protocol not in CODE_PROTOCOLS:
        rules = (*verdict.rules, because.NPS_NEEDS_PAP)
        return Verdict("refused", "challenge_needs_pap", rules, verdict.warnings)
    warnings = (*verdict.warnings, *_assumed(sign_in.protocol, "the protocol PAP"))
    if sign_in.client_can_answer_challenge == "no":
        rules = (*verdict.rules, because.NPS_CLIENT)
        return Verdict("refused", "client_cannot_answer_challenge", rules, warnings)
    assumed = _assumed(sign_in.client_can_answer_challenge, "a client that can ask for a code")
    return verdict._replace(warnings=(*warnings, *assumed))


def _by_version(sign_in: RadiusSignIn, override: Override) -> Verdict:
    version = sign_in.version
    if version < OVERRIDE_SINCE:
        return Verdict("approve_deny", "version_too_old", (because.NPS_TOO_OLD,))
    if override is Override.OFF:
        return Verdict("approve_deny", "override_off", (because.NPS_OVERRIDE_OFF,))
    if override is Override.UNSET and version < CODE_SINCE:
        return Verdict("approve_deny", "override_not_set", (because.NPS_OVERRIDE,))

    rule = because.NPS_OVERRIDE if version < CODE_SINCE else because.NPS_BY_VERSION
    if sign_in.totp_registered == "no":
        return Verdict("approve_deny", "no_totp_method", (rule, because.NPS_NO_CODE))
    reason = "totp_by_override" if override is Override.ON else "totp_by_version"
    assumed = _assumed(sign_in.totp_registered, "a user with a method that yields codes")
    return for_code(sign_in, Verdict("totp", reason, (rule,), tuple(assumed)))


def _assumed(given: str, what: str) -> Iterator[str]:
    if not given:
        yield f"Taken for granted, since it was not said: {what}."
