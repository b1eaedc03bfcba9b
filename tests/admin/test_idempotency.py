"""Idempotency-Key: a POST that makes something, sent twice, makes one."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL, assembled
from support.service_providers.metadata_parts import metadata
from support.users import ALICE, PASSWORD

from idp.store.maintenance import purge

KEY = {"Idempotency-Key": "5b1f7f8e-7c0e-4b7e-9b57-2f0f0a3c1d11"}
BOB = "bob@example.test"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HARDWARE = {"user": ALICE, "serial_number": "T9", "secret_key": SECRET}
MAKING = [
    ("/users", {"name": BOB, "password": PASSWORD}),
    ("/trusts", {"metadata": metadata()}),
    ("/tokens", HARDWARE),
    ("/api-tokens", {"name": "robot", "role": "auditor"}),
    ("/keys", {"kind": "ecdsa"}),
    (f"/users/{ALICE}/access-pass", {}),
]


@pytest.fixture
def services(farm_folder, clock, database_kind, request):
    if database_kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        with (farm_folder / "tallystick.toml").open("a") as file:
            file.write(f'\n[store]\nurl = "{url}"\n')
    with assembled(farm_folder, clock) as rooms:
        rooms.directory.add(ALICE, PASSWORD)
        yield rooms


@pytest.mark.parametrize(("path", "body"), MAKING)
def test_a_request_that_is_sent_again_gets_the_same_answer(path, body, script, services):
    path = f"/admin/api{path}"
    first = script("POST", path, body, **KEY)
    assert first.status_code < 300, first.text
    entries = len(script("GET", "/admin/api/audit").json["entries"])

    again = script("POST", path, body, **KEY)

    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(script("GET", "/admin/api/audit").json["entries"]) == entries


def test_these_and_no_others_take_a_key(script):
    paths = script("GET", "/admin/api/openapi.json").json["paths"]

    taking = {
        path.replace("{name}", ALICE)
        for path, item in paths.items()
        for operation in item.values()
        if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }
    assert taking == {path for path, _ in MAKING}


def test_nothing_secret_of_request_or_answer_is_stored_in_clear(script, services):
    for number, (path, body) in enumerate(MAKING):
        told = script("POST", f"/admin/api{path}", body, **{"Idempotency-Key": str(number)}).text
        with services.repeated_requests._database.read() as connection:
            stored = repr(connection.execute(text("SELECT * FROM admin_requests")).all())
        secrets = [PASSWORD, SECRET, *(json.loads(told).get(n) for n in ("token", "pass")
                                       if isinstance(json.loads(told), dict))]  # fmt: skip
        assert not any(each in stored for each in secrets if each)
        assert BOB not in stored


def test_the_same_key_with_another_request_is_refused(script):
    script("POST", "/admin/api/users", {"name": BOB, "password": PASSWORD}, **KEY)

    for path, body in (
        ("/users", {"name": BOB, "password": f"{PASSWORD}."}),
        ("/api-tokens", {"name": "robot", "role": "auditor"}),
    ):
        answer = script("POST", f"/admin/api{path}", body, **KEY)
        assert (answer.status_code, answer.json["error"]) == (422, "idempotency_key_reused")


def test_a_key_belongs_to_who_has_sent_it(script):
    made = {"name": "robot", "role": "administrator"}
    token = script("POST", "/admin/api/api-tokens", made, **KEY).json["token"]

    other = script("POST", "/admin/api/api-tokens", made, Authorization=f"Bearer {token}", **KEY)

    assert other.json["error"] == "bad_api_token"  # it is made anew, and there is one already


def test_a_refused_request_can_be_sent_again(script, services):
    body = {"name": BOB, "password": PASSWORD, "groups": ["Staff"]}
    services.directory.add(BOB, PASSWORD)
    assert script("POST", "/admin/api/users", body, **KEY).status_code == 422
    script("DELETE", f"/admin/api/users/{BOB}")

    assert script("POST", "/admin/api/users", body, **KEY).status_code == 201


def test_after_a_day_a_key_is_forgotten_and_its_row_deleted(script, services, clock):
    body = {"name": "robot", "role": "auditor"}
    script("POST", "/admin/api/api-tokens", body, **KEY)
    clock.advance(days=1, hours=2)

    assert purge(services.repeated_requests._database, clock.now()).admin_requests == 1
    assert script("POST", "/admin/api/api-tokens", body, **KEY).json["error"] == "bad_api_token"


def test_a_request_whose_process_has_died_is_taken_over_after_a_minute(services, clock):
    store, began = services.repeated_requests, clock.now()
    until = began + timedelta(days=1)
    assert store.claim("key", "request", began, until) is None
    assert store.claim("key", "request", clock.now(), until).answer is None

    clock.advance(seconds=61)

    assert store.claim("key", "request", clock.now(), until) is None
    assert not store.keep("key", began, "of the one that had died")
    assert store.keep("key", clock.now(), "answer")
    assert store.claim("key", "request", clock.now(), until).answer == "answer"


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "a b", "\xe9"])
def test_what_is_no_key_is_refused(key, script):
    answer = script(
        "POST",
        "/admin/api/api-tokens",
        {"name": "r", "role": "auditor"},
        **{"Idempotency-Key": key},
    )

    assert (answer.status_code, answer.json["error"]) == (400, "bad_idempotency_key")


@pytest.mark.each_database
def test_of_requests_at_the_same_time_one_makes_it(app, services):
    def add(_number):
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", **KEY}
        body = {"name": BOB, "password": PASSWORD}
        answer = app.test_client().post(
            "/admin/api/users", json=body, base_url=BASE_URL, headers=headers
        )
        return answer.status_code, answer.headers.get("Idempotency-Replayed")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(add, range(6)))

    assert answers.count((201, None)) == 1
    assert set(answers) <= {(201, None), (201, "true"), (409, None)}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/nodes/sts1", {"build": "20348.350"}),
        ("PUT", f"/users/{ALICE}/groups", {"groups": ["Staff"]}),
        ("PUT", f"/users/{ALICE}/disabled", None),
        ("DELETE", f"/users/{ALICE}/disabled", None),
        ("PUT", "/nps/nps1", {"version": "1.2.2216.1"}),
        ("DELETE", f"/users/{ALICE}/methods", None),
        ("DELETE", f"/users/{ALICE}/access-pass", None),
        ("DELETE", f"/users/{ALICE}", None),
    ],
)
def test_put_and_delete_leave_the_same_when_they_are_sent_again(method, path, body, script):
    first = script(method, f"/admin/api{path}", body)
    shown = script("GET", f"/admin/api{path}").get_data()
    again = script(method, f"/admin/api{path}", body)

    assert first.status_code < 300
    assert again.status_code in (first.status_code, 404)
    now = script("GET", f"/admin/api{path}")
    assert now.status_code >= 400 or now.get_data() == shown
