"""The REST API ``/admin/api/``: nodes, keys and trusts, for scripts with the token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from adapter.errors import TallystickError
from idp.admin import change_log
from idp.admin.api.json_body import BadBody, json_object, text_of
from idp.admin.api.keys import KeyApi
from idp.admin.api.trusts import TrustApi
from idp.admin.authentication import AdminAuthentication
from idp.management import nodes
from idp.web.activity import client_ip

if TYPE_CHECKING:
    from idp.services import Services

BY = "administrator (API)"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
READING = ("GET", "HEAD")

STATUS = {
    # code             status
    "admin_off":         403,
    "bad_body":          400,
    "body_too_large":    413,
    "method_not_known":  405,
    "no_such_key":       404,
    "not_found":         404,
    "store_unavailable": 503,
    "unknown_trust":     404,
}  # fmt: skip
UNPROCESSABLE = 422

View = Callable[..., Response]


class ApiError(TallystickError):
    """Raised for what the API does not take or does not have."""

    def __init__(
        self, problem: str, remedy: str, *, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.headers = headers or {}


def add_api(blueprint: Blueprint, services: Services, access: AdminAuthentication) -> None:
    """Add the API's routes to the blueprint of administration."""

    def list_nodes() -> Response:
        return jsonify([view.as_json() for view in nodes.nodes(services)])

    def show_node(name: str) -> Response:
        view = nodes.node(services, name)
        if view is None:
            raise ApiError(f"There is no node {name!r}", "See /admin/api/nodes", code="not_found")
        return jsonify(view.as_json())

    def set_node(name: str) -> Response:
        change = nodes.set_build(services, name, _build_of_body(), by=BY)
        change_log.log_change(change)
        return jsonify(change.as_json())

    keys = KeyApi(services)
    trusts = TrustApi(services)
    one_trust: dict[str, View] = {
        "GET": trusts.show,
        "PUT": trusts.set,
        "POST": trusts.refresh,
        "DELETE": trusts.remove,
    }
    routes: tuple[tuple[str, dict[str, View]], ...] = (
        ("/nodes", {"GET": list_nodes}),
        ("/nodes/<name>", {"GET": show_node, "PUT": set_node}),
        ("/keys", {"GET": keys.list, "POST": keys.roll}),
        ("/keys/<thumbprint>", {"PUT": keys.promote, "DELETE": keys.retire}),
        ("/trusts", {"GET": trusts.list, "POST": trusts.add}),
        ("/trusts/<path:entity_id>", one_trust),
        ("/", {}),
        ("/<path:_rest>", {}),
    )
    for rule, views in routes:
        blueprint.add_url_rule(
            f"/api{rule}",
            endpoint=f"api {rule}",
            view_func=_guarded(views, access),
            methods=METHODS,
        )


def _guarded(views: dict[str, View], access: AdminAuthentication) -> View:
    def view(**values: str) -> Response:
        reading = request.method in READING
        try:
            access.must_be_administrator(request, client_ip(), change=not reading)
            return _pick(views)(**values)
        except TallystickError as error:
            return _refusal(error)

    return view


def _pick(views: dict[str, View]) -> View:
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


def _build_of_body() -> str:
    build = text_of(json_object(), "build")
    if build is None:
        raise BadBody(
            "The body is not a JSON object with the text build",
            'Send one like {"build": "20348.350"}',
        )
    return build


def _refusal(error: TallystickError) -> Response:
    change_log.log_refusal(error)
    status = getattr(error, "status", None) or STATUS.get(error.code, UNPROCESSABLE)
    answer = jsonify(error=error.code, problem=error.problem, remedy=error.remedy)
    answer.status_code = status
    answer.headers.update(getattr(error, "headers", {}))
    if status == STATUS["store_unavailable"]:
        answer.headers["Retry-After"] = "5"
    return answer
