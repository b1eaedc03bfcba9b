"""What ``/admin/api/farm/history`` takes and answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from idp.admin.api.model import Query, Serial, Shown, WholeNumber
from idp.management.farm_history import MAX_PAGE_SIZE


class FarmHistoryQuery(Query):
    """Which changes are listed."""

    limit: Annotated[WholeNumber, Field(ge=1, le=MAX_PAGE_SIZE)] | None = None
    before: Serial | None = Field(None, description="The value of next of the page before")


class FarmEntry(Shown):
    """One thing that a change has changed."""

    verb: str = Field(examples=["node.set"])
    object: str = Field(description="The node, the NPS host, or its client", examples=["sts1"])
    before: Any
    after: Any


class FarmChange(Shown):
    """A change of nodes or NPS hosts."""

    id: int
    at: str
    actor: str
    role: str
    via: str
    count: int = Field(description="How many things were changed; of many, the first are listed")
    changes: list[FarmEntry]
    undoes: int | None = Field(description="The id of the change that this one has undone")
    undone_by: int | None = Field(description="The id of the change that has undone this one")
    can_be_undone: bool
    why_not: str | None = Field(description="The code of the error that an undo would give")


class FarmHistory(Shown):
    """A page of changes, newest first; ``next`` is the ``before`` of the next page."""

    changes: list[FarmChange]
    next: int | None


class Undone(Shown):
    """What an undo has done."""

    undone: int = Field(description="The id of the change that is undone")
    changes: list[str] = Field(description="What is so now, as sentences")
