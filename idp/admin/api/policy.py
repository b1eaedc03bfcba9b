"""``/admin/api/policy``: the MFA policies, as ``tallystick policy`` shows and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models import policy as models
from idp.admin.api.operation import describe
from idp.audit.roles import READ
from idp.management import policies, policy_diff

if TYPE_CHECKING:
    from idp.management.policies import PolicyView
    from idp.services import Services


REFUSALS = ("bad_methods_policy", "policy_changed", "unreadable_policy")


class PolicyApi:
    """The views of the policies."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.StoredPolicy, errors=("unreadable_policy",))
    def show(self) -> Response:
        """Return the policies in Graph's shape, with their version and notes."""
        return jsonify(policies.show(self._services).as_json())

    @describe(models.StoredPolicy, body=models.Policy, errors=REFUSALS)
    def replace(self, body: models.Policy) -> Response:
        """Store the policy in the body, whole or one method; it names the version it replaces."""
        view = policies.import_policy(self._services, body.members, needs_version=True)
        return _changed(view)

    @describe(models.StoredPolicy, body=models.PolicyChange, errors=REFUSALS)
    def change(self, body: models.PolicyChange) -> Response:
        """Change settings: the body maps dotted keys to values, and may hold ``version``."""
        return _changed(policies.change(self._services, body.members, version=body.version))

    @describe(models.PolicyDiff, body=models.Policy, errors=REFUSALS)
    def diff(self, body: models.Policy) -> Response:
        """Return what storing the policy in the body would change; nothing is changed."""
        return jsonify(policy_diff.diff(self._services, body.members).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the policies."""
    views = PolicyApi(services)
    api.add("/policy", {"GET": views.show, "PUT": views.replace, "PATCH": views.change})
    api.add("/policy/diff", {"POST": views.diff}, {"POST": READ})


def _changed(view: PolicyView) -> Response:
    return jsonify(view.as_json())
