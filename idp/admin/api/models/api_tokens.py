"""What ``/admin/api/api-tokens`` takes and answers."""

from __future__ import annotations

from pydantic import Field

from idp.admin.api.model import Body, Shown


class NewApiToken(Body):
    """A token to make."""

    name: str = Field(examples=["robot"])
    role: str = Field(examples=["auditor"])
    expires: str | None = Field(None, description="A span or a time", examples=["90d"])


class ApiToken(Shown):
    """A token of a program, without its text."""

    name: str
    role: str
    created_at: str
    created_by: str
    expires_at: str
    last_used_at: str | None


class MadeApiToken(ApiToken):
    """A new token, whose text is shown only in this answer."""

    token: str


ApiTokens = list[ApiToken]
