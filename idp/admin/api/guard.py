"""What every route of the REST API has: authentication, a method for each verb, errors as problems.

A request is authenticated, checked against the declaration of its view
(:mod:`idp.admin.api.operation`), and handed to it. What a view raises is answered as problem
details.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from adapter.errors import TallystickError
from idp.admin import refusal_log
from idp.admin.api.idempotency import HEADER, Idempotency
from idp.admin.api.json_body import json_object
from idp.admin.api.operation import operation_of, takes_key
from idp.admin.api.preconditions import change_if, has_condition, tagged
from idp.admin.api.route import READING, Route, View, Views, shown_at
from idp.admin.authentication import AdminAuthentication
from idp.management.error_json import error_json
from idp.web.activity import client_ip
from idp.web.flask_problem import problem_response
from idp.web.http_status import RETRY_LATER, UNPROCESSABLE, status_of

if TYPE_CHECKING:
    from idp.admin.api.model import Body, Query
    from idp.services import Services

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
NO_VERBS: Mapping[str, str] = {}


class ApiError(TallystickError):
    """Raised for an address or a method that the API does not have."""

    def __init__(
        self, problem: str, remedy: str, *, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.headers = headers or {}


class GuardedApi:
    """Adds routes below ``/admin/api`` that only administrators can call."""

    def __init__(
        self, blueprint: Blueprint, authentication: AdminAuthentication, services: Services
    ) -> None:
        self._blueprint = blueprint
        self._authentication = authentication
        self._changes = services.changes
        self._idempotency = Idempotency(services)
        self._part: ModuleType | None = None
        self._by_rule: dict[str, Route] = {}

    @property
    def routes(self) -> tuple[Route, ...]:
        """All routes that modules have added."""
        return tuple(self._by_rule.values())

    def add_part(self, part: ModuleType, services: Services) -> None:
        """Add the routes of a module: its ``add_routes`` calls :meth:`add`."""
        self._part = part
        part.add_routes(self, services)
        self._part = None

    def add(self, rule: str, views: Views, verbs: Mapping[str, str] = NO_VERBS) -> None:
        """Add the address *rule*; a method without a view is answered with 405.

        *verbs* says by method what a request does (:meth:`Route.verb_of`).
        """
        self._by_rule[rule] = Route(rule, views, verbs, self._part)
        self._add_url(self._by_rule[rule])

    def refuse_the_rest(self) -> None:
        """Answer all other addresses with 404, to administrators only."""
        for rule in ("/", "/<path:_rest>"):
            self._add_url(Route(rule, {}, NO_VERBS))

    def _add_url(self, route: Route) -> None:
        self._blueprint.add_url_rule(
            f"/api{route.rule}",
            endpoint=f"api {route.rule}".replace(".", "_"),
            view_func=self._guarded(route),
            methods=METHODS,
        )

    def _guarded(self, route: Route) -> View:
        def view(**values: str) -> Response:
            is_change = request.method not in READING
            try:
                verb = route.verb_of(request.method)
                self._authentication.authenticate(request, client_ip(), verb, change=is_change)
                return self._answer(route, _view_for_method(route.views), values)
            except TallystickError as error:
                return _error_response(error)

        view.views, view.verbs = route.views, route.verbs  # type: ignore[attr-defined]  # for who walks all
        return view

    def _answer(self, route: Route, view: View, values: Mapping[str, str]) -> Response:
        """Answer an authenticated request, if the conditions hold that it names."""
        answer = partial(view, **values, **_given(view, request.args))
        if request.method in READING:
            return tagged(answer())
        if request.method == "POST" and HEADER in request.headers and takes_key(view):
            return self._idempotency.answer(answer)
        if request.method == "POST" or not has_condition():
            return answer()
        current = self._reader_of(route, values)
        return change_if(current, answer, self._changes.store.together)

    def _reader_of(self, route: Route, values: Mapping[str, str]) -> Callable[[], Response] | None:
        """Return what shows the thing that a route changes, None if nothing does."""
        shown = shown_at(route, self._by_rule)
        if shown is None:
            return None
        reader = shown.views["GET"]
        of_shown = {name: values[name] for name in shown.variables}
        return lambda: reader(**of_shown, **_given(reader, {}))


def _given(view: View, parameters: Mapping[str, str]) -> dict[str, Body | Query]:
    """Return what a view declares to take, as the request sends it."""
    operation = operation_of(view)
    given: dict[str, Body | Query] = {}
    if operation and operation.query:
        given["query"] = operation.query.read(parameters)
    if operation and operation.body and not operation.also_takes:
        given["body"] = operation.body.read(json_object())
    return given


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
    refusal_log.log_refusal(error)
    response = problem_response(error_json(error), status_of(error, UNPROCESSABLE))
    response.headers.extend(getattr(error, "headers", {}))
    if response.status_code == 503:
        response.headers.add(*RETRY_LATER)
    return response


__all__ = ["ApiError", "GuardedApi", "Route", "View", "Views"]
