"""Converts the policies to and from the JSON document of :mod:`idp.mfa.graph_tables`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapter.mfa.policy import (
    AuthenticatorConfiguration,
    Campaign,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    LegacyResetPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    RegistrationPolicy,
    Target,
)
from idp.mfa.graph_tables import (
    AUTHENTICATOR,
    CAMPAIGN,
    FIDO2,
    HARDWARE_OATH,
    LEGACY,
    LEGACY_RESET,
    MIGRATION,
    RECONFIRMATION,
    REGISTRATION,
    REGISTRATION_REQUIRED,
    SOFTWARE_OATH,
    AuthenticatorTable,
    Document,
    FeatureTable,
    MethodTable,
    TargetTable,
)


def policies_of(document: Document) -> Policies:
    """Return the policies of a document."""
    passkeys = document.passkeys
    return Policies(
        migration=Migration(document.policy_migration_state),
        authenticator=_authenticator(document.authenticator),
        code_apps=_configuration(document.software_oath),
        hardware_tokens=_configuration(document.hardware_oath),
        passkeys=PasskeyConfiguration(
            is_enabled=passkeys.state == "enabled",
            include=_included(passkeys),
            exclude=_targets(passkeys.exclude_targets),
            self_service=passkeys.is_self_service_registration_allowed,
        ),
        legacy=LegacyPolicy(
            notifications=document.legacy.notification_through_mobile_app,
            codes=document.legacy.verification_code_from_mobile_app_or_hardware_token,
        ),
        legacy_reset=_legacy_reset(document),
        registration=_registration(document),
    )


def values_of(policies: Policies) -> dict[str, Any]:
    """Return the policies as the JSON object of a :class:`Document`, with every key."""
    passkeys = policies.passkeys
    return {
        MIGRATION: policies.migration.value,
        AUTHENTICATOR: _authenticator_values(policies.authenticator),
        SOFTWARE_OATH: _configuration_values(policies.code_apps),
        HARDWARE_OATH: _configuration_values(policies.hardware_tokens),
        FIDO2: {
            **_configuration_values(passkeys),
            "isSelfServiceRegistrationAllowed": passkeys.self_service,
        },
        LEGACY: {
            "notificationThroughMobileApp": policies.legacy.notifications,
            "verificationCodeFromMobileAppOrHardwareToken": policies.legacy.codes,
        },
        LEGACY_RESET: _legacy_reset_values(policies.legacy_reset),
        REGISTRATION_REQUIRED: policies.registration.is_required,
        RECONFIRMATION: policies.registration.reconfirm_days,
        REGISTRATION: {CAMPAIGN: _campaign_values(policies.registration.campaign)},
    }


def _authenticator(given: AuthenticatorTable) -> AuthenticatorConfiguration:
    features = given.feature_settings
    number = features.number_matching_required_state
    return AuthenticatorConfiguration(
        is_enabled=given.state == "enabled",
        include=tuple(
            IncludeTarget(each.id, each.target_type, each.authentication_mode)
            for each in given.include_targets
        ),
        exclude=_targets(given.exclude_targets),
        codes=given.is_software_oath_enabled,
        application_name=_feature(features.display_app_information_required_state),
        location=_feature(features.display_location_information_required_state),
        number_matching=None if number is None else _feature(number),
    )


def _authenticator_values(app: AuthenticatorConfiguration) -> dict[str, Any]:
    number = app.number_matching
    features = {
        "displayAppInformationRequiredState": _feature_values(app.application_name),
        "displayLocationInformationRequiredState": _feature_values(app.location),
    }
    if number is not None:
        features["numberMatchingRequiredState"] = _feature_values(number)
    include = [{**_target_values(each), "authenticationMode": each.mode} for each in app.include]
    return {
        "state": _state(app),
        "isSoftwareOathEnabled": app.codes,
        "includeTargets": include,
        "excludeTargets": list(map(_target_values, app.exclude)),
        "featureSettings": features,
    }


def _configuration(given: MethodTable) -> MethodConfiguration:
    return MethodConfiguration(
        is_enabled=given.state == "enabled",
        include=_included(given),
        exclude=_targets(given.exclude_targets),
    )


def _configuration_values(configuration: MethodConfiguration) -> dict[str, Any]:
    return {
        "state": _state(configuration),
        "includeTargets": list(map(_target_values, configuration.include)),
        "excludeTargets": list(map(_target_values, configuration.exclude)),
    }


def _legacy_reset(document: Document) -> LegacyResetPolicy:
    given = document.legacy_reset
    return LegacyResetPolicy(
        notifications=given.mobile_app_notification,
        codes=given.mobile_app_code,
        required=given.number_of_methods_required,
        scope=_targets(given.include_targets),
    )


def _legacy_reset_values(policy: LegacyResetPolicy) -> dict[str, Any]:
    return {
        "mobileAppNotification": policy.notifications,
        "mobileAppCode": policy.codes,
        "numberOfMethodsRequired": policy.required,
        "includeTargets": list(map(_target_values, policy.scope)),
    }


def _registration(document: Document) -> RegistrationPolicy:
    given = document.registration.authentication_methods_registration_campaign
    return RegistrationPolicy(
        is_required=document.is_registration_required_at_sign_in,
        reconfirm_days=document.reconfirmation_in_days,
        campaign=Campaign(
            state=given.state,
            snooze_days=given.snooze_duration_in_days,
            include=_targets(given.include_targets),
            exclude=_targets(given.exclude_targets),
        ),
    )


def _campaign_values(campaign: Campaign) -> dict[str, Any]:
    method = {"targetedAuthenticationMethod": "microsoftAuthenticator"}
    return {
        "state": campaign.state,
        "snoozeDurationInDays": campaign.snooze_days,
        "includeTargets": [{**_target_values(each), **method} for each in campaign.include],
        "excludeTargets": list(map(_target_values, campaign.exclude)),
    }


def _included(table: MethodTable) -> tuple[IncludeTarget, ...]:
    return tuple(IncludeTarget(each.id, each.target_type) for each in table.include_targets)


def _targets(tables: Sequence[TargetTable]) -> tuple[Target, ...]:
    return tuple(map(_target, tables))


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
