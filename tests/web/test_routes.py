"""Routes are compiled once a process; the addresses of each application are its own."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from idp.web.app import App
from idp.web.routes import Route, WholePath

PATHS = [
    # path                        values given            address
    ("/",                         {},                     "/"),
    ("/adfs/ls/",                 {"RelayState": "a b"},  "/adfs/ls/?RelayState=a+b"),
    ("/users/<name>",             {"name": "a b"},        "/users/a%20b"),
    ("/users/<name>/edit",        {"name": "é", "x": 1},  "/users/%C3%A9/edit?x=1"),
    ("/static/<path:filename>",   {"filename": "a/b.css"}, "/static/a/b.css"),
    ("/pages/<int:number>",       {"number": 7},          "/pages/7"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "values", "address"), PATHS)
def test_a_second_application_builds_the_same_addresses(path, values, address):
    for rule in (Rule, Route, Route):
        urls = Map([rule(path, endpoint="page")]).bind("idp.test")
        assert urls.build("page", values) == address


def test_a_converter_and_defaults_are_those_of_the_own_route():
    one = Map([Route("/p/<int(fixed_digits=2):number>", endpoint="page")]).bind("idp.test")
    other = Map([Route("/p/<int(fixed_digits=4):number>", endpoint="page")]).bind("idp.test")
    assert (one.build("page", {"number": 7}), other.build("page", {"number": 7})) == (
        "/p/07",
        "/p/0007",
    )
    for default in (1, 2):
        defaults = {"number": default}
        routes = Map([Route("/first/<int:number>", endpoint="page", defaults=defaults)])
        assert routes.bind("idp.test").build("page", {}) == f"/first/{default}"


def test_a_second_application_answers_the_same_addresses():
    rules = ("/", "/users/<name>", "/static/<path:filename>", "/pages/<int:number>")
    for _ in range(2):
        urls = Map([Route(rule, endpoint=rule) for rule in rules]).bind("idp.test")
        assert urls.match("/users/a b") == ("/users/<name>", {"name": "a b"})
        assert urls.match("/static/a/b.css") == ("/static/<path:filename>", {"filename": "a/b.css"})
        assert urls.match("/pages/7") == ("/pages/<int:number>", {"number": 7})
        assert not urls.test("/pages/seven")


def test_the_same_path_has_the_converters_of_its_own_application():
    one = Map([Route("/files/<path:name>", endpoint="page")])
    other = Map([Route("/files/<path:name>", endpoint="page")], converters={"path": WholePath})
    assert not one.bind("idp.test").test("/files/a\nb")
    assert other.bind("idp.test").match("/files/a\nb") == ("page", {"name": "a\nb"})


def test_the_web_hosts_have_such_routes(monkeypatch):
    def view(name):
        return name

    def application() -> Flask:
        made = App("test", static_folder=None)
        made.add_url_rule("/only/once/<name>", "once", view)
        return made

    application()
    for work in ("_parse_rule", "_compile_builder"):
        monkeypatch.setattr(Rule, work, pytest.fail)
    with application().test_request_context():
        assert application().test_client().get("/only/once/me").text == "me"
