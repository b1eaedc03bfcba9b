"""Who makes the change of a request, for the audit log: set when the request is authenticated."""

from __future__ import annotations

from flask import g

from idp.audit.changes import Actor
from idp.web.activity import activity_id, client_ip


def set_actor(name: str, role: str, via: str) -> None:
    """Remember who has sent this request; *via* is ``PAGE`` or ``REST``."""
    g.admin_actor = Actor(name, role, via, client_ip(), activity_id())


def current_actor() -> Actor:
    """Return who has sent this request. It is a fault of the server if nobody was authenticated."""
    known: Actor = g.admin_actor
    return known
