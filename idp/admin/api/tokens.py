"""``/admin/api/tokens``: hardware tokens, as ``tallystick user tokens`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.model import MAX_PAGE_SIZE
from idp.admin.api.models import hardware_tokens as models
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.management import hardware_tokens
from idp.management.users import token_as_json

if TYPE_CHECKING:
    from idp.services import Services

REFUSALS = ("bad_hardware_token", "serial_number_taken", "too_many_methods", "unknown_user")


class TokenApi:
    """The views of the hardware tokens."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.HardwareTokens, query=models.HardwareTokenQuery, pages=True)
    def list(self, query: models.HardwareTokenQuery) -> Response:
        """Return the tokens of all users, oldest first; ``limit`` and ``after`` return a part."""
        if query.model_fields_set:
            size = query.limit or MAX_PAGE_SIZE
            found, after = self._services.mfa.codes.page_of_tokens(query.after or 0, size)
            answer = jsonify(list(map(token_as_json, found)))
            return with_next(answer, {"limit": size, "after": after} if after else None)
        return jsonify(list(map(token_as_json, self._services.mfa.codes.tokens())))

    @describe(
        models.HardwareToken,
        body=models.NewHardwareToken,
        errors=REFUSALS,
        takes_key=True,
    )
    def add(self, body: models.NewHardwareToken) -> Response:
        """Register one token: its user, serial number and secret key, and what else is known."""
        token = hardware_tokens.add_token(
            self._services,
            body.user,
            serial_number=body.serial_number,
            secret=body.secret_key,
            period=body.time_interval,
            manufacturer=body.manufacturer or "",
            model=body.model or "",
        )
        return jsonify(token_as_json(token))

    @describe(models.HardwareTokens, body=models.HardwareTokenCsv, errors=("csv_faults", *REFUSALS))
    def import_csv(self, body: models.HardwareTokenCsv) -> Response:
        """Register the tokens of a CSV text, all or none."""
        added = hardware_tokens.import_tokens(self._services, body.csv)
        return jsonify(list(map(token_as_json, added)))


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the hardware tokens."""
    views = TokenApi(services)
    api.add("/tokens", {"GET": views.list, "POST": views.add})
    api.add("/tokens/import", {"POST": views.import_csv})
