"""``/admin/api/policy``: the MFA policies, as ``tallystick policy`` shows and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object
from idp.audit.roles import READ
from idp.management import policies, policy_diff

if TYPE_CHECKING:
    from idp.management.policies import PolicyView
    from idp.services import Services


class PolicyApi:
    """The views of the policies."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self) -> Response:
        """Return the policies in Graph's shape, with their version and notes."""
        return jsonify(policies.show(self._services).as_json())

    def replace(self) -> Response:
        """Store the policy in the body, whole or one method; it names the version it replaces."""
        view = policies.import_policy(self._services, json_object(), needs_version=True)
        return _changed(view)

    def change(self) -> Response:
        """Change settings: the body maps dotted keys to values, and may hold ``version``."""
        body = json_object()
        version = body.pop("version", None)
        if version is not None and type(version) is not int:
            raise BadBody("version is not a whole number", 'Send "version": 3')
        return _changed(policies.change(self._services, body, version=version))

    def diff(self) -> Response:
        """Return what storing the policy in the body would change; nothing is changed."""
        return jsonify(policy_diff.diff(self._services, json_object()).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the policies."""
    views = PolicyApi(services)
    api.add("/policy", {"GET": views.show, "PUT": views.replace, "PATCH": views.change})
    api.add("/policy/diff", {"POST": views.diff}, {"POST": READ})


def _changed(view: PolicyView) -> Response:
    return jsonify(view.as_json())
