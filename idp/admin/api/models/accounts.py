"""What ``/admin/api/users`` and ``/users/NAME`` take and answer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from adapter.errors import TallystickError
from idp.admin.api.json_body import BadBody
from idp.admin.api.model import Body, Query, Shown, WholeNumber
from idp.management.user_views import MAX_PAGE_SIZE

Attributes = Annotated[
    dict[str, str | list[str] | None],
    Field(
        description="LDAP names with a value, several, or null", examples=[{"givenName": "Alice"}]
    ),
]
Groups = Annotated[list[str], Field(examples=[["Staff"]])]
Name = Annotated[str, Field(examples=["alice@example.test"])]


class UserQuery(Query):
    """Which users are listed; without any parameter, all of them."""

    refused_as: ClassVar[type[TallystickError]] = BadBody

    search: str | None = Field(None, description="Stands in the name, in any case")
    after: str | None = Field(None, description="The last name of the page before")
    limit: Annotated[WholeNumber, Field(ge=1, le=MAX_PAGE_SIZE)] | None = Field(
        None, description="How many users a page has at most"
    )


class NewUser(Body):
    """A user to add; the mail address defaults to the name."""

    name: Name
    password: str
    display_name: str | None = None
    email: str | None = None
    groups: Groups | None = None
    attributes: Attributes = Field(default_factory=dict)


class UserChange(Body):
    """Attributes and groups to change; an attribute that is null is removed."""

    attributes: Attributes = Field(default_factory=dict)
    display_name: str | None = None
    email: str | None = None
    add_groups: Groups | None = None
    remove_groups: Groups | None = None


class NewName(Body):
    """Another name."""

    name: Name


class NewGroups(Body):
    """All groups of a user."""

    groups: Groups


class NewPassword(Body):
    """A password; with ``must_change``, one that the user has to change."""

    password: str
    must_change: bool = False


class WrongPasswords(Shown):
    """Wrong passwords of one counter."""

    count: int
    last_at: str
    locked_until: str | None


class Block(Shown):
    """A block of the second factor."""

    since: str
    until: str
    by: str


class Risk(Shown):
    """A risk that the user has reported."""

    level: str
    since: str
    client_ip: str


class NtHash(Shown):
    """The wish to keep a user's NT hash, and whether it is kept already."""

    wanted_at: str
    wanted_by: str
    kept: bool


class UserNtHash(Shown):
    """Whether a user's NT hash is kept; null if nobody wants it."""

    name: Name
    nt_hash: NtHash | None


class User(Shown):
    """A user of the local directory."""

    name: Name
    windows_account_name: str
    display_name: str
    email: str
    groups: list[str]
    attributes: dict[str, list[str]]
    disabled: bool
    error: str = Field("", description="The code, if the stored user cannot be read")
    must_change_password: bool
    locked_out: list[str] = Field(description="Where from no password is accepted now")
    wrong_passwords: dict[str, WrongPasswords]
    familiar_addresses: list[str]
    mfa_blocked: Block | None
    risk: Risk | None
    nt_hash: NtHash | None


class OpenSessions(Shown):
    """The applications whose session of the user may still be open."""

    applications: list[str] = Field(description="Entity IDs")


Users = list[User]
"""A list, or a page of it."""
