"""Reads policies that people give: JSON of Microsoft Graph, an exported file, or changes.

Graph's own annotations (keys with ``@odata.``) are skipped, and what Graph knows and this server
does not is left out with a note. Every other unknown key or value is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from adapter.errors import TallystickError
from adapter.mfa.policy import Policies
from idp.mfa.graph_policy import policies_of, values_of
from idp.mfa.graph_tables import (
    CAMPAIGN,
    FIDO2,
    KEYS,
    METHOD_IDS,
    RECONFIRMATION,
    REGISTRATION,
    Document,
    faultless,
)
from idp.model_errors import faults_in

MAX_DEPTH = 8
"""Dots in a key; no setting has as many."""

VERSION = "version"
CONFIGURATIONS = "authenticationMethodConfigurations"

OTHER_METHODS = (
    "Email", "ExternalAuthenticationMethod", "QRCodePin", "Sms", "TemporaryAccessPass",
    "VerifiableCredentials", "Voice", "X509Certificate",
)  # fmt: skip
"""Methods that Graph knows and this server has not; any other configuration is a fault."""

_DESCRIPTIONS = ("id", "displayName", "description", "lastModifiedDateTime", "policyVersion")
"""Keys of Graph that set nothing."""

_UNUSED_KEYS = (
    "reportSuspiciousActivitySettings", "systemCredentialPreferences",
    "microsoftAuthenticatorPlatformSettings",
)  # fmt: skip
"""Keys of Graph's policy that set something that this server does not have."""

WHOLE_TARGETS = ("includeTarget", "excludeTarget")
_BY_LETTERS = {name.lower(): name for name in (*METHOD_IDS, *OTHER_METHODS)}
_TYPE_PREFIX, _TYPE_SUFFIX = "#microsoft.graph.", "authenticationmethodconfiguration"


NO_FAULTS: Mapping[str, str] = MappingProxyType({})


class BadMethodsPolicy(TallystickError):
    """Raised for a policy with faults; the sentence names all of them.

    ``faults`` has them by dotted key, where each is about one.
    """

    code = "bad_methods_policy"

    def __init__(self, told: str, faults: Mapping[str, str] = NO_FAULTS) -> None:
        super().__init__(
            f"Wrong authentication methods policy: {told}",
            "docs/policies.md has every key; tallystick policy export prints a whole policy",
        )
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class GivenPolicy:
    """What was given: some keys of a document, the version it was made from, and notes.

    ``notes`` are sentences about what was left out or has no effect.
    """

    values: Mapping[str, Any]
    version: int | None = None
    notes: tuple[str, ...] = ()


def read_graph(given: object) -> GivenPolicy:
    """Return the policy in parsed JSON, whole or one method; raises :class:`BadMethodsPolicy`."""
    if not isinstance(given, dict):
        raise BadMethodsPolicy("it is not a JSON object")
    try:
        return _read(given)
    except RecursionError:
        raise BadMethodsPolicy("its tables are nested too deeply") from None


def _read(given: dict[str, Any]) -> GivenPolicy:
    """Read a whole policy, Graph's list of configurations (``value``), or one configuration."""
    if CONFIGURATIONS not in given and (isinstance(given.get("value"), list) or _id_of(given)):
        configuration = {key: each for key, each in given.items() if key != VERSION}
        beside = {VERSION: given[VERSION]} if VERSION in given else {}
        given = {**beside, CONFIGURATIONS: given.get("value", [configuration])}
    notes: list[str] = []
    values = _whole(_without_annotations(given, CONFIGURATIONS), notes)
    version = values.pop(VERSION, None)
    if not (version is None or type(version) is int):
        raise BadMethodsPolicy("version: it is not a whole number")
    return GivenPolicy(values, version, (*notes, *_registration_notes(values)))


def read_changes(changes: Mapping[str, Any]) -> GivenPolicy:
    """Return the policy in changes by dotted key, like ``MicrosoftAuthenticator.state``."""
    values: dict[str, Any] = {}
    for key, value in changes.items():
        if key.count(".") > MAX_DEPTH:
            raise BadMethodsPolicy(f"{key[:60]}: this key is unknown")
        part = value
        for name in reversed(key.split(".")):
            part = {name: part}
        values = _merged(values, part)
    return GivenPolicy(values, notes=_registration_notes(values))


def apply(given: GivenPolicy, current: Policies) -> Policies:
    """Return *current* with the given keys changed; all others stay as they are.

    Raises :class:`BadMethodsPolicy`.
    """
    try:
        return policies_of(faultless(_merged(values_of(current), given.values)))
    except ValidationError as error:
        faults = list(faults_in(error, "this key is unknown", Document))
        by_key = {".".join(fault.place): fault.message for fault in faults}
        raise BadMethodsPolicy("; ".join(map(str, faults)), by_key) from None


