"""What a user sees when the second factor is asked for, and why: one pure function for all hosts.

Facts: Microsoft's "How number matching works in MFA push notifications for Authenticator".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from adapter import reasons
from adapter.errors import TallystickError
from adapter.nps_extension import RadiusSignIn, for_code, for_push, parse_version
from adapter.reasons import CODE_UNCHANGED, REASONS, Rule, Verdict
from adapter.windows import (
    HOW_TO_TELL,
    NUMBER_MATCHING_SINCE,
    Build,
    CatalogueUpdate,
    Reading,
    RequiredUpdate,
    Server,
    bare_build,
    describe,
    read_server_text,
)

__all__ = ["EXPERIENCES", "REASONS", "VALUES", "Decision", "UnknownValueError", "decide"]

EXPERIENCES: Final = (
    "number_match",
    "approve_deny",
    "totp",
    "unavailable",
    "refused",
    "phone_required",
)
"""What a user can see."""

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "scenario": ("adfs", "mfa", "sspr", "registration", "nps", "mfa_server"),
    "totp_registered": ("", "yes", "no"),
    "protocol": ("", "PAP", "MSCHAPv2", "CHAP", "EAP"),
    "client_can_answer_challenge": ("", "yes", "no"),
    "push_policy": ("methods", "legacy", "both", "none"),
    "requested_method": ("push", "totp", "default"),
    "device": ("phone-current", "phone-old", "wearable"),
    "products_after_table": ("approve_deny", "number_match"),
}
"""The values of those keywords of :func:`decide` that are not free text."""


class UnknownValueError(TallystickError):
    """Raised when a keyword of :func:`decide` has a value that it does not know."""

    code = "unknown_value"

    def __init__(self, name: str, value: object) -> None:
        super().__init__(
            problem=f"{name} has no value {str(value)[:60]!r}",
            remedy="Give one of " + ", ".join(filter(None, VALUES[name])),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What the user sees, and everything an administrator may ask about it.

    ``experience`` is one of :data:`EXPERIENCES`, or None where the server's text does not tell;
    ``reason`` one of :data:`REASONS`. For AD FS, ``product`` is the server's, ``kb``,
    ``required_build`` and ``update_url`` name the update it needs, if Microsoft names one,
    ``build`` is what it runs (or at least runs, by its hotfix list), and ``installed`` the newest
    catalogued update that this build holds.
    """

    experience: str | None
    reason: str
    product: str | None = None
    kb: str | None = None
    required_build: Build | None = None
    build: Build | None = None
    update_url: str | None = None
    installed: CatalogueUpdate | None = None
    rules: tuple[Rule, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def explanation(self) -> str:
        """The reason as a sentence."""
        return REASONS[self.reason]

    def as_json(self) -> dict[str, object]:
        """The decision as ``tallystick decide --json`` prints it."""
        return {
            "experience": self.experience,
            "reason": self.reason,
            "product": self.product,
            "kb": self.kb,
            "required_build": _text(self.required_build),
            "update_url": self.update_url,
            "installed": self._installed_as_json(),
            "rules": [rule.as_json() for rule in self.rules],
            "warnings": list(self.warnings),
        }

    def _installed_as_json(self) -> dict[str, object] | None:
        if self.installed is None:
            return None
        return {
            "kb": self.installed.kb,
            "build": str(self.installed.build),
            "released": self.installed.released.isoformat(),
            "kind": self.installed.kind,
            "exact": self.installed.build == self.build,
            "server_build": _text(self.build),
        }


def decide(
    *,
    scenario: str,
    host: str | Build = "",
    override: str = "",
    totp_registered: str = "",
    protocol: str = "",
    client_can_answer_challenge: str = "",
    push_policy: str = "methods",
    requested_method: str = "push",
    device: str = "phone-current",
    products_after_table: str = "approve_deny",
) -> Decision:
    """Return what a user sees in *scenario*, and why.

    ``host`` is the server's :class:`Build` or any text that tells it (adfs), or the version of
    the extension (nps); other scenarios have none. ``override`` is the registry value, and with
    ``totp_registered``, ``protocol`` and ``client_can_answer_challenge`` matters to nps alone;
    what is left empty there is taken to be as it should, and a warning says so. Keywords that a
    scenario has no use for are ignored. ``default`` as requested method is a default of push.

    A text without a build gives a decision whose experience is None. Raises
    :class:`UnknownValueError`, :class:`~adapter.nps_extension.NotAVersionError` and
    :class:`~adapter.windows.TextTooLongError`.
    """
    _check(
        scenario=scenario,
        totp_registered=totp_registered,
        protocol=protocol,
        client_can_answer_challenge=client_can_answer_challenge,
        push_policy=push_policy,
        requested_method=requested_method,
        device=device,
        products_after_table=products_after_table,
    )
    asked = _Asked(requested_method, push_policy, device)
    if scenario == "adfs":
        return _at_server(host, asked, products_after_table)
    if scenario == "nps":
        sign_in = RadiusSignIn(
            parse_version(str(host)),
            override,
            totp_registered,
            protocol,
            client_can_answer_challenge,
        )
        verdict = _answer(asked, push=for_push(sign_in), code=for_code(sign_in, CODE_UNCHANGED))
    else:
        verdict = _answer(asked, push=_BY_SCENARIO[scenario], code=CODE_UNCHANGED)
    return Decision(
        verdict.experience, verdict.reason, rules=verdict.rules, warnings=verdict.warnings
    )


def _check(**given: str) -> None:
    for name, value in given.items():
        if value not in VALUES[name]:
            raise UnknownValueError(name, value)


# What comes before the host's own say: another method, no policy, a device that cannot answer.


class _Asked(NamedTuple):
    requested_method: str
    push_policy: str
    device: str


_BY_SCENARIO: Final = {
    "mfa": Verdict("number_match", "always", (reasons.ALWAYS_IN_MFA,)),
    "sspr": Verdict("number_match", "always", (reasons.ALWAYS_IN_SSPR,)),
    "registration": Verdict("number_match", "always", (reasons.ALWAYS_IN_REGISTRATION,)),
    "mfa_server": Verdict(
        "approve_deny", "mfa_server_has_no_number_matching", (reasons.MFA_SERVER,)
    ),
}
_NO_PUSH: Final = Verdict("unavailable", "push_not_enabled", (reasons.PUSH_BY_NO_POLICY,))
_UNFIT_DEVICES: Final = {
    "phone-old": ("refused", "app_upgrade_required", reasons.OLD_APP),
    "wearable": ("phone_required", "wearable_cannot_match", reasons.WEARABLE),
}
_POLICIES: Final = {
    "methods": reasons.PUSH_BY_METHODS_POLICY,
    "both": reasons.PUSH_BY_METHODS_POLICY,
    "legacy": reasons.PUSH_BY_LEGACY_POLICY,
}


def _answer(asked: _Asked, *, push: Verdict, code: Verdict) -> Verdict:
    """The verdict on what was asked for, given the host's on a push and on a code."""
    if asked.requested_method == "totp":
        return code
    if asked.push_policy == "none":
        return _NO_PUSH
    experience, reason, rules, warnings = push
    rules = (_POLICIES[asked.push_policy], *rules)
    if experience == "number_match" and asked.device in _UNFIT_DEVICES:
        experience, reason, rule = _UNFIT_DEVICES[asked.device]
        rules = (*rules, rule)
    return Verdict(experience, reason, rules, warnings)


# AD FS: the server's build decides.

_INSTALLED: Final = Verdict("number_match", "kb_installed", (reasons.UPDATE_INSTALLED,))
_LATER_INSTALLED: Final = Verdict(
    "number_match",
    "kb_installed",
    (reasons.UPDATE_INSTALLED, reasons.UPDATES_ARE_CUMULATIVE),
)
_MISSING: Final = Verdict("approve_deny", "kb_missing", (reasons.UPDATE_MISSING,))
_EARLIER: Final = Verdict("approve_deny", "not_in_table", (reasons.EARLIER_VERSION,))
_UNLISTED: Final = Verdict("approve_deny", "not_in_table", (reasons.UNLISTED_VERSION,))
_AFTER_TABLE: Final = Verdict("number_match", "after_table_by_setting", (reasons.AFTER_TABLE,))

_FIRST_BASE: Final = min(NUMBER_MATCHING_SINCE)
_LAST_BASE: Final = max(NUMBER_MATCHING_SINCE)
_MAX_BARE_LENGTH: Final = 24


def _by_build(server: Server, products_after_table: str) -> Verdict:
    build, required = server.build, server.required
    if required is not None:
        if not build.includes(required.build):
            return _MISSING
        return _INSTALLED if build == required.build else _LATER_INSTALLED
    if build.base < _FIRST_BASE:
        return _EARLIER
    if build.base > _LAST_BASE and products_after_table == "number_match":
        return _AFTER_TABLE
    return _UNLISTED


def _at_server(host: str | Build, asked: _Asked, products_after_table: str) -> Decision:
    warnings: tuple[str, ...] = ()
    server = _named(host)
    if server is None:
        reading = read_server_text(str(host))
        server = _proven(reading)
        if server is None:
            return _undecided(reading)
        warnings = (*reading.warnings, *_proof(reading))
    push = _by_build(server, products_after_table)
    return _about(server, _answer(asked, push=push, code=CODE_UNCHANGED), warnings)


def _named(host: str | Build) -> Server | None:
    """The server of a build that stands alone, as in a sign-in: the short way, for its speed."""
    if isinstance(host, Build):
        return describe(host)
    return _named_by(host) if len(host) <= _MAX_BARE_LENGTH else None


@lru_cache(maxsize=1024)
def _named_by(text: str) -> Server | None:
    build = bare_build(text)
    return None if build is None else describe(build)


def _proven(reading: Reading) -> Server | None:
    """The server as far as the text proves it; None where that is too little to decide.

    A hotfix list proves that its updates are in, and never that a later one is not.
    """
    build = reading.build or reading.at_least
    if build is None:
        return None
    server = describe(build)
    short = server.required is not None and not build.includes(server.required.build)
    return None if short and reading.build is None else server


def _proof(reading: Reading) -> Iterator[str]:
    if reading.build is None:
        yield (
            f"The hotfix list proves {reading.at_least} or later, "
            "unless an update in it still waits for a restart."
        )


def _about(server: Server, verdict: Verdict, warnings: tuple[str, ...]) -> Decision:
    required = server.required
    return Decision(
        verdict.experience,
        verdict.reason,
        server.product,
        required.kb if required else None,
        required.build if required else None,
        server.build,
        required.url if required else None,
        server.installed,
        verdict.rules,
        warnings + server.warnings,
    )


def _undecided(reading: Reading) -> Decision:
    required = None if reading.base is None else NUMBER_MATCHING_SINCE.get(reading.base)
    listed = describe(reading.at_least) if reading.at_least else None
    return Decision(
        experience=None,
        reason=reading.problem or "update_level_unknown",
        product=reading.product,
        kb=required.kb if required else None,
        required_build=required.build if required else None,
        update_url=required.url if required else None,
        installed=listed.installed if listed else None,
        warnings=(*reading.warnings, *_known(reading, required, listed), HOW_TO_TELL + "."),
    )


def _known(
    reading: Reading, required: RequiredUpdate | None, listed: Server | None
) -> Iterator[str]:
    """What an undecided text does tell."""
    if required is not None:
        yield f"{required.product} shows a number from {required.kb} ({required.build}) on."
    elif reading.base is not None:
        name = reading.product or f"the base build {reading.base}"
        yield f"Microsoft's table has no update for {name}, whatever its revision."
    if listed is not None and listed.installed is not None:
        yield (
            f"The newest cumulative update in the hotfix list is {listed.installed.kb} "
            f"({listed.build}); that proves neither that a later one is installed nor that none is."
        )
        yield from listed.warnings
    elif reading.kbs:
        yield "The hotfix list holds no cumulative update of this server; that proves nothing."


def _text(build: Build | None) -> str | None:
    return None if build is None else str(build)
