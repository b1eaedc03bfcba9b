"""What the addresses that only read take and answer: audit log, timelines, preview, overview."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from idp.admin.api.model import Query, Serial, Shown, WholeNumber
from idp.admin.paging import MAX_ID
from idp.management.audit_log import MAX_PAGE_SIZE

MAX_TIMELINES = 500


class AuditQuery(Query):
    """Which entries of the audit log are listed."""

    q: str = Field("", description="Stands in actor, verb or object")
    actor: str = ""
    verb: str = ""
    object: str = ""
    since: str = Field("", description="A span like 24h, or a time in UTC")
    limit: Annotated[WholeNumber, Field(ge=1, le=MAX_PAGE_SIZE)] | None = None
    before: Serial | None = Field(None, description="The value of next of the page before")


class AuditEntry(Shown):
    """One change."""

    id: int
    at: str
    actor: str
    role: str
    via: str
    client_ip: str
    activity_id: str
    verb: str
    object: str
    before: Any
    after: Any


class AuditPage(Shown):
    """A page of the audit log, newest first; ``next`` is the ``before`` of the next page."""

    entries: list[AuditEntry]
    next: int | None


class TraceQuery(Query):
    """Which timelines are listed; with ``after``, those that have grown since, oldest first."""

    user: str = ""
    trust: str = ""
    outcome: str = ""
    code: str = ""
    text: str = ""
    since: str = Field("", description="A span like 24h, or a time in UTC")
    limit: Annotated[WholeNumber, Field(ge=1)] | None = Field(
        None, description=f"More than {MAX_TIMELINES} counts as that"
    )
    before: Serial | None = Field(None, description="The value of next of the page before")
    after: Annotated[WholeNumber, Field(ge=0, le=MAX_ID)] | None = None


TEXTS_OF_TRACES = {"user", "trust", "outcome", "code", "text", "since"}
"""The parameters that are searched for."""


class Trace(Shown):
    """A timeline, without its steps."""

    id: int
    activity_id: str
    began_at: str
    changed_at: str
    node: str
    user: str
    trust: str
    outcome: str
    code: str
    summary: str


class TraceStep(Shown):
    """One thing that happened; further members depend on its kind."""

    model_config = ConfigDict(extra="allow")

    at: str
    kind: str


class WholeTrace(Trace):
    """A timeline with its steps."""

    steps: list[TraceStep]


class TracePage(Shown):
    """A page of timelines, newest first; ``next`` is the ``before`` of the next page."""

    traces: list[Trace]
    next: int | None


class PreviewQuery(Query):
    """What is asked; one that is not given stands for all."""

    user: str = ""
    trust: str = ""
    node: str = ""
    device: str = Field("", examples=["phone-current"])


class PreviewStep(Shown):
    """One thing that a sign-in looks at."""

    step: str
    explanation: str
    code: str | None


class PreviewCell(Shown):
    """What is seen on one node with one device."""

    node: str
    build: str
    device: str
    experience: str | None
    shows: str
    reason: str
    explanation: str
    rules: list[dict[str, Any]]
    warnings: list[str]


class Preview(Shown):
    """What a sign-in will show."""

    user: str | None
    trust: str | None
    steps: list[PreviewStep]
    cells: list[PreviewCell]
    left_out: list[str]


class Attention(Shown):
    """One thing that needs attention."""

    code: str
    level: str
    problem: str
    page: str
    command: str


Overview = list[Attention]


class ServerFacts(Shown):
    """What an application needs to know of this server."""

    entity_id: str
    metadata_url: str
    sign_on: list[dict[str, Any]]
    log_out: list[dict[str, Any]]
    name_id_formats: list[str]
    certificates: list[dict[str, Any]]
    kinds: list[str]


class SettingsQuery(Query):
    """Where the application is."""

    url: str = Field("", description="Its base URL", examples=["https://app.example.test"])


class ApplicationSettings(Shown):
    """Settings of an application, to paste."""

    kind: str
    title: str
    file: str
    note: str
    settings: str
    entity_id: str
    acs: str
    metadata_url: str | None
    trust: list[str]
