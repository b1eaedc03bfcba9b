"""What ``/admin/api/keys`` takes and answers."""

from __future__ import annotations

from pydantic import Field

from idp.admin.api.model import Body, Shown


class NewKey(Body):
    """The next token-signing key."""

    kind: str | None = Field(None, examples=["rsa", "ecdsa"])
    urgent: bool = False


class KeyRole(Body):
    """The role that a key gets."""

    role: str = Field(description="Must be primary", examples=["primary"])


class Key(Shown):
    """A token-signing key."""

    role: str
    kind: str
    short: str
    thumbprint: str = Field(description="SHA-256")
    sha1: str = Field(description="The SHA-1 thumbprint, as AD FS shows it")
    serial: str
    common_name: str
    valid_from: str
    valid_until: str
    file: str


Keys = list[Key]
"""The primary first."""


class KeyWithCertificate(Key):
    """One key with its certificate."""

    certificate: str = Field(description="PEM")


class RolloverStep(Shown):
    """One step of a rollover."""

    step: str = Field(examples=["publish", "wait", "promote", "retire"])
    state: str = Field(examples=["done", "now", "later"])
    effect: str


class TrustsToTell(Shown):
    """Trusts whose metadata came here in one way."""

    kind: str = Field(examples=["address", "file", "entered"])
    count: int
    advice: str
    trusts: list[str] = Field(description="Entity IDs of some")


class KeyWarning(Shown):
    """What is wrong with the keys, or soon."""

    code: str
    problem: str
    remedy: str


class Rollover(Shown):
    """Where the rollover stands."""

    phase: str = Field(examples=["settled", "published", "promoted"])
    days_left: int
    published_at: str | None
    automatic_at: str | None
    steps: list[RolloverStep]
    trusts: list[TrustsToTell]
    warnings: list[KeyWarning]
