"""What ``/admin/api/adapters`` takes and answers."""

from __future__ import annotations

from pydantic import Field

from idp.admin.api.model import Body, Shown


class EnabledAdapters(Body):
    """The adapters that users are offered, in this order, and no others."""

    enabled: list[str] = Field(examples=[["AzureMfaAuthentication"]])


class Registration(Body):
    """The class of an adapter, and its configuration."""

    type: str = Field(
        description="MODULE:CLASS", examples=["adapter.entra_mfa:AzureMfaAuthentication"]
    )
    config: str | None = Field(None, description="The content of its configuration file")


class Adapter(Shown):
    """An adapter; its configuration is not shown, since it may hold secrets."""

    name: str
    type: str
    enabled: bool
    order: int | None = Field(description="Counts the enabled ones from 1")
    registered: bool = Field(description="False for one that an installed package offers")
    has_config: bool


class Adapters(Shown):
    """All adapters, the enabled ones first and in their order."""

    adapters: list[Adapter]
    problem: str = Field(description="Why the order cannot be read, empty if it can")


class AdapterLanguage(Shown):
    """What users see in one language."""

    lcid: int
    tag: str
    name: str
    description: str


class AdapterMetadata(Shown):
    """What an adapter announces."""

    admin_name: str
    authentication_methods: list[str]
    identity_claims: list[str]
    requires_identity: bool
    languages: list[AdapterLanguage]


class AdapterWithMetadata(Adapter):
    """One adapter, and what it announces."""

    metadata: AdapterMetadata


class RegisteredAdapter(Adapter):
    """An adapter after it was registered."""

    notice: str = Field(description="What has to be done now, empty for nothing")


class AdapterFinding(Shown):
    """A rule of the contract that an adapter breaks."""

    rule: str
    sentence: str
    seen: str
    remedy: str


class AdapterCheck(Shown):
    """The result of a check."""

    keeps_contract: bool
    findings: list[AdapterFinding]
