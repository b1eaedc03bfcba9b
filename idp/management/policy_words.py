"""The MFA policies and their changes as texts, which commands and pages show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adapter.mfa.policy import (
    ALL_USERS,
    AUTHENTICATOR_CODE,
    CODE_APP,
    CODE_METHODS,
    DEVICE_BASED_PUSH,
    HARDWARE_TOKEN,
    METHODS,
    PASSKEY,
    PUSH,
    IncludeTarget,
    Migration,
    Policies,
    Target,
)
from adapter.sentences import counted, sentence
from idp.operating_system import command_line

if TYPE_CHECKING:
    from adapter.mfa.policy import Permission
    from adapter.mfa.policy_reset import ResetRules
    from idp.management.policy_diff import PolicyDiff, Said

METHOD_NAMES = {
    PUSH:               sentence("Push to Authenticator"),
    AUTHENTICATOR_CODE: sentence("Codes of Authenticator"),
    CODE_APP:           sentence("Codes of other apps"),
    HARDWARE_TOKEN:     sentence("Codes of hardware tokens"),
    PASSKEY:            sentence("Passkeys"),
}  # fmt: skip

MIGRATIONS = {
    Migration.PRE: sentence(
        "The migration has not begun: the legacy policies count too, and the "
        "legacy reset policy alone says what proves a reset."
    ),
    Migration.IN_PROGRESS: sentence("The migration is in progress: the legacy policies count too."),
    Migration.COMPLETE: sentence("The migration is complete: the legacy policies are ignored."),
}

_ASKED_FOR = {
    # what         (what a diff calls it, when it is off, when it is on)
    "application": (sentence("application in requests"), sentence("hidden"), sentence("shown")),
    "location": (sentence("location in requests"), sentence("hidden"), sentence("shown")),
    "campaign": (sentence("to set up Authenticator"), sentence("not asked"), sentence("asked")),
    "register": (
        sentence("to register a method"),
        sentence("not asked"),
        sentence("asked at each sign-in"),
    ),
}

Row = tuple[str, str, str, str]


def setting_text(value: Any) -> str:
    """Return a setting as ``policy set`` takes it; a group is its name, where that says all."""
    if isinstance(value, list) and all(map(_is_plain_group, value)):
        value = [each["id"] for each in value]
    if isinstance(value, dict) and _is_plain_group(value):
        return str(value["id"])
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def setting_value(text: str) -> object:
    """Return the value that a text means: JSON, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def set_command(changes: Mapping[str, Any]) -> str:
    """Return the command line that makes these changes."""
    pairs = (f"{key}={setting_text(value)}" for key, value in changes.items())
    return command_line(["tallystick", "policy", "set", *pairs])


def diff_rows(found: PolicyDiff) -> list[Row]:
    """Return what would change: setting or user, what, before, after."""
    settings = [
        (key, "", setting_text(before), setting_text(after))
        for key, before, after in found.settings
    ]
    users = [
        (each.user, what, _word(each.before), _why(each.after))
        for what, each in (
            *((each.method, each) for each in found.users),
            *(
                (sentence("register {method}", method=each.method), each)
                for each in found.registration
            ),
        )
    ]
    resets = [
        (each.user, sentence("reset the password"), _reset(each.before), _reset(each.after))
        for each in found.resets
    ]
    said = [_said_row(each) for each in (*found.shown, *found.asked)]
    locked = [
        (user, sentence("any method"), sentence("allowed"), sentence("none is left"))
        for user in found.locked_out
    ]
    return [*settings, *users, *resets, *said, *locked]


def describe_methods(policies: Policies) -> Iterator[tuple[str, str]]:
    """Yield each method and who may use it."""
    is_complete = policies.migration is Migration.COMPLETE
    for method in METHODS:
        legacy = (
            policies.legacy.notifications
            if method == PUSH
            else (policies.legacy.codes and method in CODE_METHODS)
        )
        if legacy and not is_complete:
            yield METHOD_NAMES[method], sentence("Everybody, by the legacy MFA policy.")
        else:
            yield METHOD_NAMES[method], _by_methods_policy(policies, method)


def describe_rules(policies: Policies) -> Iterator[str]:
    """Yield sentences about the migration, password reset, and what users are asked to register."""
    yield MIGRATIONS[policies.migration]
    reset, rules = policies.legacy_reset, policies.registration
    if not reset.scope:
        yield sentence("Nobody may reset the own password.")
    else:
        yield counted(
            "{people} may reset the own password with one method.",
            "{people} may reset the own password with two methods.",
            reset.required, people=_names(reset.scope),
        )  # fmt: skip
    if rules.is_required:
        yield sentence("A user without a method registers one before a sign-in goes on.")
    campaign = rules.campaign
    if campaign.state == "enabled":
        days = campaign.snooze_days
        yield sentence(
            "A sign-in asks {people} to set up Authenticator, {again} if they put it off.",
            people=_people(campaign.include, campaign.exclude),
            again=counted("after a day", "after {number} days", days)
            if days
            else sentence("each time"),
        )
    if rules.reconfirm_days:
        yield sentence("Users confirm their methods every {days} days.", days=rules.reconfirm_days)


def _by_methods_policy(policies: Policies, method: str) -> str:
    rules = policies.configuration_of(method)
    is_off = method == AUTHENTICATOR_CODE and not policies.authenticator.codes
    if is_off or not rules.is_enabled:
        return sentence("Nobody.")
    include: Sequence[IncludeTarget] = rules.include
    if method == PUSH:
        include = [target for target in include if target.mode != DEVICE_BASED_PUSH]
    if not include:
        return sentence("Nobody.")
    if rules.exclude:
        return sentence(
            "{people} except {others}.", people=_names(include), others=_names(rules.exclude)
        )
    return sentence("{people}.", people=_names(include))


def _people(include: Sequence[Target], exclude: Sequence[Target]) -> str:
    """Return people inside a sentence."""
    if not include:
        return sentence("nobody")
    people = sentence("everybody") if _are_all(include) else _names(include)
    if exclude:
        return sentence("{people} except {others}", people=people, others=_names(exclude))
    return people


def _names(targets: Iterable[Target]) -> str:
    """Return people at the beginning of a sentence."""
    targets = list(targets)
    if _are_all(targets):
        return sentence("Everybody")
    return ", ".join(each.id for each in targets)


def _are_all(targets: Iterable[Target]) -> bool:
    return ALL_USERS in (each.id.casefold() for each in targets)


def _said_row(said: Said) -> Row:
    what, off, on = _ASKED_FOR[said.what]
    before, after = (off, on) if said.after else (on, off)
    return (said.user, what, before, after)


def _reset(rules: ResetRules) -> str:
    """Return in words how a password is reset."""
    if not rules.is_allowed:
        return sentence("not allowed: {reason}", reason=rules.explanation)
    return sentence("{count} of {methods}", count=rules.required, methods=", ".join(rules.methods))


def _word(permission: Permission) -> str:
    return sentence("allowed") if permission.is_allowed else sentence("not allowed")


def _why(permission: Permission) -> str:
    if permission.is_allowed:
        return sentence("allowed: {reason}", reason=permission.explanation)
    return sentence("not allowed: {reason}", reason=permission.explanation)


def _is_plain_group(target: object) -> bool:
    if not isinstance(target, dict) or target["targetType"] != "group":
        return False
    return bool(target.get("authenticationMode", "any") == "any")
