"""The settings of a relying party trust: what each is called, may be, and is until it is set.

Most are called as in AD FS (``Set-AdfsRelyingPartyTrust``), in Python's spelling; :data:`ALIASES`
has AD FS's names of two that are called otherwise here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapter.sentences import sentence
from idp.federation.claims import NAME_ID_FORMATS
from idp.federation.relying_party.setting_types import (
    NO_NAME_ID,
    PLACEHOLDERS,
    RSA_BITS,
    SHORT_NAMES,
    SIGNATURE_ALGORITHMS,
    Attributes,
    ClaimRuleText,
    ListTable,
    NameIdFormat,
    Names,
    Notes,
    RsaBits,
    RsaCertificate,
    RuleTables,
    SignatureAlgorithm,
)
from idp.saml import uris
from idp.saml.usable_keys import MIN_RSA_BITS

V = TypeVar("V")

DEFAULT_TOKEN_LIFETIME = 60

RULES, NOTHING = "rules", "nothing"
"""What lets users in if the trust has no policy."""

ALIASES = {
    # also taken                   setting
    "additional_authentication":   "second_factor",
    "issuance_transform_rules":    "claim_rules",
}  # fmt: skip
"""Names under which people may give a setting too; it is stored and shown under its own."""


class TrustSettings(BaseModel):
    """How a relying party trust is served. The descriptions are the help of ``sp set``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        default=True, description=sentence("whether users may sign in to the trust")
    )
    identifiers: Names = Field(
        default=(), description=sentence("further entity IDs of the trust, a URI or a JSON list")
    )
    honour_valid_until: bool = Field(
        default=True, description=sentence("refuse sign-ins after the validUntil of its metadata")
    )
    monitoring_enabled: bool = Field(
        default=True, description=sentence("fetch its metadata again, if it came from a URL")
    )
    auto_update_enabled: bool = Field(
        default=True,
        description=sentence(
            "apply fetched metadata that is harmless; if false, hold every change"
        ),
    )
    second_factor: Literal["always", "never", "global"] = Field(
        default="global",
        description=sentence(
            "whether the trust itself asks for the second factor; global: the rule for all "
            "trusts decides. never cannot switch off what that rule or its policy asks for. "
            "Another name of this setting is additional_authentication"
        ),
    )
    access_control_policy: str = Field(
        default="Permit everyone",
        max_length=128,
        description=sentence(
            "name of the policy that decides who may sign in (see tallystick access list); "
            "without policy and rules, nobody may"
        ),
    )
    access_control_parameters: ListTable = Field(
        default_factory=dict,
        description=sentence("access_control_parameters.NAME=VALUE sets a parameter of the policy"),
    )
    issuance_authorization_rules: ClaimRuleText = Field(
        default="",
        description=sentence(
            "rules in AD FS's claim rule language for who may sign in, instead of a "
            "policy; @FILE reads them"
        ),
    )
    additional_authentication_rules: ClaimRuleText = Field(
        default="",
        description=sentence(
            "such rules that decide who needs the second factor; @FILE reads them"
        ),
    )
    mfa_freshness: int = Field(
        default=0,
        ge=0,
        le=7 * 24 * 60,
        description=sentence(
            "minutes until the second factor is asked for again; 0: never in a session"
        ),
    )
    always_require_authentication: bool = Field(
        default=False,
        description=sentence("ask for every factor at each request, as with ForceAuthn"),
    )
    authentication_context: Literal["adfs", "entra", "refeds"] = Field(
        default="adfs",
        description=sentence(
            "class in the assertion. adfs: that of the first factor, and multipleauthn if "
            "the request asked for the second; entra: multipleauthn, refeds: REFEDS MFA, whenever "
            "the second factor was used"
        ),
    )
    allowed_authentication_class_references: Names = Field(
        default=(),
        description=sentence(
            "classes that a request may ask for, a URI or a JSON list; empty: all"
        ),
    )
    saml_response_signature: Literal["AssertionOnly", "MessageOnly", "MessageAndAssertion"] = Field(
        default="AssertionOnly",
        description=sentence("what is signed; the assertion always, if its metadata wants that"),
    )
    signature_algorithm: SignatureAlgorithm = Field(
        default=uris.RSA_SHA256,
        description=sentence(
            "algorithm of our signatures, and the required one of its requests: {names}",
            names=", ".join(SIGNATURE_ALGORITHMS),
        ),
    )
    min_rsa_bits: RsaBits = Field(
        default=MIN_RSA_BITS,
        description=sentence(
            "its RSA keys from this size on are used: {sizes}, the smaller one only until it has "
            "a longer key",
            sizes=", ".join(map(str, RSA_BITS)),
        ),
    )
    signed_saml_requests_required: bool = Field(
        default=False, description=sentence("refuse requests without a signature")
    )
    encrypt_claims: bool = Field(
        default=True, description=sentence("encrypt assertions, if its metadata has a key for that")
    )
    encryption_certificate: RsaCertificate = Field(
        default=None,
        description=sentence("PEM certificate to encrypt with, instead of its metadata's"),
    )
    encrypted_name_id_required: bool = Field(
        default=False, description=sentence("encrypt the NameID separately, or refuse the sign-in")
    )
    encryption_algorithm: Literal["aes256-gcm", "aes256-cbc"] = Field(
        default="aes256-gcm",
        description=sentence("use aes256-cbc only if the service provider supports nothing better"),
    )
    token_lifetime: int = Field(
        default=DEFAULT_TOKEN_LIFETIME,
        ge=0,
        le=7 * 24 * 60,
        description=sentence("minutes for which an assertion is valid; 0: the default"),
    )
    not_before_skew: int = Field(
        default=0, ge=0, le=60, description=sentence("minutes by which NotBefore is set back")
    )
    name_id_format: NameIdFormat = Field(
        default=None,
        description=sentence(
            "format unless the request asks for another: {names}; {none}: no NameID",
            names=", ".join(NAME_ID_FORMATS),
            none=NO_NAME_ID,
        ),
    )
    notes: Notes = Field(default="", description=sentence("a text for administrators"))
    attributes: Attributes = Field(
        default_factory=dict,
        description="attributes.URI=VALUE adds an attribute; values may contain "
        + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
    )
    claim_rules: RuleTables = Field(
        default=None,
        description=sentence(
            "rules in TOML; the trust receives exactly what they issue; @FILE reads them "
            "(see also tallystick sp claims). Another name of this setting is "
            "issuance_transform_rules"
        ),
    )

    @property
    def access(self) -> tuple[object, ...]:
        """The settings that decide about access; a change of them is checked."""
        return self.access_control_policy, self.access_control_parameters

    @property
    def lifetime(self) -> timedelta:
        """How long an assertion is valid; as in AD FS, 0 stands for the default."""
        return timedelta(minutes=self.token_lifetime or DEFAULT_TOKEN_LIFETIME)

    @property
    def authorized_by(self) -> str:
        """What lets users in: the policy's name, ``rules``, or ``nothing``."""
        return self.access_control_policy or (
            RULES if self.issuance_authorization_rules else NOTHING
        )

    @model_validator(mode="before")
    @classmethod
    def _aliases_are_settings(cls, values: Any) -> Any:
        return by_setting(values) if isinstance(values, Mapping) else values

    @model_validator(mode="before")
    @classmethod
    def _rules_need_no_word_of_the_policy(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("issuance_authorization_rules"):
            return {"access_control_policy": "", **values}
        return values

    @model_validator(mode="after")
    def _policy_or_rules(self) -> Self:
        if self.access_control_policy and self.issuance_authorization_rules:
            raise ValueError("a trust has a policy or issuance authorization rules, not both")
        if self.access_control_parameters and not self.access_control_policy:
            raise ValueError("parameters need a policy")
        return self


def by_setting(values: Mapping[str, V]) -> dict[str, V]:
    """Return *values* under the settings' own names instead of their aliases.

    Raises :class:`ValueError` for a setting that is given under both names.
    """
    for alias, name in ALIASES.items():
        if alias in values and name in values:
            raise ValueError(f"give {name} or {alias}, which is the same setting, and not both")
    return {ALIASES.get(name, name): value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class SettingHelp:
    """The help on one setting."""

    name: str
    default: str
    description: str


def settings_help() -> tuple[SettingHelp, ...]:
    """Return the help on each setting, in order."""
    defaults = TrustSettings().model_dump(mode="json")
    return tuple(
        SettingHelp(name, _shown(defaults[name]), field.description or "")
        for name, field in TrustSettings.model_fields.items()
    )


def _shown(value: object) -> str:
    if value in (None, {}, [], ""):
        return ""
    return SHORT_NAMES.get(value, value) if isinstance(value, str) else json.dumps(value)
