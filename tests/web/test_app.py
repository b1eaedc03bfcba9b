"""What all hosts share: limits, headers, what is told of errors, whose forms are taken."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask, Response, abort, redirect, request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from idp import logs
from idp.web import app as web
from idp.web.activity import activity_id
from idp.web.headers import HEADERS
from idp.web.origin import is_same_origin


@pytest.fixture
def log():
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    logs.configure()


@pytest.fixture
def client(log):
    app = Flask("test", static_folder=None)
    web.harden(app)

    @app.get("/moved")
    def moved():
        return redirect("/there")

    @app.get("/own")
    def own():
        return Response("x", headers={"Cache-Control": "private"})

    @app.get("/unforeseen")
    def unforeseen():
        raise ValueError(request.args["text"])

    @app.get("/aborted/<int:status>")
    def aborted(status):
        abort(status)

    @app.get("/style", endpoint="look.static")
    def style():
        return "x"

    @app.get("/style/gone", endpoint="gone.static")
    def gone():
        abort(404)

    return app.test_client()


def lines(log) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_every_answer_gets_the_security_headers_that_it_lacks(client):
    answer = client.get("/own")
    assert answer.headers["Cache-Control"] == "private"
    for name, value in HEADERS:
        assert name == "Cache-Control" or answer.headers[name] == value


def test_static_files_may_be_cached(client):
    assert client.get("/style").headers["Cache-Control"] == "public, max-age=3600"
    assert client.get("/style/gone").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 501])
def test_an_error_is_one_page_and_one_line_with_the_same_activity_id(status, client, log):
    answer = client.get(f"/aborted/{status}")

    (line,) = lines(log)
    assert (answer.status_code, line["code"]) == (status, f"http_{status}")
    assert line["activity_id"] in answer.text
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_redirect_is_no_error(client, log):
    assert client.get("/moved").status_code == 302
    assert log.getvalue() == ""


def test_an_unexpected_error_is_logged_by_its_place_and_never_by_its_text(client, log):
    answer = client.get("/unforeseen?text=a+secret%0Aforged+line")

    assert answer.status_code == 500
    assert "secret" not in answer.text + log.getvalue()
    unforeseen, told = lines(log)
    assert (unforeseen["event"], unforeseen["error_type"]) == ("unforeseen", "ValueError")
    assert "web/test_app.py" in unforeseen["at"]
    assert told["code"] == "http_500"


def test_a_request_that_another_one_makes_does_not_take_over_its_activity_id(client):
    outer = Flask("outer", static_folder=None)
    web.harden(outer)

    @outer.get("/")
    def view():
        before = activity_id()
        client.get("/own")
        return f"{before == activity_id()}"

    assert outer.test_client().get("/").text == "True"
    with pytest.raises(LookupError):
        activity_id()


def asked(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(EnvironBuilder(method="POST", headers=named).get_environ())


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://sts.example.test", "https://sts.example.test"),
        ("https://sts.example.test:443", "https://sts.example.test"),
        ("http://sts.example.test:80", "http://sts.example.test"),
        ("https://STS.Example.test", "https://sts.example.test"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_servers_origin_is_recognised_as_browsers_write_it(base_url, origin):
    assert is_same_origin(asked(Origin=origin), base_url)
    assert not is_same_origin(asked(Origin=f"{origin}.evil.example.test"), base_url)
    assert not is_same_origin(asked(Origin=f"{origin}/"), base_url)
    assert not is_same_origin(asked(Origin=origin.replace("://", "://a@")), base_url)
    assert not is_same_origin(asked(Origin=origin, Sec_Fetch_Site="cross-site"), base_url)


def test_a_client_without_an_origin_header_is_accepted():
    assert is_same_origin(asked(), "https://sts.example.test")


def test_a_default_port_may_be_left_out_for_its_scheme_alone():
    assert not is_same_origin(
        asked(Origin="https://sts.example.test"), "https://sts.example.test:80"
    )
