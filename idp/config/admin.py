"""``[admin]``: who administers the server."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from idp.config.section import Section


class AdminSection(Section):
    """``[admin]``: the groups of the directory whose members administer this server.

    They sign in at ``/admin/`` with a second factor. An empty name gives the role to nobody.
    """

    administrators: str = "Tallystick Administrators"
    """Members may do everything."""
    help_desk: str = "Tallystick Help Desk"
    """Members see users, unlock them, issue access passes and remove methods."""
    auditors: str = "Tallystick Auditors"
    """Members read everything and change nothing."""
    proofs_minutes: int = Field(default=5, ge=1, le=480)
    """How old both proofs may be for a dangerous change, such as retiring a key."""

    @property
    def proofs_lifetime(self) -> timedelta:
        """The same as a span of time."""
        return timedelta(minutes=self.proofs_minutes)
