"""``/admin/api/access``: access control, as ``tallystick access`` shows, changes and tests it.

The name of a policy, or the entity ID of a trust, follows in the address, percent-encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from idp.admin.access_query import simulation_of
from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.json_body import BadBody
from idp.admin.api.models import access as models
from idp.admin.api.operation import describe
from idp.admin.api.shared import ENTITY_ID, NO_TRUST
from idp.audit.roles import READ_USERS
from idp.federation.access_control.policy_file import read_policy
from idp.management import access_control, second_factors

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

PARAMETERS = ENTITY_ID | {"name": "The name of an access control policy, percent-encoded"}
BAD_POLICY = ("bad_access_control_policy", "unreadable_policy")
OF_RULES = ("bad_claim_rule", "bad_policy", "claim_rules_too_much")
OF_TEST = (*NO_TRUST, "no_address", "unknown_authentication_method", "unknown_user")


class AccessApi:
    """The views of access control."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.StoredRulesForAllTrusts)
    def show(self) -> Response:
        """Return the rules for all trusts."""
        return jsonify(access_control.overview(self._services).as_json())

    @describe(models.StoredRulesForAllTrusts, body=models.RulesForAllTrusts, errors=OF_RULES)
    def change(self, body: models.RulesForAllTrusts) -> Response:
        """Change the rules for all trusts: ``second_factor``, and the rules' text."""
        rule, text = body.second_factor, body.additional_authentication_rules
        if rule is None and text is None:
            raise BadBody(
                "The body changes nothing", f"Send {' or '.join(type(body).model_fields)}"
            )
        second_factors.set_rules(self._services, rule=rule, text=text)
        return self.show()

    @describe(models.AccessPolicies)
    def list(self) -> Response:
        """Return all policies, the built-in ones first, without their rules."""
        found = self._services.access.list()
        return jsonify([access_control.listed_json(each) for each in found])

    @describe(models.AccessPolicy, errors=BAD_POLICY)
    def show_policy(self, name: str) -> Response:
        """Return one policy, with each rule as a sentence."""
        return jsonify(access_control.policy_json(self._services.access.find(name)))

    @describe(
        models.ChangedAccessPolicy,
        body=models.NewAccessPolicy,
        errors=BAD_POLICY,
        links={"access_show_policy": {"name": "/name"}},
    )
    def set_policy(self, name: str, body: models.NewAccessPolicy) -> Response:
        """Create or change a policy: ``permit``, a list of rules as in its file."""
        given = {key: getattr(body, key) for key in body.model_fields_set}
        policy = read_policy(name, given)
        second_factors.set_policy(self._services, policy)
        warnings = access_control.warnings_of(self._services, policy)
        return jsonify({**access_control.policy_json(policy), "warnings": warnings})

    @describe(errors=BAD_POLICY)
    def remove_policy(self, name: str) -> Response:
        """Remove a policy that no trust has."""
        second_factors.remove_policy(self._services, name)
        return Response(status=204)

    @describe(models.PolicyOfTrust, errors=NO_TRUST)
    def show_trust(self, entity_id: str) -> Response:
        """Return the policy of a trust and its parameters."""
        return jsonify(_of_trust(self._services.trusts.existing(entity_id)))

    @describe(
        models.PolicyOfTrust,
        body=models.AssignedPolicy,
        errors=(*NO_TRUST, *BAD_POLICY, "bad_trust_setting"),
        links={"trust_show": {"entity_id": "/trust"}},
    )
    def assign(self, entity_id: str, body: models.AssignedPolicy) -> Response:
        """Give a trust the ``policy``; ``parameters`` maps names to lists of values."""
        trust = access_control.assign(self._services, entity_id, body.policy, body.parameters)
        return jsonify(_of_trust(trust))

    @describe(models.AccessTest, query=models.AccessTestQuery, errors=OF_TEST)
    def test(self, query: models.AccessTestQuery) -> Response:
        """Tell whether a user could sign in to a trust, and by which rule."""
        return jsonify(simulation_of(self._services, query.model_dump()).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of access control."""
    views = AccessApi(services)
    policy, trust = "/access/policies/<path:name>", "/access/trusts/<path:entity_id>"
    one: dict[str, View] = {
        "GET": views.show_policy,
        "PUT": views.set_policy,
        "DELETE": views.remove_policy,
    }
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
