"""``/admin/api/tokens``: hardware tokens, as ``tallystick user tokens`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object, text_of
from idp.management import hardware_tokens
from idp.management.users import token_as_json

if TYPE_CHECKING:
    from idp.services import Services

REQUIRED = ("user", "serial_number", "secret_key")
KEYS = (*REQUIRED, "time_interval", "manufacturer", "model")


class TokenApi:
    """The views of the hardware tokens."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return the tokens of all users, without their secrets."""
        return jsonify(list(map(token_as_json, self._services.mfa.codes.tokens())))

    def add(self) -> Response:
        """Register one token: its user, serial number and secret key, and what else is known."""
        body = json_object(KEYS)
        user, serial_number, secret = (text_of(body, name) for name in REQUIRED)
        if user is None or serial_number is None or secret is None:
            raise BadBody("The body lacks a member", f"Send {', '.join(REQUIRED)}")
        period = body.get("time_interval", 30)
        token = hardware_tokens.add_token(
            self._services,
            user,
            serial_number=serial_number,
            secret=secret,
            period=period if type(period) is int else str(period),
            manufacturer=text_of(body, "manufacturer") or "",
            model=text_of(body, "model") or "",
        )
        return jsonify(token_as_json(token))

    def import_csv(self) -> Response:
        """Register the tokens of a CSV text, the member ``csv`` of the body, all or none."""
        text = text_of(json_object(("csv",)), "csv")
        if text is None:
            raise BadBody(
                "The body does not hold a CSV text", 'Send {"csv": "upn,serial number,…"}'
            )
        added = hardware_tokens.import_tokens(self._services, text)
        return jsonify(list(map(token_as_json, added)))


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the hardware tokens."""
    views = TokenApi(services)
    api.add("/tokens", {"GET": views.list, "POST": views.add})
    api.add("/tokens/import", {"POST": views.import_csv})
