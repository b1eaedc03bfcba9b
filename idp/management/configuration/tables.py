"""The keys of each section, as pydantic models; a key that is left out stays as it is.

Values that have a model of their own elsewhere (settings of a trust, the methods policy, rules of
a policy) are checked there.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from idp.federation.access_control.policies import AccessControlPolicy


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SecondFactorTable(_Table):
    """Who needs the second factor at all trusts (``tallystick access mfa``)."""

    rule: Literal["default", "always", "never"] | None = None
    additional_authentication_rules: str | None = None


class AdaptersTable(_Table):
    """Which adapters users are offered (``tallystick adapters enable``)."""

    enabled: list[str] | None = None


class NodeTable(_Table):
    """A node of the farm; ``product`` follows from the build."""

    name: str
    build: str | None = None
    product: str | None = None


class RegistryTable(_Table):
    """The registry values of an NPS host; ``unset`` deletes one."""

    override: str | None = None
    require_user_match: str | None = None
    ip_whitelist: str | None = None


class NpsHostTable(_Table):
    """An NPS host; a new one needs a version."""

    name: str
    version: str | None = None
    addresses: list[str] | None = None
    port: int | None = None
    legacy_port: bool | None = None
    protocols: list[str] | None = None
    registry: RegistryTable = RegistryTable()


class TrustTable(_Table):
    """A relying party trust: where its metadata is from, and its settings."""

    entity_id: str
    metadata: str | None = None
    metadata_url: str | None = None
    acs: list[str] | None = None
    slo: str | None = None
    certificate: str | None = None
    metadata_signed_by: str | None = None
    settings: dict[str, Any] | None = None


class UserTable(_Table):
    """A user; the password is used for a new user only."""

    name: str
    display_name: str | None = None
    email: str | None = None
    groups: list[str] | None = None
    attributes: dict[str, str | list[str]] | None = None
    disabled: bool | None = None
    password: SecretStr | None = None


class DocumentTable(_Table):
    """The sections; each has its own model."""

    format: Literal[1]
    second_factor: dict[str, Any] | None = None
    adapters: dict[str, Any] | None = None
    methods_policy: dict[str, Any] | None = None
    access_control_policies: list[Any] | None = None
    trusts: list[Any] | None = None
    nodes: list[Any] | None = None
    nps_hosts: list[Any] | None = None
    users: list[Any] | None = None


__all__ = [
    "AccessControlPolicy",
    "AdaptersTable",
    "DocumentTable",
    "NodeTable",
    "NpsHostTable",
    "SecondFactorTable",
    "TrustTable",
    "UserTable",
]
