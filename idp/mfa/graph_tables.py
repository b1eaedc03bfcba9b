"""The policies as JSON, in the words of Microsoft Graph: the model of what is stored and given.

A :class:`Document` has one table for each method (Graph's list of configurations, by its ``id``),
the migration state, what users are asked to register, and the legacy policies, for which Graph has
no API. It is strict: unknown keys and values are refused. :mod:`idp.mfa.graph_import` reads what
Graph itself returns, :mod:`idp.mfa.graph_policy` converts a document.

Graph: ``authenticationMethodsPolicy``, ``microsoftAuthenticatorAuthenticationMethodConfiguration``,
the same of ``softwareOath``, ``hardwareOath`` and ``fido2``, and
``authenticationMethodsRegistrationCampaign``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from adapter.mfa.policy import ALL_USERS

AUTHENTICATOR = "MicrosoftAuthenticator"
SOFTWARE_OATH = "SoftwareOath"
HARDWARE_OATH = "HardwareOath"
FIDO2 = "Fido2"
METHOD_IDS = (AUTHENTICATOR, SOFTWARE_OATH, HARDWARE_OATH, FIDO2)
"""The methods that this server has; each is a table of the document."""

MIGRATION = "policyMigrationState"
LEGACY = "legacyMfaPolicy"
LEGACY_RESET = "legacyResetPolicy"
REGISTRATION = "registrationEnforcement"
CAMPAIGN = "authenticationMethodsRegistrationCampaign"
REGISTRATION_REQUIRED = "isRegistrationRequiredAtSignIn"
RECONFIRMATION = "reconfirmationInDays"
KEYS = (
    MIGRATION, *METHOD_IDS, LEGACY, LEGACY_RESET, REGISTRATION_REQUIRED, RECONFIRMATION,
    REGISTRATION,
)  # fmt: skip

MAX_TARGETS = 256
NOBODY = "00000000-0000-0000-0000-000000000000"
"""What Graph writes where no group is excluded."""

State = Literal["enabled", "disabled"]
Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )


class TargetTable(_Table):
    """A group or a user; a text alone is the name of a group."""

    target_type: Literal["group", "user"] = "group"
    id: Id


class IncludeTargetTable(TargetTable):
    """A target that may use a method; ``isRegistrationRequired`` is read and not used."""

    is_registration_required: bool = False


class AuthenticatorTargetTable(IncludeTargetTable):
    """The same for Authenticator."""

    authentication_mode: Literal["any", "push", "deviceBasedPush"] = "any"


def _as_table(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


def _as_tables(value: object) -> object:
    """Return a list of tables for one text, and for a list with texts; no text is no target."""
    values = ([value] if value else []) if isinstance(value, str) else value
    return list(map(_as_table, values)) if isinstance(values, list) else values


def _as_nobody(value: object) -> object:
    is_nobody = value in ("", NOBODY) or (isinstance(value, dict) and value.get("id") == NOBODY)
    return None if is_nobody else _as_table(value)


_Targets = BeforeValidator(_as_tables)
_MANY = Field(max_length=MAX_TARGETS)
OneTarget = Annotated[TargetTable, BeforeValidator(_as_table)]
NoneOrOneTarget = Annotated[TargetTable | None, BeforeValidator(_as_nobody)]
Targets = Annotated[list[TargetTable], _MANY, _Targets]


class FeatureTable(_Table):
    """Graph's ``authenticationMethodFeatureConfiguration``."""

    state: Literal["default", "enabled", "disabled"] = "default"
    include_target: OneTarget = TargetTable(id=ALL_USERS)
    exclude_target: NoneOrOneTarget = None


class FeatureSettings(_Table):
    """Graph's ``microsoftAuthenticatorFeatureSettings``."""

    display_app_information_required_state: FeatureTable = FeatureTable()
    display_location_information_required_state: FeatureTable = FeatureTable()
    number_matching_required_state: FeatureTable | None = None


class AuthenticatorTable(_Table):
    """Graph's ``microsoftAuthenticatorAuthenticationMethodConfiguration``."""

    state: State = "enabled"
    is_software_oath_enabled: bool = True
    include_targets: Annotated[list[AuthenticatorTargetTable], _MANY, _Targets] = [
        AuthenticatorTargetTable(id=ALL_USERS)
    ]
    exclude_targets: Targets = []
    feature_settings: FeatureSettings = FeatureSettings()


class MethodTable(_Table):
    """What Graph has for code apps and for hardware tokens alike."""

    state: State = "enabled"
    include_targets: Annotated[list[IncludeTargetTable], _MANY, _Targets] = [
        IncludeTargetTable(id=ALL_USERS)
    ]
    exclude_targets: Targets = []


class PasskeyTable(MethodTable):
    """Graph's ``fido2AuthenticationMethodConfiguration``, without attestation."""

    is_self_service_registration_allowed: bool = True


class LegacyTable(_Table):
    """The legacy MFA policy, by the names of its check boxes."""

    notification_through_mobile_app: bool = False
    verification_code_from_mobile_app_or_hardware_token: bool = False


class LegacyResetTable(_Table):
    """The legacy policy of password reset; no target means that nobody may reset a password."""

    mobile_app_notification: bool = True
    mobile_app_code: bool = True
    number_of_methods_required: Annotated[int, Field(ge=1, le=2)] = 2
    include_targets: Targets = []


class CampaignTargetTable(TargetTable):
    """Who is asked to set up Authenticator, the one method that there is a campaign for."""

    targeted_authentication_method: Literal["microsoftAuthenticator"] = "microsoftAuthenticator"


class CampaignTable(_Table):
    """Graph's ``authenticationMethodsRegistrationCampaign``."""

    state: Literal["default", "enabled", "disabled"] = "default"
    snooze_duration_in_days: Annotated[int, Field(ge=0, le=14)] = 1
    include_targets: Annotated[list[CampaignTargetTable], _MANY, _Targets] = [
        CampaignTargetTable(id=ALL_USERS)
    ]
    exclude_targets: Targets = []


class RegistrationTable(_Table):
    """Graph's ``registrationEnforcement``."""

    authentication_methods_registration_campaign: CampaignTable = CampaignTable()


class Document(_Table):
    """All policies."""

    policy_migration_state: Literal["preMigration", "migrationInProgress", "migrationComplete"] = (
        "preMigration"
    )
    authenticator: AuthenticatorTable = Field(AuthenticatorTable(), alias="MicrosoftAuthenticator")
    software_oath: MethodTable = Field(MethodTable(), alias="SoftwareOath")
    hardware_oath: MethodTable = Field(MethodTable(), alias="HardwareOath")
    passkeys: PasskeyTable = Field(PasskeyTable(), alias="Fido2")
    legacy: LegacyTable = Field(LegacyTable(), alias="legacyMfaPolicy")
    legacy_reset: LegacyResetTable = Field(LegacyResetTable(), alias="legacyResetPolicy")
    is_registration_required_at_sign_in: bool = False
    reconfirmation_in_days: Annotated[int, Field(ge=0, le=730)] = 0
    registration: RegistrationTable = Field(RegistrationTable(), alias="registrationEnforcement")


def faultless(values: Mapping[str, Any]) -> Document:
    """Return the document of *values*; raises pydantic's ``ValidationError``."""
    return Document.model_validate(dict(values))
