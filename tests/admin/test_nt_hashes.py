"""The NT hashes of users: by REST, and on the users' page."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.users import ALICE, PASSWORD

from idp.directory.nt_hash import nt_hash


@pytest.fixture(autouse=True)
def alice(services):
    services.directory.add(ALICE, PASSWORD)


@pytest.fixture
def call(app):
    """Call the API, with the token."""

    def send(method: str, name: str = ALICE, token: str = ADMIN_TOKEN):
        return app.test_client().open(
            f"/admin/api/users/{name}/nt-hash",
            method=method,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def test_a_hash_is_asked_for_and_deleted(call, services, script):
    assert call("GET").json == {"name": ALICE, "nt_hash": None}

    asked = call("PUT", "EXAMPLE\\Alice").json
    assert asked["nt_hash"].items() >= {"wanted_by": "administrator (API)", "kept": False}.items()
    services.directory.check_password(ALICE, PASSWORD)
    kept = call("GET")
    assert kept.json["nt_hash"]["kept"] is True
    assert call("PUT").json == kept.json
    (listed,) = script("GET", "/admin/api/users").json
    assert listed["nt_hash"] == kept.json["nt_hash"]
    assert nt_hash(PASSWORD).hex() not in kept.text.lower()

    assert call("DELETE").json == call("DELETE").json == {"name": ALICE, "nt_hash": None}
    assert services.nt_hashes.kept() == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_it_is_about_users_and_for_administrators(call, method, services):
    assert call(method, "nobody@example.test").json["error"] == "unknown_user"
    assert call(method, token="wrong").status_code == 401
    assert services.nt_hashes.kept() == {}


@pytest.fixture
def press(administrator):
    def press(action: str, name: str = ALICE):
        form = {"csrf": administrator.csrf(), "action": action, "name": name}
        return administrator.post("/admin/users", form)

    return press


def test_the_page_shows_whose_hash_is_kept_and_switches_it(administrator, press, services):
    assert "No NT hash is kept." in administrator.see("/admin/users").text

    assert press("nt_hash_on").status_code == 303
    page = administrator.see("/admin/users").text
    assert "kept from the next right password on" in page
    assert "asked for by administrator" in page
    services.directory.check_password(ALICE, PASSWORD)
    page = administrator.see("/admin/users").text
    assert f"Delete the NT hash: {ALICE}" in page
    assert nt_hash(PASSWORD).hex() not in page.lower()

    assert press("nt_hash_off").status_code == 303
    assert "No NT hash is kept." in administrator.see("/admin/users").text
    assert services.nt_hashes.kept() == {}


def test_a_switch_for_nobody_is_said_on_the_page(press):
    for action in ("nt_hash_on", "nt_hash_off"):
        assert press(action, "nobody@example.test").status_code == 422
