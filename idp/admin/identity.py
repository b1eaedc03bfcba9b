"""Who is signed in at ``/adfs/`` with this browser, and which role that user has here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from idp.management.user_audit import role_groups
from idp.session.cookie import SessionCookie
from idp.session.current import signed_in_user
from idp.web.flask_adapter import read_request_head

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services
    from idp.session.sso import Session


@dataclass(frozen=True, slots=True)
class Identity:
    """A user with a valid SSO session. ``role`` is None for one who administers nothing."""

    user: User
    session: Session
    role: str | None
    has_methods: bool

    @property
    def proved_at(self) -> datetime | None:
        """When the older one of both proofs was given; None without the second one."""
        second = self.session.second
        return None if second is None else min(self.session.primary.at, second.at)


class Identities:
    """Reads the SSO session of a request."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cookie = SessionCookie(services.config, services.sealer, services.clock)

    def current(self) -> Identity | None:
        """Return who is signed in, None if nobody is.

        A disabled user, a new password and a sign-out end the session; the groups are read anew
        each time, so that who leaves a group loses its role with the next request.
        """
        web, services = read_request_head(), self._services
        session = self._cookie.read(web.cookies)
        if session is None:
            return None
        facts = services.sign_ins.facts(None, session.user, session.root, None)
        user = signed_in_user(facts, session, services.directory, web.request_context)
        if user is None:
            return None
        has_methods = bool(services.mfa.methods_of(user.upn).registered)
        role = role_groups(services).role_of(user.groups)
        return Identity(user, session, role, has_methods)
