"""Where a sign-in leads: to the answer of a relying party trust, or to a page of our own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from idp.request_value import request_value
from idp.saml.values import AuthnRequest
from idp.session.own_pages import ADMINISTRATION

SECURITY_INFO = "/account/"
_PATH = re.compile(r"/[!-\[\]-~]*")  # printable ASCII without space and backslash


@request_value
class SpInitiated:
    """The answer to an AuthnRequest (SP-initiated sign-on, saml-profiles §4.1.4)."""

    request: AuthnRequest
    relay_state: str | None = None

    @property
    def entity_id(self) -> str:
        """The entity ID of the trust."""
        return self.request.issuer

    @property
    def acs_url(self) -> str:
        """The address of the trust that receives the answer."""
        return self.request.acs_url

    @property
    def audience(self) -> str:
        """The identifier by which the trust named itself."""
        return self.request.audience


@dataclass(frozen=True, slots=True)
class IdpInitiated:
    """An unsolicited answer to a trust that the user chose here (saml-profiles §4.1.5).

    ``audience`` is the identifier by which the trust was chosen, ``acs_url`` its default address.
    """

    entity_id: str
    audience: str
    acs_url: str
    relay_state: str | None = None
    request: ClassVar[None] = None
    """Nobody asked for it."""


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of this server, for which the user signs in without any trust.

    ``path`` begins with one slash and stays on this server, so that no sealed value can become an
    open redirect. Raises :class:`ValueError` for any other text. With ``again`` the user gives the
    password even if there is a session.
    """

    path: str
    again: bool = False
    request: ClassVar[None] = None
    entity_id: ClassVar[None] = None
    """There is no trust."""

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path) or "//" in self.path:
            raise ValueError(f"{self.path[:80]!r} is not a path of this server")

    @property
    def verifies(self) -> bool:
        """Whether the page asks for the second factor itself: all but the list of trusts do."""
        return self.path.startswith(SECURITY_INFO) or self.path in ADMINISTRATION


SamlDestination = SpInitiated | IdpInitiated
"""The answer to a relying party trust."""

Destination = SamlDestination | OwnPage
