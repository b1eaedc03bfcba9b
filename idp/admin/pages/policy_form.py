"""The common settings of the MFA policies as form fields, and the changes that a post makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapter.sentences import sentence
from idp.management.policy_words import setting_text, setting_value

_ON_OFF = ("enabled", "disabled")
_YES_NO = ("true", "false")
_GROUPS = sentence("Names of groups, one a line; all_users is everybody.")
_CAMPAIGN = "registrationEnforcement.authenticationMethodsRegistrationCampaign"

Choices = tuple[str, ...]

_TARGETS: Choices = ("targets",)
_NUMBER: Choices = ("number",)
_SECTIONS: dict[str, tuple[tuple[str, str, Choices], ...]] = {
    # section: setting, label, its values
    sentence("Authenticator"): (
        ("MicrosoftAuthenticator.state", sentence("Push and codes"), _ON_OFF),
        (
            "MicrosoftAuthenticator.isSoftwareOathEnabled",
            sentence("Codes of Authenticator"),
            _YES_NO,
        ),
        ("MicrosoftAuthenticator.includeTargets", sentence("Included"), _TARGETS),
        ("MicrosoftAuthenticator.excludeTargets", sentence("Excluded"), _TARGETS),
    ),
    sentence("Codes of other apps"): (
        ("SoftwareOath.state", sentence("Codes of other apps"), _ON_OFF),
        ("SoftwareOath.includeTargets", sentence("Included"), _TARGETS),
        ("SoftwareOath.excludeTargets", sentence("Excluded"), _TARGETS),
    ),
    sentence("Hardware tokens"): (
        ("HardwareOath.state", sentence("Codes of hardware tokens"), _ON_OFF),
        ("HardwareOath.includeTargets", sentence("Included"), _TARGETS),
        ("HardwareOath.excludeTargets", sentence("Excluded"), _TARGETS),
    ),
    sentence("Passkeys"): (
        ("Fido2.state", sentence("Passkeys"), _ON_OFF),
        (
            "Fido2.isSelfServiceRegistrationAllowed",
            sentence("Users register them themselves"),
            _YES_NO,
        ),
        ("Fido2.includeTargets", sentence("Included"), _TARGETS),
        ("Fido2.excludeTargets", sentence("Excluded"), _TARGETS),
    ),
    sentence("Legacy MFA policy"): (
        (
            "policyMigrationState",
            sentence("Migration"),
            ("preMigration", "migrationInProgress", "migrationComplete"),
        ),
        ("legacyMfaPolicy.notificationThroughMobileApp", sentence("Push for everybody"), _YES_NO),
        (
            "legacyMfaPolicy.verificationCodeFromMobileAppOrHardwareToken",
            sentence("Codes for everybody"),
            _YES_NO,
        ),
    ),
    sentence("Password reset"): (
        ("legacyResetPolicy.includeTargets", sentence("Who may reset the own password"), _TARGETS),
        ("legacyResetPolicy.numberOfMethodsRequired", sentence("Methods required"), ("1", "2")),
        (
            "legacyResetPolicy.mobileAppNotification",
            sentence("By push, before the migration"),
            _YES_NO,
        ),
        ("legacyResetPolicy.mobileAppCode", sentence("By codes, before the migration"), _YES_NO),
    ),
    sentence("Registration"): (
        ("isRegistrationRequiredAtSignIn", sentence("Required at a sign-in"), _YES_NO),
        ("reconfirmationInDays", sentence("Days until methods are confirmed, 0 is never"), _NUMBER),
        (f"{_CAMPAIGN}.state", sentence("Ask to set up Authenticator"), ("default", *_ON_OFF)),
        (f"{_CAMPAIGN}.snoozeDurationInDays", sentence("Days that it can be put off"), _NUMBER),
        (f"{_CAMPAIGN}.includeTargets", sentence("Who is asked"), _TARGETS),
        (f"{_CAMPAIGN}.excludeTargets", sentence("Who is not asked"), _TARGETS),
    ),
}


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One setting: its text, and the allowed texts if it has a fixed list of them (``choices``).

    ``is_targets``: the text has a line for each group, or is JSON where names do not say all.
    """

    key: str
    label: str
    text: str
    choices: Choices = ()
    is_targets: bool = False
    hint: str = ""


def sections_of(settings: Mapping[str, Any]) -> dict[str, tuple[PolicyField, ...]]:
    """Return the fields by the heading above them; *settings* are those of a policy view."""
    return {
        heading: tuple(_field(settings, *each) for each in fields)
        for heading, fields in _SECTIONS.items()
    }


def changes_in(form: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings whose text the form changes, for ``policies.change``."""
    fields = [field for section in sections_of(settings).values() for field in section]
    changed = [
        (field, text)
        for field in fields
        if (text := form.get(field.key, field.text).replace("\r\n", "\n").strip()) != field.text
    ]
    return {field.key: _value(field, text) for field, text in changed}


def _field(settings: Mapping[str, Any], key: str, label: str, values: Choices) -> PolicyField:
    text = setting_text(settings[key])
    if values is _TARGETS:
        return PolicyField(key, label, _lines(text), is_targets=True, hint=_GROUPS)
    return PolicyField(key, label, text, () if values is _NUMBER else values)


def _lines(text: str) -> str:
    """Return targets one a line where they are names alone; else the JSON as it is."""
    names = json.loads(text)
    are_names = all(isinstance(each, str) and each == each.strip() for each in names)
    return "\n".join(names) if are_names and not any("\n" in each for each in names) else text


def _value(field: PolicyField, text: str) -> Any:
    if not field.is_targets:
        return setting_value(text)
    value = setting_value(text) if text.startswith("[") else text
    if isinstance(value, list):
        return value
    return [line.strip() for line in text.splitlines() if line.strip()]
