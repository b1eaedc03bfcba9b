"""``/admin/api/access``: access control, as ``tallystick access`` shows, changes and tests it.

The name of a policy, or the entity ID of a trust, follows in the address, percent-encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from idp.admin.access_query import simulation_of
from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object, text_of
from idp.audit.roles import READ_USERS
from idp.federation.access_control.policy_file import read_policy
from idp.management import access_control, second_factors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

OF_ALL = ("second_factor", "additional_authentication_rules")
OF_POLICY = ("description", "permit")


class AccessApi:
    """The views of access control."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self) -> Response:
        """Return the rules for all trusts."""
        return jsonify(access_control.overview(self._services).as_json())

    def change(self) -> Response:
        """Change the rules for all trusts: ``second_factor``, and the rules' text."""
        rule, text = (text_of(json_object(OF_ALL), name) for name in OF_ALL)
        if rule is None and text is None:
            raise BadBody("The body changes nothing", f"Send {' or '.join(OF_ALL)}")
        second_factors.set_rules(self._services, rule=rule, text=text)
        return self.show()

    def list(self) -> Response:
        """Return all policies, the built-in ones first, without their rules."""
        found = self._services.access.list()
        return jsonify([access_control.listed_json(each) for each in found])

    def show_policy(self, name: str) -> Response:
        """Return one policy, with each rule as a sentence."""
        return jsonify(access_control.policy_json(self._services.access.find(name)))

    def set_policy(self, name: str) -> Response:
        """Create or change a policy: ``permit``, a list of rules as in its file."""
        policy = read_policy(name, json_object(OF_POLICY))
        second_factors.set_policy(self._services, policy)
        warnings = access_control.warnings_of(self._services, policy)
        return jsonify({**access_control.policy_json(policy), "warnings": warnings})

    def remove_policy(self, name: str) -> Response:
        """Remove a policy that no trust has."""
        second_factors.remove_policy(self._services, name)
        return Response(status=204)

    def show_trust(self, entity_id: str) -> Response:
        """Return the policy of a trust and its parameters."""
        return jsonify(_of_trust(self._services.trusts.existing(entity_id)))

    def assign(self, entity_id: str) -> Response:
        """Give a trust the ``policy``; ``parameters`` maps names to lists of values."""
        body = json_object(("policy", "parameters"))
        parameters = _parameters(body.get("parameters", {}))
        policy = text_of(body, "policy") or ""
        trust = access_control.assign(self._services, entity_id, policy, parameters)
        return jsonify(_of_trust(trust))

    def test(self) -> Response:
        """Tell whether a user could sign in to a trust, and by which rule."""
        return jsonify(simulation_of(self._services, request.args).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of access control."""
    views = AccessApi(services)
    policy, trust = "/access/policies/<path:name>", "/access/trusts/<path:entity_id>"
    one = {"GET": views.show_policy, "PUT": views.set_policy, "DELETE": views.remove_policy}
    api.add("/access", {"GET": views.show, "PUT": views.change}, {"PUT": "access.mfa"})
    api.add("/access/policies", {"GET": views.list})
    api.add(policy, one, {"PUT": "access.set", "DELETE": "access.remove"})
    api.add(trust, {"GET": views.show_trust, "PUT": views.assign}, {"PUT": "trust.set"})
    api.add("/access/test", {"GET": views.test}, {"GET": READ_USERS})


def _of_trust(trust: RelyingPartyTrust) -> dict[str, Any]:
    settings = trust.settings
    return {
        "trust": trust.entity_id,
        "policy": settings.access_control_policy,
        "parameters": settings.access_control_parameters,
    }


def _parameters(value: object) -> Mapping[str, list[str]]:
    """Return the parameters of a body; raises :class:`BadBody`."""
    is_right = isinstance(value, dict) and all(
        isinstance(values, list) and all(isinstance(each, str) for each in values)
        for values in value.values()
    )
    if not is_right:
        raise BadBody(
            "parameters is not an object of lists of texts",
            'Send "parameters": {"GroupParameter": ["Staff"]}',
        )
    return dict(value)  # type: ignore[call-overload,no-any-return]  # is_right says so
