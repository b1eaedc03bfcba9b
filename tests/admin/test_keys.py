"""Token-signing keys by the REST API and on their page; both do what ``tallystick keys`` does."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

from idp.federation.token_signing.configured import open_signing_keys


@pytest.fixture
def ring(services):
    """The keys as every process of the farm sees them."""
    return lambda: open_signing_keys(services.config).current()


@pytest.fixture
def call(app):
    """Call the API with the token."""

    def send(method: str, path: str, body: object = None, **options: object):
        return app.test_client().open(
            f"/admin/api/keys{path}",
            method=method,
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            **options,
        )

    return send


def roles(answer) -> list[tuple[str, str]]:
    return [(key["role"], key["kind"]) for key in answer.json]


def test_a_key_is_rolled_promoted_and_retired_by_rest(call, ring, services):
    first = ring().primary.facts.thumbprint
    assert roles(call("GET", "")) == [("primary", "rsa")]

    made = call("POST", "", {"kind": "ecdsa"})
    assert roles(made) == [("primary", "rsa"), ("secondary", "ecdsa")]
    second = made.json[1]["thumbprint"]

    assert call("PUT", f"/{second}", {"role": "primary"}).json[0]["thumbprint"] == second
    assert roles(call("DELETE", f"/{first}")) == [("primary", "ecdsa")]
    assert services.signing_keys.current().primary.facts.thumbprint == second


def test_an_urgent_rollover_makes_the_new_key_sign_at_once(call, ring):
    assert roles(call("POST", "", {"kind": "ecdsa", "urgent": True}))[0] == ("primary", "ecdsa")
    assert ring().primary.facts.kind == "ecdsa"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"kind": "dsa"}, 422, "bad_key_change"),
        ("POST", "", {"kind": 1}, 400, "bad_body"),
        ("POST", "", {"urgent": "yes"}, 400, "bad_body"),
        ("POST", "", {"other": 1}, 400, "bad_body"),
        ("POST", "", [], 400, "bad_body"),
        ("PUT", "/abc", {"role": "secondary"}, 400, "bad_body"),
        ("PUT", "/abc", {"role": "primary"}, 404, "no_such_key"),
        ("DELETE", "/abc", None, 404, "no_such_key"),
        ("PATCH", "", {}, 405, "method_not_known"),
    ],
)
def test_a_step_that_cannot_be_taken_changes_nothing(call, ring, method, path, body, status, code):
    before = ring()

    answer = call(method, path, body)

    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert ring() == before


def test_the_key_that_signs_is_not_retired(call, ring):
    primary = ring().primary.facts.thumbprint
    call("POST", "", {"kind": "ecdsa"})

    assert call("DELETE", f"/{primary}").json["error"] == "key_signs"


def test_the_next_key_is_made_and_signs_on_the_page(administrator, ring):
    def press(action: str, **fields: str):
        form = {"csrf": administrator.csrf(), "action": action, **fields}
        return administrator.post("/admin/keys", form)

    assert press("roll", kind="ecdsa").headers["Location"] == "/admin/keys"
    second = ring().next.facts.thumbprint
    page = administrator.see("/admin/keys").text
    assert "The next key is made" in page
    assert second[:16] in page
    assert "Set as primary" in page

    assert press("promote", thumbprint=second).status_code == 303
    assert ring().primary.facts.thumbprint == second
    first = ring().secondary.facts.thumbprint
    assert press("retire", thumbprint=first).status_code == 303
    assert ring().secondary is None


@pytest.mark.parametrize(
    "form",
    [{"action": "roll", "kind": "dsa"}, {"action": "promote"}, {"action": "retire"}, {}],
)
def test_the_page_names_a_step_that_cannot_be_taken(administrator, ring, form):
    before = ring()

    page = administrator.post("/admin/keys", {"csrf": administrator.csrf(), **form})

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert ring() == before


def test_strangers_and_forgers_see_and_change_nothing(new_administrator, administrator, ring):
    before = ring()

    assert new_administrator().see("/admin/keys").status_code == 303
    assert new_administrator().post("/admin/keys", {"action": "roll"}).status_code == 403
    assert administrator.post("/admin/keys", {"action": "roll"}).status_code == 403
    assert ring() == before
