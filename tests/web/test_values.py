"""Requests, answers and cookies as values."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from support.browsers.direct_browser import web_request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from idp.web import app as web
from idp.web.answer import Answer
from idp.web.edge import missing_headers
from idp.web.exchange import Received
from idp.web.flask_adapter import as_response, read_request, read_request_head
from idp.web.web_request import Activity
from idp.web.wsgi_adapter import all_headers, send


def test_an_answer_with_a_header_more_is_another_answer():
    answer = Answer(b"x", 302, (("Location", "/there"),))
    more = answer.with_header("Set-Cookie", "a=b").with_header("Set-Cookie", "c=d")
    assert answer.headers == (("Location", "/there"),)
    assert [value for name, value in more.headers if name == "Set-Cookie"] == ["a=b", "c=d"]
    assert (more.header("location"), more.header("Refresh")) == ("/there", None)


def test_an_activity_has_one_id_until_the_request_continues_another_one():
    activity, other = Activity(), Activity()
    first = activity.id
    assert first == activity.id != other.id
    activity.continue_as(other.id)
    assert activity.id == other.id


def test_an_answer_becomes_flasks_response_as_it_is():
    answer = Answer(b"<p>", 404, (("Content-Type", "text/html; charset=utf-8"), ("X", "y")))
    response = as_response(answer.with_header("Set-Cookie", "a=b").with_header("Set-Cookie", "c=d"))
    assert (response.status_code, response.data) == (404, b"<p>")
    assert response.headers.getlist("Set-Cookie") == ["a=b", "c=d"]
    assert response.headers["Content-Length"] == "3"
    assert response.headers.getlist("Content-Type") == ["text/html; charset=utf-8"]


NAMES = st.sampled_from(("Content-Type", "Location", "Set-Cookie", "Refresh", "Cache-Control"))
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
ANSWERS = st.builds(
    Answer,
    st.binary(max_size=20),
    st.sampled_from((200, 204, 302, 303, 400, 403, 404, 500, 503)),
    st.lists(st.tuples(NAMES, VALUES), max_size=4, unique_by=lambda each: each[0]).map(tuple),
)


@given(ANSWERS, st.sampled_from(({}, {"MSISAuth": "x", "tallystick_language": "de"})))
def test_an_answer_is_sent_without_flask_as_flask_sends_it(answer, cookies):
    response = as_response(answer)
    for name, value in missing_headers(response.headers, cookies):
        response.headers.add(name, value)
    started = []
    headers = all_headers(answer, cookies)
    body = send(answer, headers, lambda *each: started.append(each))

    environ = EnvironBuilder().get_environ()
    expected = (response.status, response.get_wsgi_headers(environ).to_wsgi_list())
    assert started == [expected]
    assert b"".join(body) == response.data


@pytest.mark.parametrize("end", ["\n", "\r", "\r\nSet-Cookie: a=b"])
def test_a_header_of_several_lines_is_not_sent(end):
    answer = Answer(status=302, headers=(("Location", f"/there{end}"),))
    with pytest.raises(ValueError, match="line"):
        all_headers(answer, {})


FORMS = st.binary(max_size=40) | st.lists(
    st.sampled_from((b"a", b"=", b"&", b"+", b"%C3%A4", b"%FF", b"\xff", b"%", b";")), max_size=12
).map(b"".join)
TYPES = st.sampled_from(("application/x-www-form-urlencoded; charset=latin1", "text/plain", ""))


@given(FORMS, TYPES)
def test_a_form_is_read_without_flask_as_flask_reads_it(body, content_type):
    def environ():
        return EnvironBuilder(
            method="POST", input_stream=BytesIO(body), content_type=content_type
        ).get_environ() | {"CONTENT_LENGTH": str(len(body))}

    assert Received(environ()).form == Request(environ()).form


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
    assert (posted.request_context.user_agent, posted.accept_language) == ("Mine", "de")
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
