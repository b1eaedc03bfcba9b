"""``/admin/api/openapi.json``: the OpenAPI 3.1 document, made from what the views declare.

Every role may read it. Of this server it has only address and version, and nobody without a
role learns even those: nothing below ``/admin/api/`` answers strangers.

Source: the OpenAPI Specification 3.1.1.
"""

from __future__ import annotations

import json
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Response

from idp.admin.api.guard import GuardedApi
from idp.admin.api.openapi_operation import API, operation_object
from idp.admin.api.openapi_schemas import Schemas
from idp.admin.api.operation import describe
from idp.admin.authentication import CSRF_HEADER
from idp.admin.session import COOKIE
from idp.audit.roles import READ_API
from idp.web.http_status import STATUS
from idp.web.problem import title_of

if TYPE_CHECKING:
    from idp.services import Services

DESCRIPTION = """\
Administration of the server. Every error is `application/problem+json` (RFC 9457) with the members
`error` (a code), `problem` and `remedy` besides. Each operation lists the codes of its errors as
`x-error-codes`, and the roles that may call it as `x-roles`. A method that an address does not have
is answered with 405 and `Allow`; an address that does not exist with 404."""

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, or the emergency token",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "The CSRF token of the session, for changes",
    },
}


class Document:
    """The document of one server; it is made when it is first asked for."""

    def __init__(self, api: GuardedApi, base_url: str) -> None:
        self._api = api
        self._base_url = base_url

    @describe(dict[str, Any])
    def show(self) -> Response:
        """Return this document."""
        return Response(self._text, content_type="application/json")

    @cached_property
    def _text(self) -> str:
        return json.dumps(document(self._api, self._base_url))


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the document."""
    shown = Document(api, services.config.server.base_url)
    api.add("/openapi.json", {"GET": shown.show}, {"GET": READ_API})


def document(api: GuardedApi, base_url: str) -> dict[str, Any]:
    """Return the document of all routes of *api*."""
    schemas = Schemas(view for route in api.routes for view in route.views.values())
    paths: dict[str, Any] = {}
    for route in api.routes:
        item = paths.setdefault(route.template, {})
        for method, view in route.views.items():
            item[method.lower()] = operation_object(route, method, view, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tallystick administration",
            "version": version("tallystick"),
            "description": DESCRIPTION,
        },
        "servers": [{"url": base_url + API}],
        "tags": _tags(api),
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SECURITY_SCHEMES},
        "x-error-codes": _error_codes(paths),
    }


def _tags(api: GuardedApi) -> list[dict[str, str]]:
    found = {}
    for part in {route.part for route in api.routes}:
        if part is not None:
            name = part.__name__.rpartition(".")[2]
            found[name] = (part.__doc__ or "").partition("\n")[0]
    return [{"name": name, "description": text} for name, text in sorted(found.items())]


def _error_codes(paths: dict[str, Any]) -> dict[str, Any]:
    """Return every code that an operation lists, with its title and status."""
    codes = {
        code: int(status)
        for item in paths.values()
        for operation in item.values()
        for status, response in operation["responses"].items()
        for code in response.get("x-error-codes", ())
    }
    return {
        code: {"title": title_of(code), "status": STATUS.get(code, status)}
        for code, status in sorted(codes.items())
    }
