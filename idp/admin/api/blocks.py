"""``/admin/api/users/NAME/block``, ``/risk``, ``/access-pass`` and ``/nt-hash``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of
from idp.audit.roles import READ_USERS
from idp.management import nt_hashes, protection, users

if TYPE_CHECKING:
    from idp.services import Services

MAX_DAYS = 36_500
MAX_MINUTES = 43_200


class ProtectionApi:
    """The views of blocks, risks, access passes and NT hashes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def block(self, name: str) -> Response:
        """Block a user; the body may hold ``days`` or ``until``."""
        body = json_object(("days", "until"))
        days, until = _number_of(body, "days", MAX_DAYS), _time_of(body, "until")
        if days is not None and until is not None:
            raise BadBody("The body holds both days and until", "Send one of them")
        protection.block(self._services, name, days=days, until=until)
        return self._left(name)

    def unblock(self, name: str) -> Response:
        """Lift the block of a user."""
        protection.unblock(self._services, name)
        return self._left(name)

    def dismiss_risk(self, name: str) -> Response:
        """Forget the risk of a user."""
        protection.dismiss_risk(self._services, name)
        return self._left(name)

    def issue_pass(self, name: str) -> Response:
        """Issue an access pass; the body may hold ``once``, ``minutes`` and ``starts_at``."""
        body = json_object(("once", "minutes", "starts_at"))
        issued = protection.issue_pass(
            self._services,
            name,
            once=flag_of(body, "once"),
            minutes=_number_of(body, "minutes", MAX_MINUTES),
            starts_at=_time_of(body, "starts_at"),
        )
        return jsonify(issued.as_json())

    def delete_pass(self, name: str) -> Response:
        """Remove the access pass of a user."""
        protection.delete_pass(self._services, name)
        return self._left(name)

    def nt_hash(self, name: str) -> Response:
        """Say whether the user's NT hash is kept."""
        return jsonify(nt_hashes.nt_hash_of(self._services, name))

    def want_nt_hash(self, name: str) -> Response:
        """Keep the user's NT hash from the next right password on."""
        upn = nt_hashes.want_nt_hash(self._services, name).upn
        return self.nt_hash(upn)

    def drop_nt_hash(self, name: str) -> Response:
        """Delete the user's NT hash, and keep none any more."""
        upn = users.find_user(self._services, name).upn
        nt_hashes.drop_nt_hash(self._services, upn)
        return self.nt_hash(upn)

    def _left(self, name: str) -> Response:
        return jsonify(users.methods_of(self._services, name).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses."""
    views = ProtectionApi(services)
    api.add("/users/<name>/block", {"POST": views.block, "DELETE": views.unblock})
    api.add("/users/<name>/risk", {"DELETE": views.dismiss_risk})
    api.add(
        "/users/<name>/access-pass",
        {"POST": views.issue_pass, "DELETE": views.delete_pass},
        {"POST": "user.pass", "DELETE": "user.pass_remove"},
    )
    api.add(
        "/users/<name>/nt-hash",
        {"GET": views.nt_hash, "PUT": views.want_nt_hash, "DELETE": views.drop_nt_hash},
        {"GET": READ_USERS},
    )


def _number_of(body: Mapping[str, Any], name: str, most: int) -> int | None:
    """Return the number *name* of *body*, None if it is absent."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise BadBody(f"{name} is not a number from 1 to {most}", f'Send "{name}": 60')
    return value


def _time_of(body: Mapping[str, Any], name: str) -> datetime | None:
    text = text_of(body, name)
    return None if text is None else protection.read_time(text)
