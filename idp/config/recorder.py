"""The section of the flight recorder."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from idp.config.section import Section


class RecorderSection(Section):
    """``[recorder]``: which sign-ins, refusals and log-outs are recorded step by step."""

    level: Literal["off", "errors", "all"] = "errors"
    """``errors`` keeps those in which something was refused. The demo and the plugin keep all."""
    keep_days: int = Field(default=7, ge=1, le=36_500)
    """How many days a timeline is kept after its last step."""
    keep_count: int = Field(default=10_000, ge=1)
    """How many timelines are kept: the newest ones."""
