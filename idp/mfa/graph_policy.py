"""The policies as JSON, in the words of Microsoft Graph: the model of what is stored and given.

A :class:`Document` has one table for each method (Graph's list of configurations, by its ``id``),
the migration state, and the legacy MFA policy, for which Graph has no API. It is strict: unknown
keys and values are refused. :mod:`idp.mfa.graph_import` reads what Graph itself returns.

Graph: ``authenticationMethodsPolicy``, ``microsoftAuthenticatorAuthenticationMethodConfiguration``,
``softwareOathAuthenticationMethodConfiguration``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from adapter.mfa.policy import (
    ALL_USERS,
    AuthenticatorConfiguration,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    MethodConfiguration,
    Migration,
    Policies,
    Target,
)

AUTHENTICATOR = "MicrosoftAuthenticator"
SOFTWARE_OATH = "SoftwareOath"
METHOD_IDS = (AUTHENTICATOR, SOFTWARE_OATH)
"""The methods that this server has; each is a table of the document."""

MIGRATION = "policyMigrationState"
LEGACY = "legacyMfaPolicy"
KEYS = (MIGRATION, *METHOD_IDS, LEGACY)

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
Excluded = Annotated[list[TargetTable], _MANY, _Targets]


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
    exclude_targets: Excluded = []
    feature_settings: FeatureSettings = FeatureSettings()


class SoftwareOathTable(_Table):
    """Graph's ``softwareOathAuthenticationMethodConfiguration``."""

    state: State = "enabled"
    include_targets: Annotated[list[IncludeTargetTable], _MANY, _Targets] = [
        IncludeTargetTable(id=ALL_USERS)
    ]
    exclude_targets: Excluded = []


class LegacyTable(_Table):
    """The legacy MFA policy, by the names of its check boxes."""

    notification_through_mobile_app: bool = False
    verification_code_from_mobile_app_or_hardware_token: bool = False


class Document(_Table):
    """Both policies."""

    policy_migration_state: Literal["preMigration", "migrationInProgress", "migrationComplete"] = (
        "preMigration"
    )
    authenticator: AuthenticatorTable = Field(AuthenticatorTable(), alias="MicrosoftAuthenticator")
    software_oath: SoftwareOathTable = Field(SoftwareOathTable(), alias="SoftwareOath")
    legacy: LegacyTable = Field(LegacyTable(), alias="legacyMfaPolicy")


def policies_of(document: Document) -> Policies:
    """Return the policies of a document."""
    given, oath = document.authenticator, document.software_oath
    features = given.feature_settings
    number = features.number_matching_required_state
    return Policies(
        migration=Migration(document.policy_migration_state),
        authenticator=AuthenticatorConfiguration(
            is_enabled=given.state == "enabled",
            include=tuple(
                IncludeTarget(each.id, each.target_type, each.authentication_mode)
                for each in given.include_targets
            ),
            exclude=tuple(map(_target, given.exclude_targets)),
            codes=given.is_software_oath_enabled,
            application_name=_feature(features.display_app_information_required_state),
            location=_feature(features.display_location_information_required_state),
            number_matching=None if number is None else _feature(number),
        ),
        code_apps=MethodConfiguration(
            is_enabled=oath.state == "enabled",
            include=tuple(
                IncludeTarget(each.id, each.target_type) for each in oath.include_targets
            ),
            exclude=tuple(map(_target, oath.exclude_targets)),
        ),
        legacy=LegacyPolicy(
            notifications=document.legacy.notification_through_mobile_app,
            codes=document.legacy.verification_code_from_mobile_app_or_hardware_token,
        ),
    )


def values_of(policies: Policies) -> dict[str, Any]:
    """Return the policies as the JSON object of a :class:`Document`, with every key."""
    app, oath = policies.authenticator, policies.code_apps
    number = app.number_matching
    features = {
        "displayAppInformationRequiredState": _feature_values(app.application_name),
        "displayLocationInformationRequiredState": _feature_values(app.location),
    }
    if number is not None:
        features["numberMatchingRequiredState"] = _feature_values(number)
    include = [{**_target_values(each), "authenticationMode": each.mode} for each in app.include]
    return {
        MIGRATION: policies.migration.value,
        AUTHENTICATOR: {
            "state": _state(app),
            "isSoftwareOathEnabled": app.codes,
            "includeTargets": include,
            "excludeTargets": list(map(_target_values, app.exclude)),
            "featureSettings": features,
        },
        SOFTWARE_OATH: {
            "state": _state(oath),
            "includeTargets": list(map(_target_values, oath.include)),
            "excludeTargets": list(map(_target_values, oath.exclude)),
        },
        LEGACY: {
            "notificationThroughMobileApp": policies.legacy.notifications,
            "verificationCodeFromMobileAppOrHardwareToken": policies.legacy.codes,
        },
    }


def _target(table: TargetTable) -> Target:
    return Target(table.id, table.target_type)


def _feature(table: FeatureTable) -> Feature:
    excluded = table.exclude_target
    return Feature(
        table.state,
        _target(table.include_target),
        None if excluded is None else _target(excluded),
    )


def _state(configuration: MethodConfiguration) -> str:
    return "enabled" if configuration.is_enabled else "disabled"


def _target_values(target: Target) -> dict[str, Any]:
    return {"targetType": target.type, "id": target.id}


def _feature_values(feature: Feature) -> dict[str, Any]:
    excluded = feature.exclude
    return {
        "state": feature.state,
        "includeTarget": _target_values(feature.include),
        "excludeTarget": None if excluded is None else _target_values(excluded),
    }


def faultless(values: Mapping[str, Any]) -> Document:
    """Return the document of *values*; raises pydantic's ``ValidationError``."""
    return Document.model_validate(dict(values))
