"""Every error below ``/admin/api/`` is problem details (RFC 9457), whoever has refused."""

from __future__ import annotations

import re

import pytest
from support.servers.server_folder import BASE_URL

NODE = "/admin/api/nodes/sts1"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("PUT", NODE, b"{", JSON, 400, "bad_body"),
        ("GET", NODE, None, {"Authorization": ""}, 401, "no_token"),
        ("GET", NODE, None, {"Authorization": "Bearer no"}, 401, "wrong_token"),
        ("PUT", NODE, b"{}", {"Origin": "https://evil.example"}, 403, "foreign_origin"),
        ("GET", NODE, None, {}, 404, "not_found"),
        ("GET", "/admin/api/none", None, {}, 404, "not_found"),
        ("GET", "/admin/api/trusts/a%0Ab", None, {}, 404, "unknown_trust"),
        ("GET", "/admin/api/none%0A", None, {}, 404, "not_found"),
        ("GET", "/admin/api/none%0A", None, {"Authorization": ""}, 401, "no_token"),
        ("POST", NODE, b"{}", {}, 405, "method_not_known"),
        ("TRACE", NODE, None, {}, 405, "http_405"),
        ("SPLIT", "/admin/api/none", None, {}, 405, "http_405"),
        ("PUT", NODE, b"{" + b" " * (1 << 20) + b"}", {}, 413, "body_too_large"),
        ("PUT", NODE, b"<a/>", {"Content-Type": "text/xml"}, 415, "unsupported_media_type"),
        ("GET", NODE, None, {"Host": "evil.example"}, 421, "wrong_host"),
        ("PUT", NODE, b'{"build": "none"}', {}, 422, "not_a_build"),
    ],
)
def test_an_error_is_problem_details(method, path, body, headers, status, code, script):
    answer = script(method, path, body, **headers)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    told = answer.json
    assert (told["error"], told["status"]) == (code, status)
    assert told["type"] == f"/admin/api/openapi.json#/x-error-codes/{code}"
    assert told["detail"].startswith(told["problem"].rstrip("."))
    assert told["title"]
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told["instance"])
    if status == 405:
        assert answer.headers["Allow"]


def test_a_cookie_that_comes_twice_is_told_as_problem_details(app):
    client = app.test_client(use_cookies=False)

    answer = client.get(NODE, base_url=BASE_URL, headers={"Cookie": "MSISAuth=a; MSISAuth=b"})

    assert (answer.status_code, answer.json["error"]) == (400, "duplicate_cookie")


def test_pages_keep_their_own_errors(app):
    for path in ("/admin/none", "/none"):
        assert app.test_client().get(path, base_url=BASE_URL).mimetype == "text/html"


@pytest.mark.parametrize(
    "content_type", [None, "application/json", "application/merge-patch+json", "text/plain",
                     "application/x-www-form-urlencoded"],
)  # fmt: skip
def test_json_is_taken_however_programs_send_it(content_type, script):
    headers = {"Content-Type": content_type} if content_type else {}

    assert script("PUT", NODE, {"build": "20348.350"}, **headers).status_code == 200