def written(policies: Policies, version: int) -> dict[str, Any]:
    """Return the policies in Graph's shape, as :func:`read_graph` reads them."""
    values = values_of(policies)
    configurations = [{"id": name, **values.pop(name)} for name in METHOD_IDS]
    return {VERSION: version, **values, CONFIGURATIONS: configurations}


def _whole(given: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return the tables of a whole policy, each method's by its id; adds to *notes*."""
    values = {key: value for key, value in given.items() if key not in _DESCRIPTIONS}
    for key in _UNUSED_KEYS:
        if values.pop(key, None) is not None:
            notes.append(f"{key} was left out: nothing here uses it.")
    for key in (RECONFIRMATION, REGISTRATION):
        if key in values and values[key] is None:  # Graph has no value, so none is given
            del values[key]
    _leave_out_of_campaign(values.get(REGISTRATION), notes)
    configurations = values.pop(CONFIGURATIONS, [])
    if not isinstance(configurations, list):
        raise BadMethodsPolicy(f"{CONFIGURATIONS}: it is not a list")
    for place, each in enumerate(configurations):
        name = _id_of(each) if isinstance(each, dict) else None
        if name is None:
            raise BadMethodsPolicy(
                f"{CONFIGURATIONS}.{place}: its id is none of {', '.join(METHOD_IDS)}"
            )
        if name not in METHOD_IDS:
            notes.append(f"{name} was left out: this server does not have the method yet.")
        elif name in values:
            raise BadMethodsPolicy(f"{name}: it is given twice")
        else:
            values[name] = _configuration(name, _without_annotations(each), notes)
    unknown = [key for key in values if key not in (*KEYS, VERSION)]
    if unknown:
        raise BadMethodsPolicy(f"{unknown[0][:60]}: this key is unknown (there are {_ALLOWED})")
    return values


_ALLOWED = ", ".join((*KEYS, CONFIGURATIONS, VERSION))


def _configuration(name: str, given: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return one method's table without what sets nothing here; a note says what was set."""
    given.pop("id", None)
    features = given.get("featureSettings")
    if isinstance(features, dict) and features.pop("companionAppAllowedState", None):
        notes.append("companionAppAllowedState was left out: there are no companion apps here.")
    if name == FIDO2:
        _leave_out_of_passkeys(given, notes)
    return given


def _leave_out_of_passkeys(given: dict[str, Any], notes: list[str]) -> None:
    """Take out which passkeys Graph lets users register: here any may be."""
    restrictions = given.pop("keyRestrictions", None)
    left_out = {
        "isAttestationEnforced": given.pop("isAttestationEnforced", None),
        "keyRestrictions": isinstance(restrictions, dict) and restrictions.get("isEnforced"),
        "passkeyProfiles": given.pop("passkeyProfiles", None),
    }
    given.pop("defaultPasskeyProfile", None)
    targets = given.get("includeTargets")
    for target in targets if isinstance(targets, list) else ():
        if isinstance(target, dict):
            target.pop("allowedPasskeyProfiles", None)
    notes += [
        f"{FIDO2}.{key} was left out: here users may register passkeys of every make."
        for key, value in left_out.items()
        if value
    ]


def _leave_out_of_campaign(enforcement: object, notes: list[str]) -> None:
    """Take out that the campaign can be put off only a few times: here always."""
    campaign = enforcement.get(CAMPAIGN) if isinstance(enforcement, dict) else None
    key = "enforceRegistrationAfterAllowedSnoozes"
    if isinstance(campaign, dict) and campaign.pop(key, None):
        notes.append(f"{key} was left out: users may put the campaign off each time.")


def _registration_notes(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Say of which methods registration is required, since nothing here requires it."""
    tables = {name: values[name] for name in METHOD_IDS if isinstance(values.get(name), dict)}
    return tuple(
        f"{name}: isRegistrationRequired has no effect here."
        for name, table in tables.items()
        if isinstance(targets := table.get("includeTargets"), list)
        and any(isinstance(each, dict) and each.get("isRegistrationRequired") for each in targets)
    )


def _id_of(configuration: Mapping[str, Any]) -> str | None:
    """Return which method a configuration is of, by its id or its type; None if by neither."""
    given = configuration.get("id")
    kind = str(configuration.get("@odata.type", "")).lower()
    if not isinstance(given, str):
        given = kind.removeprefix(_TYPE_PREFIX).removesuffix(_TYPE_SUFFIX)
    return _BY_LETTERS.get(given.lower())


def _without_annotations(value: Any, keep: str = "") -> Any:
    """Return *value* without Graph's annotations; what is below the key *keep* stays whole."""
    if isinstance(value, dict):
        return {
            key: each if key == keep else _without_annotations(each)
            for key, each in value.items()
            if "@odata." not in key
        }
    return list(map(_without_annotations, value)) if isinstance(value, list) else value


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return *below* with the keys of *above*: tables are merged, a target or a list replaced."""
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        is_merged = isinstance(before, dict) and isinstance(value, dict)
        is_table = is_merged and key not in WHOLE_TARGETS
        merged[key] = _merged(before or {}, value) if is_table else value
    return merged
