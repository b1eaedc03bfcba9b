"""API tokens: made, used within their role, ended, revoked; and never stored or shown again."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

from idp.audit.changes import ChangeQuery


@pytest.fixture
def made(script):
    """Make a token and return a client that sends it."""

    def make(role: str = "auditor", expires: str = "1d", name: str = "robot"):
        body = {"name": name, "role": role, "expires": expires}
        return script("POST", "/admin/api/api-tokens", body).json["token"]

    return make


@pytest.fixture
def send(app):
    def call(token: str, method: str = "GET", path: str = "nodes", body: object = None):
        return app.test_client().open(
            f"/admin/api/{path}",
            method=method,
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    return call


def test_a_token_reads_with_the_role_auditor_and_changes_nothing(made, send, services):
    token = made()

    assert send(token).status_code == 200
    refused = send(token, "PUT", "nodes/sts1", {"build": "20348.350"})

    assert (refused.status_code, refused.json["error"]) == (403, "role_refused")
    assert services.farm.node("sts1") is None


def test_what_a_token_changes_is_in_the_audit_log_by_its_name(made, send, services):
    send(made("administrator"), "PUT", "nodes/sts1", {"build": "20348.350"})

    entry = services.changes.store.newest(ChangeQuery(), 1)[0]
    assert (entry.verb, entry.actor.name, entry.actor.role) == (
        "node.set",
        "robot",
        "administrator",
    )
    assert services.farm.node("sts1").changed_by == "robot (API)"


def test_a_token_that_has_ended_is_refused(made, send, clock):
    token = made(expires="2h")
    clock.advance(hours=2)

    assert (send(token).status_code, send(token).json["error"]) == (401, "token_expired")


def test_a_token_that_is_revoked_is_a_wrong_one(made, send, script):
    token = made()
    assert script("DELETE", "/admin/api/api-tokens/robot").status_code == 204

    assert send(token).json["error"] == "wrong_token"
    assert script("DELETE", "/admin/api/api-tokens/robot").status_code == 404


def test_wrong_tokens_are_counted_and_right_ones_never(made, send):
    token = made()

    codes = [send("tly_wrong").json["error"] for _ in range(12)]

    assert codes == ["wrong_token"] * 10 + ["too_many_tries"] * 2
    assert send(token).status_code == 200
    assert send(ADMIN_TOKEN).status_code == 200


def test_the_text_is_neither_stored_nor_listed(made, script, services):
    token = made()

    stored = [*services.api_tokens.tokens(), *services.changes.store.newest(ChangeQuery(), 9)]
    assert token not in str(stored)
    listed = script("GET", "/admin/api/api-tokens")
    assert token not in listed.text
    assert [each["name"] for each in listed.json] == ["robot"]


def test_the_last_use_is_stored_at_most_once_a_minute(made, send, services, clock):
    token = made()
    assert services.api_tokens.tokens()[0].last_used_at is None
    send(token)
    first = services.api_tokens.tokens()[0].last_used_at
    clock.advance(seconds=30)
    send(token)
    assert services.api_tokens.tokens()[0].last_used_at == first

    clock.advance(seconds=31)
    send(token)

    assert services.api_tokens.tokens()[0].last_used_at > first


def test_a_token_is_good_without_the_file_of_the_emergency_token(made, send, farm_folder):
    token = made()
    (farm_folder / "admin.token").unlink()

    assert send(token).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "a b"}, "bad_api_token"),
        ({"name": "administrator"}, "bad_api_token"),
        ({"role": "king"}, "bad_api_token"),
        ({"expires": "soon"}, "bad_api_token"),
        ({"expires": "3000d"}, "bad_api_token"),
        ({"expires": "2001-01-01"}, "bad_api_token"),
        ({"expires": "999999d"}, "bad_api_token"),
        ({"role": None}, "bad_body"),
    ],
)
def test_what_no_token_can_be_is_refused(script, change, error):
    body = {"name": "robot", "role": "auditor", **change}

    assert script("POST", "/admin/api/api-tokens", body).json["error"] == error
    assert script("GET", "/admin/api/api-tokens").json == []


def test_two_tokens_of_one_name_are_refused(made, script):
    made()

    again = script("POST", "/admin/api/api-tokens", {"name": "robot", "role": "auditor"})

    assert again.json["error"] == "bad_api_token"


def test_a_token_does_not_open_the_pages(made, new_administrator):
    assert new_administrator().sign_in(made("administrator")).status_code == 401


def test_the_page_shows_a_new_token_once(administrator, services):
    form = {"action": "add", "name": "robot", "role": "help_desk", "expires": "90d"}

    page = administrator.post("/admin/api-tokens", {"csrf": administrator.csrf(), **form}).text

    text = page.split('id="new-token">')[1].split("<")[0]
    assert text.startswith("tly_")
    assert text not in administrator.see("/admin/api-tokens").text
    wrong = administrator.post("/admin/api-tokens", {"csrf": administrator.csrf(), **form})
    assert (wrong.status_code, 'value="robot"' in wrong.text) == (422, True)
