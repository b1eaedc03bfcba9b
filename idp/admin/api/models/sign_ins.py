"""What ``/admin/api/sign-ins`` takes and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from idp.admin.api.model import Place, Query, Serial, Shown, WholeNumber
from idp.management.sign_in_log import MAX_SHOWN


class SignInQuery(Query):
    """Which entries are listed; a user, trust or code is found by its whole name."""

    user: str = ""
    trust: str = ""
    outcome: str = ""
    code: str = Field("", description="A whole outcome, reason or detail")
    since: str = Field("", description="A span like 24h, or a time in UTC")
    activity: str = Field("", description="An Activity ID")
    limit: Annotated[WholeNumber, Field(ge=1, le=MAX_SHOWN)] | None = None
    before: Serial | None = Field(None, description="The value of next of the page before")
    after: Place | None = Field(None, description="The value of previous of the page after")


SEARCHED = {"user", "trust", "outcome", "code", "since", "activity"}
"""The parameters that are searched for."""


class SignIn(Shown):
    """An entry of the sign-in log; docs/log.md explains its fields."""

    id: int
    at: str
    event_id: int
    activity_id: str
    user: str
    trust: str
    node: str
    experience: str
    reason: str
    outcome: str
    client_ip: str
    detail: str
    recorded: bool = Field(description="Whether the flight recorder has kept its timeline")


class SignInPage(Shown):
    """A page of the log, newest first; next and previous are null where there is no page."""

    entries: list[SignIn]
    next: int | None
    previous: int | None
