"""One operation in the OpenAPI document: parameters, body, answers, errors, roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from idp.admin.api.idempotency import HEADER
from idp.admin.api.openapi_schemas import Problem, Schemas
from idp.admin.api.operation import JSON, Operation, operation_of
from idp.admin.api.pages_of_lists import LINK
from idp.admin.api.route import Route, View
from idp.audit.roles import ROLES, may
from idp.web.http_status import STATUS, UNPROCESSABLE
from idp.web.problem import CONTENT_TYPE

API = "/admin/api"
NOT_DECLARED = Operation(answer=Any)
"""Of a view without a declaration."""

UNAVAILABLE = 503
OF_THE_EDGE = {
    # code                status
    "body_incomplete":    400,
    "duplicate_cookie":   400,
    "header_repeated":    400,
    "header_underscore":  400,
    "wrong_host":         421,
    "store_unavailable":  UNAVAILABLE,
    "headers_unchecked":  UNAVAILABLE,
    "too_many_bodies":    UNAVAILABLE,
}  # fmt: skip
"""Errors of every request, whose status no table of codes has."""
OF_ALL = (
    *OF_THE_EDGE, "admin_off", "no_token", "role_refused", "token_expired", "too_many_tries",
    "wrong_token",
)  # fmt: skip
OF_CHANGES = ("csrf", "foreign_origin", "proofs_too_old")
CONDITIONAL = ("PUT", "PATCH", "DELETE")
CONDITIONS = {
    "If-Match": "Make the change only if this is the ETag of what is there",
    "If-None-Match": "With *, make the change only if there is nothing at the address",
}
KEY = {HEADER: "Sent again with the same key, the request gets the same answer, for a day"}
OF_KEYS = ("bad_idempotency_key", "idempotency_key_in_use", "idempotency_key_reused")
ETAG = {"ETag": {"description": "Of what is answered, for If-Match", "schema": {"type": "string"}}}
OF_BODIES = ("bad_body", "body_too_large", "unsupported_media_type", "body_too_slow")


def operation_id(view: View) -> str:
    """Return the name of a view's operation: ``node_show`` for ``NodeApi.show``."""
    owner, _, name = view.__qualname__.rpartition(".")
    if owner.endswith("<locals>"):
        return f"{view.__module__.rpartition('.')[2]}_{name}"
    return f"{re.sub(r'(?<!^)(?=[A-Z])', '_', owner.removesuffix('Api')).lower()}_{name}"


def operation_object(route: Route, method: str, view: View, schemas: Schemas) -> dict[str, Any]:
    """Return the Operation Object of a method of an address."""
    declared = operation_of(view) or NOT_DECLARED
    verb = route.verb_of(method)
    summary, _, text = (view.__doc__ or "").strip().partition("\n")
    session = ["session"] if method == "GET" else ["session", "csrf"]
    made = {
        "operationId": operation_id(view),
        "summary": summary.rstrip("."),
        **({"description": " ".join(text.split())} if text.strip() else {}),
        "security": [{"bearer": []}, {scheme: [] for scheme in session}],
        "parameters": [
            *_path_parameters(route),
            *_query_parameters(declared, schemas),
            *_header_parameters(method, declared),
        ],
        "responses": dict(_responses(route, method, declared, schemas)),
        "x-roles": [role for role in ROLES if may(role, verb)],
    }
    if route.part is not None:
        made["tags"] = [route.part.__name__.rpartition(".")[2]]
    if declared.body is not None:
        content = {JSON: {"schema": schemas.of(declared.body)}}
        if declared.also_takes:
            content[declared.also_takes] = {"schema": {"type": "string"}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    descriptions: Mapping[str, str] = getattr(route.part, "PARAMETERS", {})
    for name in route.variables:
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
            **({"description": descriptions[name]} if name in descriptions else {}),
        }


def _query_parameters(declared: Operation, schemas: Schemas) -> Iterator[dict[str, Any]]:
    if declared.query is None:
        return
    for name, schema in schemas.properties_of(declared.query).items():
        text = schema.get("description", "")
        yield {"name": name, "in": "query", "schema": schema, "description": text}


def _header_parameters(method: str, declared: Operation) -> Iterator[dict[str, Any]]:
    headers = CONDITIONS if method in CONDITIONAL else KEY if declared.takes_key else {}
    for name, text in headers.items():
        yield {"name": name, "in": "header", "schema": {"type": "string"}, "description": text}


def _responses(
    route: Route, method: str, declared: Operation, schemas: Schemas
) -> Iterator[tuple[str, Any]]:
    yield str(declared.status), _success(method, declared, schemas)
    if method == "GET" and declared.content_type == JSON:
        yield "304", {"description": "The client has it: If-None-Match names its ETag"}
    by_status: dict[int, list[str]] = {}
    for code in sorted(set(_codes(route, method, declared))):
        status = OF_THE_EDGE.get(code) or STATUS.get(code, UNPROCESSABLE)
        by_status.setdefault(status, []).append(code)
    for status, codes in sorted(by_status.items()):
        yield str(status), _error(codes, schemas)


def _codes(route: Route, method: str, declared: Operation) -> Iterator[str]:
    """Yield the codes of an operation's errors."""
    yield from OF_ALL
    yield from declared.errors
    if method != "GET":
        yield from OF_CHANGES
    if method in CONDITIONAL:
        yield "precondition_failed"
    if declared.takes_key:
        yield from OF_KEYS
    if declared.body is not None:
        yield from OF_BODIES
    if declared.query is not None:
        yield declared.query.refused_as.code
    if route.variables:
        yield "not_found"


def _success(method: str, declared: Operation, schemas: Schemas) -> dict[str, Any]:
    made: dict[str, Any] = {"description": "Done"}
    if declared.answer is not None:
        content = {"schema": {} if declared.answer is Any else schemas.of(declared.answer)}
        made["content"] = {declared.content_type: content}
        if method == "GET" and declared.content_type == JSON:
            made["headers"] = ETAG | (LINK if declared.pages else {})
    if declared.links:
        made["links"] = {
            name: {
                "operationId": name,
                "parameters": {
                    parameter: f"$response.body#{pointer}" for parameter, pointer in taken.items()
                },
            }
            for name, taken in declared.links.items()
        }
    return made


def _error(codes: list[str], schemas: Schemas) -> dict[str, Any]:
    return {
        "description": ", ".join(codes),
        "content": {CONTENT_TYPE: {"schema": schemas.of(Problem)}},
        "x-error-codes": codes,
    }
