"""``/admin/api/api-tokens``: the API tokens, as ``tallystick admin token`` shows and makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.models import api_tokens as models
from idp.admin.api.operation import describe
from idp.management import api_tokens

if TYPE_CHECKING:
    from idp.services import Services


PARAMETERS = {"name": "The name of a token"}


class ApiTokenApi:
    """The views of the tokens."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.ApiTokens)
    def list(self) -> Response:
        """Return the tokens, without their texts."""
        return jsonify([token.as_json() for token in self._services.api_tokens.tokens()])

    @describe(models.ApiToken, errors=("unknown_api_token",))
    def show(self, name: str) -> Response:
        """Return one token, without its text."""
        return jsonify(api_tokens.existing(self._services, name).as_json())

    @describe(
        models.MadeApiToken,
        body=models.NewApiToken,
        errors=("bad_api_token", "not_a_time"),
        links={"api_token_show": {"name": "/name"}},
        takes_key=True,
    )
    def add(self, body: models.NewApiToken) -> Response:
        """Make a token."""
        expires = body.expires or api_tokens.DEFAULT_LIFETIME
        token, text = api_tokens.add(self._services, body.name, body.role, expires)
        return jsonify({**token.as_json(), "token": text})

    @describe(errors=("unknown_api_token",))
    def revoke(self, name: str) -> Response:
        """Revoke a token."""
        api_tokens.revoke(self._services, name)
        return Response(status=204)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the tokens."""
    views = ApiTokenApi(services)
    api.add("/api-tokens", {"GET": views.list, "POST": views.add}, {"POST": "api_token.add"})
    one: dict[str, View] = {"GET": views.show, "DELETE": views.revoke}
    api.add("/api-tokens/<name>", one, {"DELETE": "api_token.revoke"})
