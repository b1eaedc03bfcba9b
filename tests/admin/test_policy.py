"""``/admin/api/policy``: the same as ``tallystick policy``, for scripts over HTTP."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.users import ALICE

OFF = {"SoftwareOath.state": "disabled"}


@pytest.fixture
def call(app):
    """Call the API with the token."""

    def send(method: str, path: str, body: object = None, token: str = ADMIN_TOKEN):
        return app.test_client().open(
            f"/admin/api/{path}",
            method=method,
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def test_a_policy_that_was_read_is_stored_once(call):
    policy = call("GET", "policy").json["policy"]
    policy["legacyMfaPolicy"]["notificationThroughMobileApp"] = True

    stored = call("PUT", "policy", policy)

    assert (stored.status_code, stored.json["policy"]["version"]) == (200, 1)
    assert call("GET", "policy").json["policy"]["legacyMfaPolicy"] == policy["legacyMfaPolicy"]
    again = call("PUT", "policy", policy)
    assert (again.status_code, again.json["error"]) == (409, "policy_changed")


def test_the_configuration_of_one_method_is_stored_with_the_version_beside_it(call):
    body = {"id": "SoftwareOath", "state": "disabled", "version": 0}

    assert call("PUT", "policy", body).json["policy"]["version"] == 1
    assert call("PUT", "policy", body).json["error"] == "policy_changed"


def test_settings_are_changed_by_key(call):
    assert call("PATCH", "policy", {**OFF, "version": 0}).json["policy"]["version"] == 1
    on = {"SoftwareOath.state": "enabled"}
    assert call("PATCH", "policy", {**on, "version": 0}).status_code == 409
    assert call("PATCH", "policy", on).json["policy"]["version"] == 2


def test_a_diff_changes_nothing(call, services):
    services.directory.add(ALICE, "first password")

    diff = call("POST", "policy/diff", {"id": "SoftwareOath", "state": "disabled"})

    assert [each["user"] for each in diff.json["users"]] == [ALICE]
    assert call("GET", "policy").json["policy"]["version"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "policy", {"id": "SoftwareOath", "state": "disabled"}, 422, "bad_methods_policy"),
        ("PATCH", "policy", {"version": "1", **OFF}, 400, "bad_body"),
        ("PATCH", "policy", {}, 422, "bad_methods_policy"),
        ("PATCH", "policy", {"version": 0}, 422, "bad_methods_policy"),
        ("PATCH", "policy", {"SoftwareOath": 1}, 422, "bad_methods_policy"),
        ("PATCH", "policy", {"x" * n + ".x" * 9999: 1 for n in (1, 2)}, 422, "bad_methods_policy"),
        ("PATCH", "policy", {"x" + ".x" * 9999 + y: 1 for y in "yz"}, 422, "bad_methods_policy"),
        ("POST", "policy/diff", {"x": 1}, 422, "bad_methods_policy"),
        ("POST", "policy/diff", [], 400, "bad_body"),
        ("DELETE", "policy", None, 405, "method_not_known"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(call, method, path, body, status, code):
    refused = call(method, path, body)

    assert (refused.status_code, refused.json["error"]) == (status, code)
    assert call("GET", "policy").json["policy"]["version"] == 0


def test_a_stranger_neither_reads_nor_changes(call):
    for method, path in (("GET", "policy"), ("PATCH", "policy"), ("POST", "policy/diff")):
        assert call(method, path, OFF, token="another").status_code == 401


def test_the_default_method_is_chosen(call, services):
    services.directory.add(ALICE, "first password")
    services.mfa.codes.register(ALICE, "A" * 32)
    path = f"users/{ALICE}/methods/default"

    chosen = call("PUT", path, {"id": "totp"})

    assert [each["default"] for each in chosen.json["methods"]] == [True]
    assert call("PUT", path, {"id": "none"}).status_code == 404
    assert call("PUT", path, {}).json["error"] == "bad_body"
