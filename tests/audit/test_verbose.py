"""The audits of the level ``verbose``, from values."""

from __future__ import annotations

import io
import json

import pytest
from support.browsers.direct_browser import ADDRESS, web_request

from idp import logs
from idp.audit.verbose import VerboseAudit


@pytest.fixture
def lines():
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure()


def test_a_request_and_its_answer_are_three_lines_under_the_final_activity_id(lines):
    headers = {
        "Host": "sts.example.test",
        "X-MS-Proxy": "wap1",
        "Cookie": "secret",
        "Content-Length": "12",
    }
    request = web_request(query="SAMLRequest=secret", headers=headers)
    request.activity.continue_as("the sign-in's")
    location = "https://sp.example.test/slo?SAMLRequest=secret"
    VerboseAudit(is_on=True).request_answered(request, status=302, location=location)

    received, context, sent = lines()
    assert [line["event_id"] for line in (received, context, sent)] == [403, 410, 404]
    assert {line["activity_id"] for line in (received, context, sent)} == {"the sign-in's"}
    assert (received["method"], received["path"]) == ("GET", "/adfs/ls/")
    assert (received["content_length"], received["client_ip"]) == (12, ADDRESS)
    assert context["headers"] == {"Host": "sts.example.test", "X-MS-Proxy": "wap1"}
    assert (sent["status"], sent["redirected_to"]) == (302, "https://sp.example.test")
    assert "secret" not in json.dumps(lines())


def test_a_body_of_unknown_length_is_logged_as_zero(lines):
    request = web_request(headers={"Transfer-Encoding": "chunked", "Content-Length": "12"})
    VerboseAudit(is_on=True).request_answered(request, status=200, location="")
    assert lines()[0]["content_length"] == 0


def test_the_level_basic_writes_nothing(lines):
    VerboseAudit(is_on=False).request_answered(web_request(), status=200, location="")
    assert lines() == []
