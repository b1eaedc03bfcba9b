"""Blocks, risks and access passes, by the REST API."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.protection.risk import Risk

ALICE = "alice@example.test"


@pytest.fixture
def call(app, services):
    """Call the API with the token; Alice is there."""
    services.directory.add(ALICE, "first password")

    def send(method: str, path: str, body: object = None, token: str = ADMIN_TOKEN):
        return app.test_client().open(
            f"/admin/api/users{path}",
            method=method,
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def test_a_user_is_blocked_and_unblocked(call, services):
    blocked = call("POST", f"/{ALICE}/block", {"until": "2999-01-31T08:00"}).json
    assert blocked["mfa_blocked"]["until"] == "2999-01-31T08:00:00Z"
    assert blocked["asked_first_reason"] == "user_blocked"
    assert call("POST", f"/{ALICE}/block", {"days": 7}).json["mfa_blocked"]["by"] == "administrator"
    assert call("POST", f"/{ALICE}/block", {}).status_code == 200
    (listed,) = call("GET", "").json
    assert (listed["name"], listed["risk"]) == (ALICE, None)
    assert listed["mfa_blocked"]["by"] == "administrator"

    assert call("DELETE", f"/{ALICE}/block").json["mfa_blocked"] is None
    assert not services.mfa.protection.is_blocked(ALICE)


def test_a_risk_is_dismissed(call, services):
    with services.mfa.push._store.transaction(ALICE) as mine:
        mine.raise_risk(Risk(services.clock.now(), "203.0.113.9"))
    assert call("GET", "").json[0]["risk"]["client_ip"] == "203.0.113.9"

    assert call("DELETE", f"/{ALICE}/risk").json["risk"] is None


def test_a_pass_is_issued_and_deleted(call, services):
    issued = call("POST", f"/{ALICE}/access-pass", {"once": True, "minutes": 30}).json
    assert issued["once"] is True
    (listed,) = call("GET", f"/{ALICE}/methods").json["methods"]
    assert (listed["id"], listed["kind"]) == (issued["id"], "access_pass")
    assert "pass" not in listed
    check = services.mfa.access_passes.check
    assert check(ALICE, issued["pass"], attempt="1") is PassOutcome.RIGHT

    call("POST", f"/{ALICE}/access-pass", {})
    assert call("DELETE", f"/{ALICE}/access-pass").json["methods"] == []


BAD = [
    ("block", {"days": 0}),
    ("block", {"days": True}),
    ("block", {"days": 1, "until": "2999-01-31"}),
    ("block", {"reason": "x"}),
    ("block", {"until": "2001-01-01"}),
    ("block", {"until": "soon"}),
    ("access-pass", {"minutes": 5}),
    ("access-pass", {"minutes": "60"}),
    ("access-pass", {"starts_at": "2999-01-01"}),
    ("access-pass", {"once": 1}),
]


@pytest.mark.parametrize(("path", "body"), BAD)
def test_a_bad_body_changes_nothing(call, services, path, body):
    answer = call("POST", f"/{ALICE}/{path}", body)

    assert 400 <= answer.status_code < 500
    assert answer.json["error"] in ("bad_body", "bad_block", "not_a_time", "bad_access_pass")
    assert not services.mfa.protection.is_blocked(ALICE)
    assert services.mfa.access_passes.methods_of(ALICE) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", f"/{ALICE}/block"),
        ("DELETE", f"/{ALICE}/block"),
        ("DELETE", f"/{ALICE}/risk"),
        ("POST", f"/{ALICE}/access-pass"),
        ("DELETE", f"/{ALICE}/access-pass"),
    ],
)
def test_it_is_for_administrators(call, method, path):
    assert call(method, path, {}, token="wrong").status_code == 401


# The page


@pytest.fixture
def press(administrator, services):
    """Press a button of the page for Alice, who is at risk."""
    services.directory.add(ALICE, "first password")
    with services.mfa.push._store.transaction(ALICE) as mine:
        mine.raise_risk(Risk(services.clock.now(), "203.0.113.9<b>"))

    def press(action: str, name: str = ALICE):
        form = {"csrf": administrator.csrf(), "action": action, "name": name}
        return administrator.post("/admin/users", form)

    return press


def test_the_page_shows_who_is_blocked_or_at_risk_and_changes_it(administrator, services, press):
    page = administrator.see("/admin/users").text
    assert "203.0.113.9&lt;b&gt;" in page
    assert "Dismiss the risk" in page

    assert press("block").headers["Location"] == "/admin/users"
    assert "by administrator" in administrator.see("/admin/users").text
    assert services.mfa.protection.is_blocked(ALICE)
    assert press("unblock").status_code == press("dismiss").status_code == 303

    assert services.mfa.protection.standings() == {}
    assert "Nobody is blocked or at risk." in administrator.see("/admin/users").text


@pytest.mark.parametrize(
    ("action", "name"), [("block", "nobody@example.test"), ("block", ""), ("remove", ALICE)]
)
def test_a_change_that_cannot_be_made_is_said_on_the_page(press, action, name):
    answer = press(action, name)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_page_is_for_administrators_and_its_own_forms(new_administrator, administrator):
    assert new_administrator().see("/admin/users").status_code == 303
    form = {"action": "block", "name": ALICE}
    assert new_administrator().post("/admin/users", form).status_code == 403
    assert administrator.post("/admin/users", form).status_code == 403
