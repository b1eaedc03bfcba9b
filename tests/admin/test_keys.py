"""Token-signing keys by the REST API and on their page; both do what ``tallystick keys`` does."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from support.clock import SetClock
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import metadata

from idp.audit.changes import ChangeQuery
from idp.doctor.findings import Environment, ServerUnderTest
from idp.doctor.key_checks import token_signing
from idp.federation.token_signing.configured import open_signing_keys
from idp.management.metadata.source import ENTERED
from idp.management.overview import overview
from idp.management.rollover import rollover

STEPS = ("roll", "promote", "retire")


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


def entry(services) -> tuple[object, ...]:
    """What the last entry says has changed, without which key."""
    (newest,) = services.changes.store.newest(ChangeQuery(), 1)
    return newest.verb, sorted(newest.before), sorted(newest.after)


def test_each_step_leaves_the_same_entry_by_page_and_by_rest(call, administrator, ring, services):
    def by_page(action: str):
        second = ring().secondary.facts.thumbprint if ring().secondary else ""
        form = {"csrf": administrator.csrf(), "action": action, "thumbprint": second}
        assert administrator.post("/admin/keys", form).status_code == 303
        return entry(services)

    def by_rest(action: str):
        second = ring().secondary.facts.thumbprint if ring().secondary else ""
        method, path, body = {
            "roll": ("POST", "", {}),
            "promote": ("PUT", f"/{second}", {"role": "primary"}),
            "retire": ("DELETE", f"/{second}", None),
        }[action]
        assert call(method, path, body).status_code == 200
        return entry(services)

    assert [by_page(each) for each in STEPS] == [by_rest(each) for each in STEPS]


def test_the_rollover_says_which_step_is_next_and_who_has_to_be_told(
    call, services, clock, administrator
):
    clock.time = datetime.now(UTC)
    services.trusts.add(metadata("urn:by-hand").encode(), source=ENTERED)
    services.trusts.add(metadata("urn:from-url").encode(), source="https://sp.example.test/md")

    def state() -> tuple[object, ...]:
        found = call("GET", "/rollover").json
        return found["phase"], [step["state"] for step in found["steps"]]

    assert state() == ("settled", ["now", "later", "later", "later"])
    second = call("POST", "", {"kind": "ecdsa"}).json[1]["thumbprint"]
    clock.time = datetime.now(UTC)
    assert state() == ("published", ["done", "now", "later", "later"])
    clock.advance(days=5)
    assert state() == ("published", ["done", "done", "now", "later"])
    administrator.sign_in()
    assert "Published for 5 days." in administrator.see("/admin/keys").text
    call("PUT", f"/{second}", {"role": "primary"})
    assert state() == ("promoted", ["done", "done", "done", "now"])

    told = call("GET", "/rollover").json
    assert {each["kind"]: each["trusts"] for each in told["trusts"]} == {
        "address": ["urn:from-url"],
        "entered": ["urn:by-hand"],
    }
    page = administrator.see("/admin/keys").text
    assert "1 application set up by hand, without metadata" in page
    assert "Sign with the former key again" in page


def test_a_certificate_is_downloaded_as_pem_and_der_and_found_by_its_thumbprints(call, app, ring):
    key = ring().primary
    shown = call("GET", f"/{key.facts.thumbprint[:8]}").json
    client = app.test_client()

    pem, der = (
        client.get(f"/admin/connect/{key.facts.thumbprint}.{ending}", base_url=BASE_URL)
        for ending in ("pem", "cer")
    )

    assert x509.load_pem_x509_certificate(pem.data) == x509.load_der_x509_certificate(der.data)
    assert shown["certificate"] == pem.text
    assert shown["sha1"] == hashlib.sha1(der.data).hexdigest().upper()  # noqa: S324 - as AD FS
    assert hashlib.sha256(der.data).hexdigest() == shown["thumbprint"]
    assert der.mimetype == "application/pkix-cert"
    assert call("GET", f"/{shown['sha1']}").json == shown
    for unknown in ("abc", "0" * 64, shown["thumbprint"][:7]):
        assert call("GET", f"/{unknown}").json["error"] == "no_such_key"


@pytest.mark.parametrize(
    ("left", "automatic", "writable"),
    [(400, True, True), (10, False, True), (-1, False, True), (900, True, True), (9, True, False)],
)
def test_page_rest_overview_and_doctor_give_the_same_warnings(
    services, ring, monkeypatch, left, automatic, writable
):
    now = ring().primary.facts.not_after - timedelta(days=left)
    keys = services.config.keys.model_copy(update={"automatic_rollover": automatic})
    config = services.config.model_copy(update={"keys": keys})
    rooms = dataclasses.replace(services, config=config, clock=SetClock(now))
    monkeypatch.setattr("os.access", lambda *_: writable)

    of_keys = {each.code for each in rollover(rooms, ring()).warnings}
    of_overview = {each.code for each in overview(rooms) if each.path == "/admin/keys"}
    examined = ServerUnderTest(Path("tallystick.toml"), config, Environment(now=lambda: now))
    of_doctor = {each.code for each in token_signing(examined)}

    assert of_keys == of_overview == of_doctor
