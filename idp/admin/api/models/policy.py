"""What ``/admin/api/policy`` takes and answers."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from idp.admin.api.model import FreeBody, Shown


class Policy(FreeBody):
    """The authentication methods policy, whole or one method, in the shape of Microsoft Graph."""


class PolicyChange(FreeBody):
    """Settings by dotted key, as docs/policies.md lists them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"SoftwareOath.state": "enabled"}]})

    version: int | None = Field(None, description="Change only this version")


class StoredPolicy(Shown):
    """The policies in Graph's shape, with their version."""

    policy: dict[str, Any]
    notes: list[str]


class SettingDiff(Shown):
    """A setting before and after."""

    key: str
    before: Any
    after: Any


class PolicyDiff(Shown):
    """What a change of the policies would do."""

    settings: list[SettingDiff]
    users: list[dict[str, Any]]
    registration: list[dict[str, Any]]
    resets: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    asked: list[dict[str, Any]]
    locked_out: list[str]
    notes: list[str]
