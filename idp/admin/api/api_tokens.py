"""``/admin/api/api-tokens``: the API tokens, as ``tallystick admin token`` shows and makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object, text_of
from idp.management import api_tokens

if TYPE_CHECKING:
    from idp.services import Services


class ApiTokenApi:
    """The views of the tokens."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return the tokens, without their texts."""
        return jsonify([token.as_json() for token in self._services.api_tokens.tokens()])

    def add(self) -> Response:
        """Make a token: the body holds ``name`` and ``role``, and may hold ``expires``."""
        body = json_object(("name", "role", "expires"))
        name, role = text_of(body, "name"), text_of(body, "role")
        if name is None or role is None:
            raise BadBody("The body lacks a member", 'Send {"name": "…", "role": "auditor"}')
        expires = text_of(body, "expires") or api_tokens.DEFAULT_LIFETIME
        token, text = api_tokens.add(self._services, name, role, expires)
        return jsonify({**token.as_json(), "token": text})

    def revoke(self, name: str) -> Response:
        """Revoke a token."""
        api_tokens.revoke(self._services, name)
        return Response(status=204)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the tokens."""
    views = ApiTokenApi(services)
    api.add("/api-tokens", {"GET": views.list, "POST": views.add}, {"POST": "api_token.add"})
    api.add("/api-tokens/<name>", {"DELETE": views.revoke}, {"DELETE": "api_token.revoke"})
