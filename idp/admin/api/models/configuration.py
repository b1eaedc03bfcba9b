"""What ``/admin/api/configuration`` takes and answers.

The document is described by its own model, and checked when it is compared: the answer lists all
faults at once, each with its place.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from adapter.errors import TallystickError
from idp.admin.api.json_body import BadBody
from idp.admin.api.model import FreeBody, Query, Shown
from idp.management.configuration.tables import DocumentTable

_FLAGS = {"true": True, "false": False, "": False}

Flag = Annotated[bool, BeforeValidator(lambda text: _FLAGS.get(str(text).lower()))]
"""A parameter that is ``true`` or ``false``; other words for these are refused."""
PRUNE = Field(False, description="Remove what a section does not name", examples=[True])


class ConfigurationDocument(FreeBody):
    """The configuration, as ``tallystick config export`` writes it."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the document: that of this class has no members."""
        described = handler(DocumentTable.__pydantic_core_schema__)
        return {**described, "title": cls.__name__, "description": cls.__doc__}


class DiffQuery(Query):
    """How the document is compared."""

    refused_as: ClassVar[type[TallystickError]] = BadBody

    prune: Flag = PRUNE


class ApplyQuery(DiffQuery):
    """How the document is applied."""

    keeps_empty: ClassVar[bool] = True

    dry_run: Flag = Field(False, description="Undo all changes again", examples=[True])
    seen: str | None = Field(None, description="Apply it only if this still is the digest")


class ConfigurationDifference(Shown):
    """One value that changes; null stands for no value."""

    key: str = Field(description="Dotted")
    before: Any
    after: Any


class ConfigurationChange(Shown):
    """What is done to one table of the document."""

    action: str = Field(examples=["add", "change", "remove"])
    section: str
    name: str
    differences: list[ConfigurationDifference]


class ConfigurationPlan(Shown):
    """What applying the document would do."""

    changes: list[ConfigurationChange]
    notes: list[str]
    digest: str = Field(description="Stands for the changes, for the parameter seen")


class AppliedConfiguration(ConfigurationPlan):
    """What was done."""

    applied: bool = Field(description="False after a dry run")


__all__ = [
    "AppliedConfiguration",
    "ApplyQuery",
    "ConfigurationDocument",
    "ConfigurationPlan",
    "DiffQuery",
    "DocumentTable",
]
