"""Requests, answers and cookies as values."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from support.browsers.direct_browser import web_request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from idp.web import app as web
from idp.web.answer import Answer
from idp.web.flask_adapter import as_response, read_request, read_request_head


def test_an_answer_with_a_header_more_is_another_answer():
    answer = Answer(b"x", 302, (("Location", "/there"),))
    more = answer.with_header("Set-Cookie", "a=b").with_header("Set-Cookie", "c=d")
    assert answer.headers == (("Location", "/there"),)
    assert [value for name, value in more.headers if name == "Set-Cookie"] == ["a=b", "c=d"]
    assert (more.header("location"), more.header("Refresh")) == ("/there", None)


def test_an_answer_becomes_flasks_response_as_it_is():
    answer = Answer(b"<p>", 404, (("Content-Type", "text/html; charset=utf-8"), ("X", "y")))
    response = as_response(answer.with_header("Set-Cookie", "a=b").with_header("Set-Cookie", "c=d"))
    assert (response.status_code, response.data) == (404, b"<p>")
    assert response.headers.getlist("Set-Cookie") == ["a=b", "c=d"]
    assert response.headers["Content-Length"] == "3"
    assert response.headers.getlist("Content-Type") == ["text/html; charset=utf-8"]


@pytest.fixture
def app():
    app = Flask("test", static_folder=None)
    web.harden(app)
    return app


def test_flasks_request_becomes_a_value(app):
    seen = []

    @app.route("/x", methods=["GET", "POST"])
    def view():
        seen.extend((read_request(), read_request_head()))
        return ""

    headers = {"User-Agent": "Mine", "Accept-Language": "de"}
    client = app.test_client()
    client.set_cookie("a", "b")
    client.post("/x?q=%20", data={"name": "value"}, headers=headers)
    client.get("/x")

    posted, head, got, _ = seen
    assert (posted.method, posted.path, posted.query) == ("POST", "/x", b"q=%20")
    assert (posted.form["name"], posted.cookies["a"]) == ("value", "b")
    assert (posted.user_agent, posted.accept_language) == ("Mine", "de")
    assert posted.client_ip == "127.0.0.1"
    assert posted.activity is head.activity
    assert not head.form
    assert not got.form
    assert got.activity.id != posted.activity.id


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_the_arguments_of_a_query_are_those_that_flask_would_read(query):
    environ = EnvironBuilder(query_string=query).get_environ()
    expected = Request(environ).args
    request = web_request(query=environ["QUERY_STRING"])
    assert list(request.arguments.items(multi=True)) == list(expected.items(multi=True))
