"""What every section of the configuration has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file. An unknown key is an error, so that a misspelt one is noticed.

    The text below a field is its documentation: ``tallystick config show`` and the page
    ``/admin/settings`` show it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
