"""The REST API ``/admin/api/``: what it answers, and whom it lets change what."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

BEARER = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
NODE = "/admin/api/nodes/sts1"
PROBLEM = {"type", "title", "status", "detail", "instance", "error", "problem", "remedy"}


def test_put_makes_and_changes_a_node_and_get_shows_it(script):
    made = script("PUT", NODE, {"build": "20348.349"})
    changed = script("PUT", NODE, {"build": "20348.350"})

    assert made.status_code == changed.status_code == 200
    node = changed.json
    assert node == {
        "name": "sts1",
        "product": "Windows Server 2022",
        "build": "20348.350",
        "changed_at": "2024-05-01T12:00:00Z",
        "changed_by": "administrator (API)",
        "warnings": [],
    }
    del node["warnings"]
    assert script("GET", NODE).json == node
    assert script("GET", "/admin/api/nodes").json == [node]


def test_a_node_that_was_put_is_in_the_database_and_not_in_the_process(script, services):
    script("PUT", NODE, {"build": "KB5007205"})
    services.farm.set_build("sts1", "20348.288", "somebody else")

    assert script("GET", NODE).json["build"] == "20348.288"


def test_put_answers_with_the_warnings(script):
    assert "preview KB5006744" in script("PUT", NODE, {"build": "17763.2268"}).json["warnings"][0]
    assert script("PUT", NODE, {"build": "12345.6"}).json["product"] == "unknown product"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (None, 400, "bad_body"),
        (b"", 400, "bad_body"),
        (b"{", 400, "bad_body"),
        (b"\xff\xfe", 400, "bad_body"),
        (b"[" * 100_000, 400, "bad_body"),
        (b'{"build": ' + b"9" * 5000 + b"}", 400, "bad_body"),
        (b'{"build": NaN}', 400, "bad_body"),
        ([], 400, "bad_body"),
        ("20348.350", 400, "bad_body"),
        ({}, 400, "bad_body"),
        ({"build": 20348.350}, 400, "bad_body"),
        ({"build": None}, 400, "bad_body"),
        ({"build": ["20348.350"]}, 400, "bad_body"),
        ({"Build": "20348.350"}, 400, "bad_body"),
        ({"build": ""}, 422, "not_a_build"),
        ({"build": "\ud800"}, 422, "not_a_build"),
        ({"build": "20348"}, 422, "update_level_unknown"),
        ({"build": "KB9999999"}, 422, "unknown_kb"),
        (b" " * (1 << 20) + b"{}", 413, "body_too_large"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_cannot_be_used_is_refused_and_changes_nothing(
    body, status, code, script, services
):
    answer = script("PUT", NODE, body)

    assert answer.status_code == status
    assert answer.json["error"] == code
    assert set(answer.json) == PROBLEM
    assert services.farm.nodes() == ()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", NODE, 404),
        ("GET", "/admin/api/nodes/%00", 404),
        ("GET", "/admin/api/nodes/a%2Fb", 404),
        ("PUT", "/admin/api/nodes/a b", 422),
        ("PUT", "/admin/api/nodes/" + "x" * 64, 422),
        ("PATCH", NODE, 405),
        ("DELETE", NODE, 404),
        ("POST", "/admin/api/nodes", 405),
        ("PUT", "/admin/api/nodes", 405),
        ("GET", "/admin/api/nothing", 404),
        ("GET", "/admin/api/", 404),
        ("PUT", "/admin/api/nodes/", 404),
    ],
)
def test_an_unknown_path_is_an_error_in_json(method, path, status, script):
    answer = script(method, path, {"build": "20348.350"} if method == "PUT" else None)

    assert answer.status_code == status
    assert set(answer.json) == PROBLEM


def test_an_answer_to_a_wrong_method_names_the_right_ones(script):
    assert script("PATCH", NODE).headers["Allow"] == "GET, PUT, DELETE"


def test_head_is_answered_as_get_is(script):
    assert script("HEAD", "/admin/api/nodes").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {ADMIN_TOKEN}x"},
        {"Authorization": f"Basic {ADMIN_TOKEN}"},
        {"Authorization": ADMIN_TOKEN},
        {"Authorization": "Bearer \xff"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_nothing_is_shown_or_changed_without_the_token(method, headers, script, services):
    services.farm.set_build("sts1", "20348.350", "test")

    answer = script(method, NODE, {"build": "20348.1"}, **headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "20348" not in answer.text
    assert services.farm.node("sts1").build == "20348.350"


def test_only_administrators_learn_that_a_path_does_not_exist(script):
    for path in ("/admin/api/nodes/none", "/admin/api/nothing"):
        assert script("GET", path, Authorization="").status_code == 401


def test_wrong_tokens_are_limited_for_api_and_page_together(script, new_administrator):
    for _ in range(5):
        script("GET", NODE, Authorization="Bearer wrong")
        new_administrator().sign_in("wrong")

    answer = script("GET", NODE, Authorization="Bearer wrong")
    assert (answer.status_code, answer.json["error"]) == (429, "too_many_tries")
    assert new_administrator().sign_in("wrong").status_code == 429


def test_wrong_tokens_never_keep_the_right_one_out(script, new_administrator):
    """They may come from the administrator's own address: a proxy, or a colleague's script."""
    for _ in range(30):
        script("GET", NODE, Authorization="Bearer wrong")

    assert script("GET", "/admin/api/nodes").status_code == 200
    assert new_administrator().sign_in(ADMIN_TOKEN).status_code == 303


def test_a_script_may_call_as_often_as_it_likes(script):
    assert {script("GET", "/admin/api/nodes").status_code for _ in range(30)} == {200}


def test_the_scheme_is_spelt_in_any_case(script):
    assert script("GET", "/admin/api/nodes", Authorization=f"bearer {ADMIN_TOKEN}").json == []


class TestAnAdministratorsCookie:
    def test_reads(self, administrator):
        assert administrator.see("/admin/api/nodes").json == []

    def test_alone_never_changes_anything(self, administrator, services):
        answer = self.put(administrator, {"Origin": BASE_URL})

        assert answer.status_code == 403
        assert answer.json["error"] == "csrf"
        assert services.farm.nodes() == ()

    def test_a_session_changes_nodes_with_its_csrf_token(self, administrator, services):
        answer = self.put(administrator, {"X-CSRF-Token": administrator.csrf()})

        assert answer.status_code == 200
        assert services.farm.node("sts1").build == "20348.350"

    def test_changes_nothing_with_another_sessions_csrf_token(
        self, administrator, new_administrator, services
    ):
        other = new_administrator()
        other.sign_in()

        assert self.put(administrator, {"X-CSRF-Token": other.csrf()}).status_code == 403
        assert services.farm.nodes() == ()

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
        ids=str,
    )
    def test_changes_nothing_from_another_site_whatever_else_is_right(
        self, headers, administrator, services
    ):
        csrf = {"X-CSRF-Token": administrator.csrf()}

        assert self.put(administrator, {**csrf, **headers}).status_code == 403
        assert self.put(administrator, {**BEARER, **headers}).status_code == 403
        assert services.farm.nodes() == ()

    def test_the_cookie_of_a_session_that_was_signed_out_is_refused(self, administrator):
        administrator.post("/admin/sign-out", {"csrf": administrator.csrf()})

        assert administrator.see("/admin/api/nodes").status_code == 401

    @staticmethod
    def put(administrator, headers):
        return administrator.client.put(
            NODE, json={"build": "20348.350"}, base_url=BASE_URL, headers=headers
        )


def test_without_a_token_file_the_api_is_off(script, farm_folder):
    (farm_folder / "admin.token").unlink()

    answer = script("GET", "/admin/api/nodes")

    assert answer.status_code == 403
    assert answer.json["error"] == "admin_off"


def test_the_database_being_gone_is_503_with_retry_after(script, services, farm_folder):
    services.database.dispose()
    (farm_folder / "tallystick.db").unlink()
    (farm_folder / "tallystick.db").mkdir()

    for method in ("GET", "PUT"):
        answer = script(method, NODE, {"build": "20348.350"})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json["error"] == "store_unavailable"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=70), body=st.binary(max_size=60) | st.text(max_size=60))
def test_no_request_gives_a_server_error(name, body, script):
    from urllib.parse import quote

    path = f"/admin/api/nodes/{quote(name.encode('utf-8', 'replace'), safe='')}"
    content = body if isinstance(body, bytes) else {"build": body}

    assert script("GET", path).status_code < 500
    assert script("PUT", path, content).status_code < 500
