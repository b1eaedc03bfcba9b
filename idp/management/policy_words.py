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
from idp.operating_system import command_line

if TYPE_CHECKING:
    from adapter.mfa.policy import Permission
    from adapter.mfa.policy_reset import ResetRules
    from idp.management.policy_diff import PolicyDiff, Said

METHOD_NAMES = {
    PUSH:               "Push to Authenticator",
    AUTHENTICATOR_CODE: "Codes of Authenticator",
    CODE_APP:           "Codes of other apps",
    HARDWARE_TOKEN:     "Codes of hardware tokens",
    PASSKEY:            "Passkeys",
}  # fmt: skip

MIGRATIONS = {
    Migration.PRE:         "The migration has not begun: the legacy policies count too, and the "
                           "legacy reset policy alone says what proves a reset.",
    Migration.IN_PROGRESS: "The migration is in progress: the legacy policies count too.",
    Migration.COMPLETE:    "The migration is complete: the legacy policies are ignored.",
}  # fmt: skip

_ASKED_FOR = {
    # what         (what a diff calls it, when it is off, when it is on)
    "application": ("application in requests", "hidden", "shown"),
    "location":    ("location in requests", "hidden", "shown"),
    "campaign":    ("to set up Authenticator", "not asked", "asked"),
    "register":    ("to register a method", "not asked", "asked at each sign-in"),
}  # fmt: skip

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
        (each.user, f"{verb}{each.method}", _word(each.before), _why(each.after))
        for verb, changes in (("", found.users), ("register ", found.registration))
        for each in changes
    ]
    resets = [
        (each.user, "reset the password", _reset(each.before), _reset(each.after))
        for each in found.resets
    ]
    said = [_said_row(each) for each in (*found.shown, *found.asked)]
    locked = [(user, "any method", "allowed", "none is left") for user in found.locked_out]
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
            yield METHOD_NAMES[method], "Everybody, by the legacy MFA policy."
        else:
            yield METHOD_NAMES[method], _by_methods_policy(policies, method)


def describe_rules(policies: Policies) -> Iterator[str]:
    """Yield sentences about the migration, password reset, and what users are asked to register."""
    yield MIGRATIONS[policies.migration]
    reset, rules = policies.legacy_reset, policies.registration
    if not reset.scope:
        yield "Nobody may reset the own password."
    else:
        count = "one method" if reset.required == 1 else "two methods"
        yield f"{_names(reset.scope)} may reset the own password with {count}."
    if rules.is_required:
        yield "A user without a method registers one before a sign-in goes on."
    campaign = rules.campaign
    if campaign.state == "enabled":
        days = campaign.snooze_days
        again = f"after {days} days" if days > 1 else "after a day" if days else "each time"
        asked = _people(campaign.include, campaign.exclude)
        yield f"A sign-in asks {asked} to set up Authenticator, {again} if they put it off."
    if rules.reconfirm_days:
        yield f"Users confirm their methods every {rules.reconfirm_days} days."


def _by_methods_policy(policies: Policies, method: str) -> str:
    rules = policies.configuration_of(method)
    is_off = method == AUTHENTICATOR_CODE and not policies.authenticator.codes
    if is_off or not rules.is_enabled:
        return "Nobody."
    include: Sequence[IncludeTarget] = rules.include
    if method == PUSH:
        include = [target for target in include if target.mode != DEVICE_BASED_PUSH]
    people = _people(include, rules.exclude)
    return f"{people[0].upper()}{people[1:]}."


def _people(include: Sequence[Target], exclude: Sequence[Target]) -> str:
    if not include:
        return "nobody"
    people = _names(include)
    people = "everybody" if people == "Everybody" else people
    return f"{people} except {_names(exclude)}" if exclude else people


def _names(targets: Iterable[Target]) -> str:
    names = [each.id for each in targets]
    if ALL_USERS in (name.casefold() for name in names):
        return "Everybody"
    return ", ".join(names)


def _said_row(said: Said) -> Row:
    what, off, on = _ASKED_FOR[said.what]
    before, after = (off, on) if said.after else (on, off)
    return (said.user, what, before, after)


def _reset(rules: ResetRules) -> str:
    """Return in words how a password is reset."""
    if not rules.is_allowed:
        return f"not allowed: {rules.explanation}"
    return f"{rules.required} of {', '.join(rules.methods)}"


def _word(permission: Permission) -> str:
    return "allowed" if permission.is_allowed else "not allowed"


def _why(permission: Permission) -> str:
    return f"{_word(permission)}: {permission.explanation}"


def _is_plain_group(target: object) -> bool:
    if not isinstance(target, dict) or target["targetType"] != "group":
        return False
    return bool(target.get("authenticationMode", "any") == "any")
