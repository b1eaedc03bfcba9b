"""What ``/admin/api/settings`` takes and answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from idp.admin.api.model import Query, Shown


class SettingsSearch(Query):
    """Which settings are listed."""

    q: str = Field("", description="Words that stand in name, value, origin or meaning")


class SettingInForce(Shown):
    """A setting of this server."""

    name: str = Field(examples=["server.base_url"])
    value: Any = Field(description="The value in force, as JSON; secrets are not shown")
    origin: str = Field(description="A variable, the file with a line, or default")
    meaning: str
    variable: str = Field(description="The environment variable that sets it")
    after_restart: Any = Field(description="The value that is set now")
    waits_for_restart: bool


class SettingsInForce(Shown):
    """The settings in the order of the schema."""

    settings: list[SettingInForce]
    file: str = Field(description="The path of the configuration file, empty without one")
    problem: str = Field(description="Why the file cannot be read now, empty if it can")
