"""The local directory by the REST API: it does what ``tallystick user`` does."""

from __future__ import annotations

import pytest
from support.users import ALICE, PASSWORD

USERS = "/admin/api/users"


@pytest.fixture
def call(script, services):
    services.directory.add(ALICE, PASSWORD, display_name="Alice Archer", groups=["Staff"])
    return script


def test_a_user_is_added_shown_and_removed(call, services):
    body = {
        "name": "Bo@example.test",
        "password": "secret",
        "display_name": "Bo",
        "groups": ["Staff"],
        "attributes": {"givenname": "Bo", "telephoneNumber": ["1", "2"], "title": None},
    }

    added = call("POST", USERS, body)

    assert (added.status_code, added.headers["Location"]) == (201, f"{USERS}/bo@example.test")
    assert added.json["attributes"] == {"givenName": ["Bo"], "telephoneNumber": ["1", "2"]}
    assert call("GET", added.headers["Location"]).json == added.json
    assert services.directory.check_password("bo@example.test", "secret").failure is None
    assert call("DELETE", added.headers["Location"]).status_code == 204
    assert call("GET", added.headers["Location"]).json["error"] == "unknown_user"


def test_attributes_and_groups_are_changed_together(call):
    body = {
        "attributes": {"sn": "Archer", "title": ["Dr", "Ms"]},
        "email": "a@mail.test",
        "display_name": "",
        "add_groups": ["Wiki"],
        "remove_groups": ["staff"],
    }

    changed = call("PATCH", f"{USERS}/{ALICE}", body).json

    assert changed["attributes"] == {"sn": ["Archer"], "title": ["Dr", "Ms"]}
    assert (changed["email"], changed["display_name"]) == ("a@mail.test", "")
    assert changed["groups"] == ["Wiki"]
    left = call("PATCH", f"{USERS}/{ALICE}", {"attributes": {"TITLE": None}}).json
    assert left["attributes"] == {"sn": ["Archer"]}
    assert call("PUT", f"{USERS}/{ALICE}/groups", {"groups": ["A", "a", "B"]}).json["groups"] == [
        "A",
        "B",
    ]


def test_a_user_is_renamed(call):
    renamed = call("POST", f"{USERS}/EXAMPLE%5Calice/rename", {"name": "ada@example.test"})

    assert renamed.json["name"] == "ada@example.test"
    assert call("GET", renamed.headers["Location"]).status_code == 200
    assert call("GET", f"{USERS}/{ALICE}").status_code == 404


def test_a_password_is_set_and_the_account_disabled_and_enabled(call, services):
    body = {"password": "temporary", "must_change": True}
    assert call("POST", f"{USERS}/{ALICE}/password", body).json["must_change_password"]
    assert call("PUT", f"{USERS}/{ALICE}/disabled").json["disabled"]
    assert services.directory.check_password(ALICE, "temporary").failure == "disabled"
    assert not call("DELETE", f"{USERS}/{ALICE}/disabled").json["disabled"]
    failure = services.directory.check_password(ALICE, "temporary").failure
    assert failure == "must_change_password"


def test_sessions_are_ended(call, services, clock):
    assert call("GET", f"{USERS}/{ALICE}/sessions").json == {"applications": []}
    clock.advance(minutes=1)

    assert call("DELETE", f"{USERS}/{ALICE}/sessions").json["name"] == ALICE

    assert services.directory.find(ALICE).valid_from == clock.now()


def test_the_list_is_whole_or_comes_in_parts_that_a_search_finds(call, services):
    for number in range(5):
        services.directory.add(f"bo{number}@example.test", "x", display_name="Ünal 50%_")
    assert [user["name"] for user in call("GET", USERS).json][:2] == [ALICE, "bo0@example.test"]

    part, names = f"{USERS}?limit=2&search=BO", []
    while part:
        answer = call("GET", part)
        assert len(answer.json) <= 2
        names += [user["name"] for user in answer.json]
        part = answer.headers.get("Link", "")[1:].partition(">")[0]

    assert names == [f"bo{number}@example.test" for number in range(5)]
    assert len(call("GET", f"{USERS}?search=50%25_&limit=9").json) == 5
    assert call("GET", f"{USERS}?search=_lice&limit=9").json == []
    assert call("GET", f"{USERS}?search=example%5Calice").json[0]["name"] == ALICE


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"name": "bo@example.test"}, 400, "bad_body"),
        ("POST", "", {"name": ALICE, "password": "x"}, 422, "user_exists"),
        ("POST", "", {"name": "bo", "password": "x"}, 422, "bad_user"),
        ("POST", "", {"name": "b@c.d", "password": "x", "attributes": []}, 400, "bad_body"),
        ("PATCH", f"/{ALICE}", {"attributes": {"sn": 1}}, 400, "bad_body"),
        ("PATCH", f"/{ALICE}", {"attributes": {"cn": "x"}}, 422, "bad_attribute"),
        ("PATCH", f"/{ALICE}", {"add_groups": [""]}, 422, "bad_group"),
        ("PATCH", f"/{ALICE}", {"name": "x"}, 400, "bad_body"),
        ("PATCH", "/nobody@example.test", {}, 404, "unknown_user"),
        ("DELETE", "/nobody@example.test", None, 404, "unknown_user"),
        ("POST", f"/{ALICE}/rename", {}, 400, "bad_body"),
        ("POST", f"/{ALICE}/rename", {"name": "alice"}, 422, "bad_user"),
        ("PUT", f"/{ALICE}/groups", {}, 400, "bad_body"),
        ("POST", f"/{ALICE}/password", {"password": ""}, 422, "bad_password"),
        ("GET", "?limit=0", None, 400, "bad_body"),
        ("GET", "?limit=²", None, 400, "bad_body"),
        ("GET", "?limit=1001", None, 400, "bad_body"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    method, path, body, status, code, call, services
):
    before = services.directory.list()

    refused = call(method, USERS + path, body)

    assert (refused.status_code, refused.json["error"]) == (status, code)
    assert services.directory.list() == before
