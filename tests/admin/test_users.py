"""What users have for the second factor, by the REST API: it does what ``tallystick user`` does."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import CURRENT_PHONE, public_key
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

ALICE = "alice@example.test"
NOTHING = {
    "push": [],
    "totp": False,
    "methods": [],
    "activations": [],
    "waiting_tokens": [],
    "pushes_paused_since": None,
}


def is_nothing(answer) -> bool:
    """Say whether an answer lists no method; what the policies allow is in it all the same."""
    return answer.json["asked_first"] is None and NOTHING.items() <= answer.json.items()


@pytest.fixture
def call(app):
    """Call the API with the token."""

    def send(method: str, path: str, body: object = None, token: str = ADMIN_TOKEN):
        return app.test_client().open(
            f"/admin/api/users/{path}",
            method=method,
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


@pytest.fixture
def phone(services):
    """A phone of Alice's, and codes."""
    services.directory.add(ALICE, "first password")
    services.mfa.codes.register(ALICE, "A" * 32)
    code = services.mfa.activations.create(ALICE, totp=False).typed
    return services.mfa.activations.activate(
        code, public_key=public_key(), name="Pixel", **CURRENT_PHONE
    ).device


def test_methods_are_listed_and_removed(call, phone):
    listed = call("GET", f"{ALICE}/methods").json
    assert [each["id"] for each in listed["methods"]] == [phone.id, "totp"]

    left = call("DELETE", f"{ALICE}/methods/{phone.id}")

    assert left.status_code == 200
    assert [each["id"] for each in left.json["methods"]] == ["totp"]
    assert is_nothing(call("DELETE", f"{ALICE}/methods"))
    assert is_nothing(call("GET", f"{ALICE}/methods"))


def test_a_compromised_account_is_taken_back(call, phone, services):
    body = {"compromised": True, "password": "another one", "must_change": True}

    assert is_nothing(call("POST", f"{ALICE}/reset", body))

    check = services.directory.check_password(ALICE, "another one")
    assert check.failure == "must_change_password"
    assert services.directory.check_password(ALICE, "first password").failure == "wrong_password"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "nobody@example.test/methods", None, 404, "unknown_user"),
        ("POST", "nobody@example.test/unlock", None, 404, "unknown_user"),
        ("DELETE", "nobody@example.test/methods", None, 404, "unknown_user"),
        ("DELETE", f"{ALICE}/methods/nothing", None, 404, "unknown_method"),
        ("POST", f"{ALICE}/reset", {"password": "another one"}, 400, "bad_body"),
        ("POST", f"{ALICE}/reset", {"compromised": True}, 400, "bad_body"),
        ("POST", f"{ALICE}/reset", {"compromised": True, "password": ""}, 422, "bad_password"),
        ("POST", f"{ALICE}/reset", {"compromised": 1, "password": "x"}, 400, "bad_body"),
        ("POST", f"{ALICE}/methods", {}, 405, "method_not_known"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    call, phone, method, path, body, status, code
):
    refused = call(method, path, body)

    assert (refused.status_code, refused.json["error"]) == (status, code)
    assert len(call("GET", f"{ALICE}/methods").json["methods"]) == 2


def test_a_pause_after_a_report_is_shown_and_lifted(call, phone, services):
    report(services, phone)
    since = call("GET", f"{ALICE}/methods").json["pushes_paused_since"]
    assert since is not None

    unlocked = call("POST", f"{ALICE}/unlock")

    assert (unlocked.status_code, unlocked.json["pushes_paused_since"]) == (200, None)
    assert services.mfa.push.start(ALICE, "approve_deny", application="Wiki", client_ip="")


def test_an_account_that_is_taken_back_gets_requests_again(call, phone, services):
    report(services, phone)
    body = {"compromised": True, "password": "another one"}

    assert is_nothing(call("POST", f"{ALICE}/reset", body))


def report(services, phone):
    sent = services.mfa.push.start(ALICE, "approve_deny", application="Wiki", client_ip="")
    challenge = sent.challenge
    services.mfa.push.answer(
        phone, challenge.id, nonce=challenge.nonce, approve=False, reported=True
    )


def test_a_stranger_removes_nothing(call, phone):
    assert call("DELETE", f"{ALICE}/methods", token="another").status_code == 401
    assert call("POST", f"{ALICE}/reset", {}, token="another").status_code == 401
    assert call("POST", f"{ALICE}/unlock", token="another").status_code == 401
    assert len(call("GET", f"{ALICE}/methods").json["methods"]) == 2
