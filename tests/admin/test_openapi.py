"""The OpenAPI document has every operation of the REST API, each as the server does it."""

from __future__ import annotations

import pytest

from idp.admin.api.operation import operation_of
from idp.audit.roles import AUDITOR, HELP_DESK


@pytest.fixture
def document(script):
    return script("GET", "/admin/api/openapi.json").json


def test_every_role_may_read_it_and_nobody_else(script, signed_in_as):
    for role in (AUDITOR, HELP_DESK):
        assert signed_in_as(role).see("/admin/api/openapi.json").status_code == 200
    assert script("GET", "/admin/api/openapi.json", Authorization="").status_code == 401


def test_it_has_every_method_of_every_address(document, app):
    there = {
        (url.replace("<path:", "<").replace("<", "{").replace(">", "}"), method.lower())
        for url, method in operations(app)
    }

    assert there == {
        (f"/admin/api{path}", method) for path, item in document["paths"].items() for method in item
    }


def test_every_view_declares_what_it_takes_and_answers(app):
    undeclared = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method, view in getattr(app.view_functions[rule.endpoint], "views", {}).items()
        if operation_of(view) is None
    }

    assert undeclared == set()


def described(document):
    return [each for item in document["paths"].values() for each in item.values()]


def operations(app):
    for rule in app.url_map.iter_rules():
        for method in getattr(app.view_functions[rule.endpoint], "views", {}):
            if rule.rule.startswith("/admin/api/"):
                yield rule.rule, method


def test_each_operation_has_an_id_and_a_summary_of_its_own(document):
    every = described(document)

    assert len({each["operationId"] for each in every}) == len(every)
    assert all(each["summary"] for each in every)


def test_every_operation_declares_what_it_takes_and_answers(app, document):
    views = {
        view
        for found in app.view_functions.values()
        for view in getattr(found, "views", {}).values()
    }
    parameters = [each for operation in described(document) for each in operation["parameters"]]

    assert [view for view in views if operation_of(view) is None] == []
    assert [each for each in parameters if each["in"] == "path" and "description" not in each] == []


def test_every_link_leads_to_an_operation_with_that_parameter(document):
    every = {each["operationId"]: each for each in described(document)}

    for operation in every.values():
        for link in operation["responses"].get("200", {}).get("links", {}).values():
            names = {each["name"] for each in every[link["operationId"]]["parameters"]}
            assert set(link["parameters"]) <= names


def test_every_error_has_an_address_in_it(document, script):
    for path in ("/admin/api/nodes/none", "/admin/api/none"):
        pointer = script("GET", path).json["type"].partition("#")[2].split("/")[1:]
        found = document
        for name in pointer:
            found = found[name]
        assert found == {"title": "Not found", "status": 404}
