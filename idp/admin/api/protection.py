"""``/admin/api/users/NAME/block``, ``/risk``, ``/access-pass`` and ``/nt-hash``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody
from idp.admin.api.models import methods as models
from idp.admin.api.models.accounts import UserNtHash
from idp.admin.api.operation import describe
from idp.admin.api.shared import NO_USER, USER_NAME
from idp.audit.roles import READ_USERS
from idp.management import nt_hashes, protection, users
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = USER_NAME


class ProtectionApi:
    """The views of blocks, risks, access passes and NT hashes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Methods, body=models.NewBlock, errors=(*NO_USER, "bad_block", "not_a_time"))
    def block(self, name: str, body: models.NewBlock) -> Response:
        """Block a user."""
        until = _time_of(body.until)
        if body.days is not None and until is not None:
            raise BadBody("The body holds both days and until", "Send one of them")
        protection.block(self._services, name, days=body.days, until=until)
        return self._left(name)

    @describe(models.Methods, errors=NO_USER)
    def unblock(self, name: str) -> Response:
        """Lift the block of a user."""
        protection.unblock(self._services, name)
        return self._left(name)

    @describe(models.Methods, errors=NO_USER)
    def dismiss_risk(self, name: str) -> Response:
        """Forget the risk of a user."""
        protection.dismiss_risk(self._services, name)
        return self._left(name)

    @describe(
        models.IssuedPass,
        body=models.NewPass,
        errors=(*NO_USER, "bad_access_pass", "not_a_time"),
        takes_key=True,
    )
    def issue_pass(self, name: str, body: models.NewPass) -> Response:
        """Issue an access pass."""
        issued = protection.issue_pass(
            self._services,
            name,
            once=body.once,
            minutes=body.minutes,
            starts_at=_time_of(body.starts_at),
        )
        return jsonify(issued.as_json())

    @describe(models.Methods, errors=NO_USER)
    def delete_pass(self, name: str) -> Response:
        """Remove the access pass of a user."""
        protection.delete_pass(self._services, name)
        return self._left(name)

    @describe(UserNtHash, errors=NO_USER)
    def nt_hash(self, name: str) -> Response:
        """Say whether the user's NT hash is kept."""
        return jsonify(nt_hashes.nt_hash_of(self._services, name))

    @describe(UserNtHash, errors=NO_USER)
    def want_nt_hash(self, name: str) -> Response:
        """Keep the user's NT hash from the next right password on."""
        upn = nt_hashes.want_nt_hash(self._services, name).upn
        return self.nt_hash(upn)

    @describe(UserNtHash, errors=NO_USER)
    def drop_nt_hash(self, name: str) -> Response:
        """Delete the user's NT hash, and keep none any more."""
        upn = find_user(self._services, name).upn
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


def _time_of(text: str | None) -> datetime | None:
    return None if text is None else protection.read_time(text)
