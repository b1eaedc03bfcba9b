"""What every route of the REST API has: authentication, a method for each verb, errors as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify, request

from adapter.errors import TallystickError
from idp.admin import change_log
from idp.admin.authentication import AdminAuthentication
from idp.audit.roles import CHANGE, READ
from idp.management.error_json import error_json
from idp.web.activity import client_ip
from idp.web.http_status import RETRY_LATER, status_of

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
READING = ("GET", "HEAD")
NO_VERBS: Mapping[str, str] = {}
UNPROCESSABLE = 422
"""The status of an error whose code has none of its own."""

View = Callable[..., Response]
Views = Mapping[str, View]
"""The view for each HTTP method that an address has; GET stands for HEAD too."""


class ApiError(TallystickError):
    """Raised for an address or a method that the API does not have."""

    def __init__(
        self, problem: str, remedy: str, *, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.headers = headers or {}


class GuardedApi:
    """Adds routes below ``/admin/api`` that only administrators can call."""

    def __init__(self, blueprint: Blueprint, authentication: AdminAuthentication) -> None:
        self._blueprint = blueprint
        self._authentication = authentication

    def add(self, rule: str, views: Views, verbs: Mapping[str, str] = NO_VERBS) -> None:
        """Add the address *rule*; a method without a view is answered with 405.

        *verbs* says by method what a request does (:mod:`idp.audit.roles`). Without one, a GET
        reads, and all else is a change that only administrators may make.
        """
        self._blueprint.add_url_rule(
            f"/api{rule}",
            endpoint=f"api {rule}",
            view_func=self._guarded(views, verbs),
            methods=METHODS,
        )

    def refuse_the_rest(self) -> None:
        """Answer all other addresses with 404, to administrators only."""
        self.add("/", {})
        self.add("/<path:_rest>", {})

    def _guarded(self, views: Views, verbs: Mapping[str, str]) -> View:
        def view(**values: str) -> Response:
            is_change = request.method not in READING
            try:
                verb = verbs.get(request.method, CHANGE if is_change else READ)
                self._authentication.authenticate(request, client_ip(), verb, change=is_change)
                return _view_for_method(views)(**values)
            except TallystickError as error:
                return _error_response(error)

        view.views, view.verbs = views, verbs  # type: ignore[attr-defined]  # for who walks all
        return view


def _view_for_method(views: Views) -> View:
    found = views.get("GET" if request.method in READING else request.method)
    if found:
        return found
    if views:
        raise ApiError(
            f"{request.method} does nothing here",
            f"Use {' or '.join(views)}",
            code="method_not_known",
            headers={"Allow": ", ".join(views)},
        )
    raise ApiError("There is nothing at this address", "See /admin/api/nodes", code="not_found")


def _error_response(error: TallystickError) -> Response:
    change_log.log_refusal(error)
    response = jsonify(error_json(error))
    response.status_code = status_of(error, UNPROCESSABLE)
    response.headers.extend(getattr(error, "headers", {}))
    if response.status_code == 503:
        response.headers.add(*RETRY_LATER)
    return response
