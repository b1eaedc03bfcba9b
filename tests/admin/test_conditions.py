"""ETag, If-Match and If-None-Match of the REST API: nobody overwrites what they have not seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL, assembled
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from adapter.mfa.codes.hardware import NewToken

NODE = "/admin/api/nodes/sts1"
TRUST = f"/admin/api/trusts/{quote(SP_ID, safe='')}"
USER = f"/admin/api/users/{ALICE}"
HOST = "/admin/api/nps/nps1"
CLIENT = f"{HOST}/clients/192.0.2.0/24"
TOKEN = "/admin/api/api-tokens/robot"
STALE = {"If-Match": '"0123456789abcdef0123456789abcdef"'}


@pytest.fixture
def services(farm_folder, clock, database_kind, request):
    if database_kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        with (farm_folder / "tallystick.toml").open("a") as file:
            file.write(f'\n[store]\nurl = "{url}"\n')
    with assembled(farm_folder, clock) as rooms:
        yield rooms


@pytest.fixture
def world(services, script):
    """One of each thing that has an address."""
    services.directory.add(ALICE, PASSWORD)
    services.trusts.add(metadata().encode())
    services.farm.set_build("sts1", "20348.349", "set-up")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    services.mfa.codes.add_tokens([NewToken(ALICE, "T1", "A" * 32)])
    services.mfa.codes.register(ALICE, "A" * 32)
    script("PUT", CLIENT, {"secret": "a shared secret of the client"})
    script("POST", "/admin/api/api-tokens", {"name": "robot", "role": "auditor"})
    return services


CHANGES = [
    (NODE, "PUT", NODE, {"build": "20348.350"}),
    (NODE, "DELETE", NODE, None),
    (HOST, "PUT", HOST, {"port": 1900}),
    (f"{HOST}/registry", "PUT", f"{HOST}/registry", {"override": "TRUE"}),
    (CLIENT, "PUT", CLIENT, {"label": "VPN"}),
    (CLIENT, "DELETE", CLIENT, None),
    (HOST, "DELETE", HOST, None),
    (TRUST, "PUT", TRUST, {"token_lifetime": 30}),
    (TRUST, "DELETE", TRUST, None),
    ("/admin/api/policy", "PATCH", "/admin/api/policy", {"SoftwareOath.state": "disabled"}),
    (USER, "PATCH", USER, {"attributes": {"sn": "Archer"}}),
    (USER, "PUT", f"{USER}/groups", {"groups": ["Staff"]}),
    (USER, "PUT", f"{USER}/disabled", None),
    (f"{USER}/nt-hash", "PUT", f"{USER}/nt-hash", None),
    (f"{USER}/methods", "DELETE", f"{USER}/methods", None),
    (f"{USER}/sessions", "DELETE", f"{USER}/sessions", None),
    (USER, "DELETE", USER, None),
    (TOKEN, "DELETE", TOKEN, None),
]


@pytest.mark.parametrize(("shown", "method", "path", "body"), CHANGES)
def test_a_change_is_made_only_to_what_was_read(shown, method, path, body, world, script):
    before = script("GET", shown)

    refused = script(method, path, body, **STALE)
    assert (refused.status_code, refused.json["error"]) == (412, "precondition_failed")
    assert script("GET", shown).json == before.json

    made = script(method, path, body, **{"If-Match": before.headers["ETag"]})
    assert made.status_code < 300, made.text


def test_every_address_that_can_be_changed_by_put_patch_or_delete_has_an_etag(app):
    """Its own, or that of an address above it."""
    reading = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in getattr(app.view_functions[rule.endpoint], "views", {})
    }

    for rule in app.url_map.iter_rules():
        views = getattr(app.view_functions[rule.endpoint], "views", {})
        if {"PUT", "PATCH", "DELETE"} & set(views):
            assert any(rule.rule == each or rule.rule.startswith(f"{each}/") for each in reading)


def test_a_key_that_was_promoted_meanwhile_is_not_retired(script):
    script("POST", "/admin/api/keys", {"kind": "ecdsa"})
    first, second = (each["thumbprint"] for each in script("GET", "/admin/api/keys").json)
    path = f"/admin/api/keys/{first}"
    etag = script("GET", path).headers["ETag"]
    script("PUT", f"/admin/api/keys/{second}", {"role": "primary"})

    assert script("DELETE", path, **{"If-Match": etag}).status_code == 412
    etag = script("GET", path).headers["ETag"]
    assert script("DELETE", path, **{"If-Match": etag}).status_code == 200


def test_without_if_match_a_change_is_made_as_ever(world, script):
    assert script("PUT", NODE, {"build": "20348.350"}).status_code == 200


@pytest.mark.parametrize("path", [NODE, TRUST, USER, HOST, "/admin/api/nodes", "/admin/api/users"])
def test_what_the_client_has_is_not_sent_again(path, world, script):
    first = script("GET", path)
    etag = first.headers["ETag"]

    again = script("GET", path, **{"If-None-Match": f'"other", W/{etag}'})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert not etag.startswith("W/")
    assert script("GET", path, **{"If-None-Match": '"other"'}).json == first.json


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (NODE, {"build": "20348.350"}),
        (HOST, {"version": "1.2.2216.1"}),
        (CLIENT, {"secret": "another secret of the client"}),
    ],
)
def test_a_put_that_only_makes_overwrites_nothing(path, body, world, script):
    only_new = {"If-None-Match": "*"}
    before = script("GET", path).json

    assert script("PUT", path, body, **only_new).status_code == 412
    assert script("GET", path).json == before
    assert script("PUT", path.replace("1", "9", 1), body, **only_new).status_code in (200, 404)


def test_if_match_refuses_to_make_what_is_not_there(script):
    for value in ("*", '"abc"', "nonsense", ""):
        answer = script("PUT", NODE, {"build": "20348.350"}, **{"If-Match": value})
        assert answer.status_code == 412
    assert script("GET", NODE).status_code == 404


def test_a_body_that_cannot_be_used_is_told_before_the_condition(world, script):
    answer = script("PUT", NODE, {}, **STALE)

    assert (answer.status_code, answer.json["error"]) == (400, "bad_body")


def test_a_weak_etag_matches_no_change(world, script):
    weak = f"W/{script('GET', NODE).headers['ETag']}"

    assert script("PUT", NODE, {"build": "20348.350"}, **{"If-Match": weak}).status_code == 412


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("path", "method", "bodies"),
    [
        (NODE, "PUT", [{"build": f"20348.{350 + n}"} for n in range(6)]),
        (USER, "PATCH", [{"attributes": {"sn": f"Archer {n}"}} for n in range(6)]),
        (TRUST, "PUT", [{"token_lifetime": 30 + n} for n in range(6)]),
    ],
)
def test_of_changes_at_the_same_time_one_is_made(path, method, bodies, world, script, app):
    etag = script("GET", path).headers["ETag"]

    def change(body):
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "If-Match": etag}
        client = app.test_client()
        answer = client.open(path, method=method, json=body, base_url=BASE_URL, headers=headers)
        return answer.status_code

    with ThreadPoolExecutor(len(bodies)) as pool:
        statuses = sorted(pool.map(change, bodies))

    assert statuses == [200] + [412] * (len(bodies) - 1)
