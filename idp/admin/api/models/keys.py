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
    thumbprint: str
    serial: str
    common_name: str
    valid_from: str
    valid_until: str
    file: str


Keys = list[Key]
"""The primary first."""
