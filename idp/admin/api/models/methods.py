"""What the addresses below ``/admin/api/users/NAME`` about the second factor take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from idp.admin.api.model import Body, Shown
from idp.admin.api.models.accounts import Block, Name, Risk
from idp.admin.api.models.hardware_tokens import HardwareToken

MAX_DAYS = 36_500
MAX_MINUTES = 43_200

Code = Annotated[str, Field(description="The code that is shown now", examples=["123456"])]


class MethodName(Body):
    """Another name of a method."""

    name: str = Field(examples=["On the desk"])


class CodeAppProof(Body):
    """What :class:`CodeAppOffer` gave, with the first code of the app."""

    sealed: str
    code: Code
    name: str | None = None


class TokenCode(Body):
    """The code of a hardware token."""

    code: Code


class DefaultMethod(Body):
    """The method that is asked for first."""

    id: str


class Reset(Body):
    """Takes back a compromised account: all methods are removed, and the password is set."""

    compromised: bool = Field(description="Must be true")
    password: str
    must_change: bool = False


class NewBlock(Body):
    """How long a user is blocked: for days, or until a time; without both, for 90 days."""

    days: int | None = Field(None, ge=1, le=MAX_DAYS)
    until: str | None = Field(None, examples=["2027-01-31T08:00Z"])


class NewPass(Body):
    """A temporary access pass."""

    once: bool = False
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES)
    starts_at: str | None = Field(None, examples=["2027-01-31T08:00Z"])


class IssuedPass(Shown):
    """The pass, whose text is shown only in this answer."""

    user: Name
    id: str
    pass_: str = Field(alias="pass")
    once: bool
    starts_at: str
    expires_at: str


class CodeAppOffer(Shown):
    """A seed for a code app; nothing is stored before it is confirmed."""

    user: Name
    secret: str
    address: str
    sealed: str


class Phone(Shown):
    """A phone that answers requests."""

    id: str
    name: str
    platform: str
    app_version: str
    kind: str
    activated_at: str | None
    decides: bool


class Method(Shown):
    """A registered method; further members depend on its kind."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    name: str
    created_at: str | None
    last_used_at: str | None
    default: bool
    allowed: bool
    reason: str


class Activation(Shown):
    """An activation code that still works."""

    id: str
    totp: bool
    expires_at: str
    tries: int


class Permission(Shown):
    """Whether the policies allow a kind of method, and why."""

    allowed: bool
    reason: str
    policy: str | None
    explanation: str


class Methods(Shown):
    """What a user has for the second factor."""

    push: list[Phone]
    totp: bool
    methods: list[Method]
    activations: list[Activation]
    waiting_tokens: list[HardwareToken]
    allowed: dict[str, Permission]
    asked_first: str | None
    asked_first_reason: str
    pushes_paused_since: str | None
    mfa_blocked: Block | None
    risk: Risk | None
