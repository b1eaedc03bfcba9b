"""What a user sees when the second factor is asked for, and why: one pure function for all hosts.

:func:`decide` weighs the requested method, the policy, the host and the user's device.
``adfs_server.py`` (AD FS) and ``nps_extension.py`` (RADIUS) decide what a push shows on each host,
and ``reasons.py`` has the sentence for every reason. The source is Microsoft's page "How number
matching works in MFA push notifications for Authenticator".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from adapter import reasons
from adapter.adfs_server import (
    ProvenServer,
    by_build,
    by_product,
    explain_undecided,
    explain_unlisted,
    read_host,
)
from adapter.errors import TallystickError
from adapter.nps_extension import RadiusSignIn, for_code, for_push, parse_version
from adapter.reasons import CODE_UNCHANGED, REASONS, Rule, Verdict
from adapter.windows import (
    NUMBER_MATCHING_SINCE,
    Build,
    CatalogueUpdate,
    Server,
    describe,
)

if TYPE_CHECKING:
    from adapter.windows import Reading

__all__ = ["EXPERIENCES", "REASONS", "VALUES", "Decision", "UnknownValueError", "decide"]

EXPERIENCES: Final = (
    "number_match",
    "approve_deny",
    "totp",
    "unavailable",
    "refused",
    "phone_required",
)
"""Everything that a user can be shown."""

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
"""The allowed values of each keyword of :func:`decide` that is not free text.

The requested method ``default`` means push.
"""


class UnknownValueError(TallystickError):
    """Raised when a keyword of :func:`decide` has none of its :data:`VALUES`."""

    code = "unknown_value"

    def __init__(self, name: str, value: object) -> None:
        super().__init__(
            problem=f"{name} has no value {str(value)[:60]!r}",
            remedy="Give one of " + ", ".join(filter(None, VALUES[name])),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What the user sees, and everything an administrator may ask about it.

    ``experience`` is one of :data:`EXPERIENCES`, or None if the server's text proves too little;
    ``reason`` is one of :data:`REASONS`. ``rules`` led to it, ``warnings`` are sentences.

    For AD FS alone: ``product`` is the server's. ``kb``, ``required_build`` and ``update_url`` name
    the update it needs, if Microsoft names one. ``build`` is the build it runs (at least, if only
    its hotfix list is known), ``installed`` the newest catalogued update that this build includes.
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
        """Return the decision as ``tallystick decide --json`` prints it."""
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

    ``host`` is the build of the server or a text that shows it (adfs), or the version of the NPS
    extension (nps); :class:`~adapter.nps_extension.RadiusSignIn` explains what only nps uses.
    Keywords that do not apply to a scenario are ignored. A text without a revision is decided if
    its product is not in Microsoft's table. Raises :class:`UnknownValueError`,
    :class:`~adapter.nps_extension.NotAVersionError`, :class:`~adapter.windows.TextTooLongError`.
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
        version, client = parse_version(str(host)), (protocol, client_can_answer_challenge)
        return _at_extension(RadiusSignIn(version, override, totp_registered, *client), asked)
    return _without_build(_answer(asked, push=_BY_SCENARIO[scenario], code=CODE_UNCHANGED))


def _check(**given: str) -> None:
    for name, value in given.items():
        if value not in VALUES[name]:
            raise UnknownValueError(name, value)


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
    """Return the verdict on what was asked for, given the host's verdicts on a push and a code.

    First the method counts, then the policy, then the host, then the device.
    """
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


def _at_server(host: str | Build, asked: _Asked, products_after_table: str) -> Decision:
    found = read_host(host)
    if not isinstance(found, ProvenServer):
        return _at_product(found, asked, products_after_table)
    push = by_build(found.server, products_after_table)
    return _about(found.server, _answer(asked, push=push, code=CODE_UNCHANGED), found.warnings)


def _at_extension(sign_in: RadiusSignIn, asked: _Asked) -> Decision:
    push, code = for_push(sign_in), for_code(sign_in, CODE_UNCHANGED)
    return _without_build(_answer(asked, push=push, code=code))


def _without_build(verdict: Verdict) -> Decision:
    return Decision(
        verdict.experience, verdict.reason, rules=verdict.rules, warnings=verdict.warnings
    )


def _at_product(reading: Reading, asked: _Asked, products_after_table: str) -> Decision:
    """Decide by the product alone, if its revision changes nothing."""
    push = by_product(reading, products_after_table)
    if push is None:
        return _undecided(reading)
    verdict = _answer(asked, push=push, code=CODE_UNCHANGED)
    return Decision(
        verdict.experience,
        verdict.reason,
        reading.product,
        rules=verdict.rules,
        warnings=(*reading.warnings, explain_unlisted(reading)),
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
        warnings=tuple(explain_undecided(reading, required, listed)),
    )


def _text(build: Build | None) -> str | None:
    return None if build is None else str(build)
