"""What every section of the configuration has in common."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator


class Section(BaseModel):
    """A section of the file. An unknown key is an error, so that a misspelt one is noticed.

    The text below a field is its documentation: ``tallystick config show`` and the page
    ``/admin/settings`` show it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _must_hold_no_nul(cls, value: object) -> object:
        """Refuse a path with NUL, which no operating system takes."""
        if isinstance(value, Path) and "\0" in str(value):
            raise ValueError("it holds NUL")
        return value
