"""The audit log: every change by page and REST is in it, and it can be read."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pyotp
import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE

from adapter.mfa.codes.hardware import NewToken
from idp.audit.changes import PAGE, REST, ChangeQuery
from idp.config.testing import TestingSection
from idp.federation.metadata.schedule import PendingUpdate, RefreshState

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a new password of Alice"
SHARED = "a shared secret of the client"
CSV = f"upn,serial number,secret key,time interval\n{ALICE},T2,{SECRET},30\n"
OTHER_SP = "urn:other-sp"
BOB = "bob@example.test"

USER = f"/users/{ALICE}"
ONE_USER = "/users/<name>"
ONE_TRUST = "/trusts/<path:entity_id>"


@pytest.fixture
def services(services):
    """The rooms of a server for testing, which allows faults."""
    testing = TestingSection(allow_faults=True)
    return replace(services, config=services.config.model_copy(update={"testing": testing}))


@pytest.fixture
def world(services):
    """A server that has one of each thing that can be changed."""
    services.directory.add(ALICE, "first password")
    services.trusts.add(metadata().encode())
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    services.mfa.codes.add_tokens([NewToken(ALICE, "T1", SECRET)])
    return services


def hold_update(services) -> None:
    held = PendingUpdate(metadata().encode(), ("for the test",))
    services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))


def code(services) -> str:
    """A code that was not used yet: each takes the next step of the clock."""
    services.clock.advance(seconds=31)
    return pyotp.TOTP(SECRET).at(services.clock.now())


def code_app(services, script) -> dict[str, str]:
    offer = script("POST", f"/admin/api{USER}/code-apps").json
    services.clock.advance(seconds=31)
    return {"sealed": offer["sealed"], "code": pyotp.TOTP(offer["secret"]).at(services.clock.now())}


def rest_changes(services, script):
    """Yield rule, method, path, body and the verb of the entry, each in the order of a story."""
    yield "/nodes/<name>", "PUT", "/nodes/sts9", {"build": "20348.350"}, "node.set"
    yield (
        "/nodes/import",
        "POST",
        "/nodes/import",
        {"csv": "name,build\nsts8,20348.350"},
        "node.set",
    )
    rename = "/nodes/sts9/rename"
    yield "/nodes/<name>/rename", "POST", rename, {"name": "sts7"}, "node.rename"
    yield "/nodes/<name>", "DELETE", "/nodes/sts7", None, "node.remove"
    yield "/nps/<name>", "PUT", "/nps/nps2", {"version": "1.2.2216.1"}, "nps.set"
    yield "/nps/<name>/registry", "PUT", "/nps/nps1/registry", {"override": "TRUE"}, "nps.set"
    yield "/nps/<name>/restart", "POST", "/nps/nps1/restart", None, "nps.restart"
    client = "/nps/nps1/clients/192.0.2.0/24"
    rule = "/nps/<name>/clients/<path:network>"
    yield rule, "PUT", client, {"secret": SHARED}, "nps_client.set"
    yield rule, "DELETE", client, None, "nps_client.remove"
    yield "/nps/<name>", "DELETE", "/nps/nps2", None, "nps.remove"
    yield "/keys", "POST", "/keys", {"kind": "ecdsa"}, "key.roll"
    second = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "PUT", f"/keys/{second}", {"role": "primary"}, "key.promote"
    old = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "DELETE", f"/keys/{old}", None, "key.retire"
    yield "/policy", "PATCH", "/policy", {"SoftwareOath.state": "enabled"}, "policy.set"
    policy = script("GET", "/admin/api/policy").json["policy"]
    yield "/policy", "PUT", "/policy", policy, "policy.set"
    other = {"metadata": metadata(OTHER_SP)}
    yield "/trusts", "POST", "/trusts", other, "trust.add"
    yield ONE_TRUST, "PUT", f"/trusts/{SP_ID}", {"token_lifetime": 30}, "trust.set"
    hold_update(services)
    yield ONE_TRUST, "POST", f"/trusts/{SP_ID}", {"accept": True}, "trust.accept"
    yield ONE_TRUST, "DELETE", f"/trusts/{OTHER_SP}", None, "trust.remove"
    token = {"user": ALICE, "serial_number": "T3", "secret_key": SECRET}
    yield "/tokens", "POST", "/tokens", token, "token.add"
    yield "/tokens/import", "POST", "/tokens/import", {"csv": CSV}, "token.add"
    activate = f"{ONE_USER}/tokens/<serial_number>/activate"
    yield activate, "POST", f"{USER}/tokens/T1/activate", {"code": code(services)}, "token.activate"
    confirm = f"{USER}/code-apps/confirm"
    body = code_app(services, script)
    yield f"{ONE_USER}/code-apps/confirm", "POST", confirm, body, "user.code_app_add"
    first, second, *_ = script("GET", f"/admin/api{USER}/methods").json["methods"]
    one_method, default = f"{ONE_USER}/methods/<method_id>", f"{ONE_USER}/methods/default"
    chosen = {"id": second["id"]}
    yield default, "PUT", f"{USER}/methods/default", chosen, "user.method_default"
    path = f"{USER}/methods/{first['id']}"
    yield one_method, "PATCH", path, {"name": "On the desk"}, "user.method_rename"
    yield one_method, "DELETE", path, None, "user.method_remove"
    yield f"{ONE_USER}/methods", "DELETE", f"{USER}/methods", None, "user.method_remove"
    yield f"{ONE_USER}/block", "POST", f"{USER}/block", {"days": 2}, "user.block"
    yield f"{ONE_USER}/block", "DELETE", f"{USER}/block", None, "user.unblock"
    yield f"{ONE_USER}/risk", "DELETE", f"{USER}/risk", None, "user.dismiss_risk"
    yield f"{ONE_USER}/access-pass", "POST", f"{USER}/access-pass", {}, "user.pass"
    yield f"{ONE_USER}/access-pass", "DELETE", f"{USER}/access-pass", None, "user.pass_remove"
    yield f"{ONE_USER}/nt-hash", "PUT", f"{USER}/nt-hash", None, "user.nt_hash_want"
    yield f"{ONE_USER}/nt-hash", "DELETE", f"{USER}/nt-hash", None, "user.nt_hash_drop"
    yield f"{ONE_USER}/unlock", "POST", f"{USER}/unlock", None, "user.unlock"
    made = {"name": "robot", "role": "auditor"}
    yield "/api-tokens", "POST", "/api-tokens", made, "api_token.add"
    yield "/api-tokens/<name>", "DELETE", "/api-tokens/robot", None, "api_token.revoke"
    reset = {"compromised": True, "password": PASSWORD}
    yield f"{ONE_USER}/reset", "POST", f"{USER}/reset", reset, "user.reset"
    yield from directory_changes()
    due = f"/faults/next/{SP_ID}"
    one_due = "/faults/next/<path:entity_id>"
    yield one_due, "PUT", due, {"fault": "audience_wrong"}, "trust.fault"
    yield one_due, "DELETE", due, None, "trust.fault_clear"


def directory_changes():
    """Yield the same of a user's account."""
    added = {"name": BOB, "password": PASSWORD}
    yield "/users", "POST", "/users", added, "user.add"
    yield ONE_USER, "PATCH", USER, {"attributes": {"sn": "Archer"}}, "user.set"
    yield f"{ONE_USER}/groups", "PUT", f"{USER}/groups", {"groups": ["Staff"]}, "user.set"
    yield f"{ONE_USER}/password", "POST", f"{USER}/password", {"password": PASSWORD}, "user.passwd"
    yield f"{ONE_USER}/disabled", "PUT", f"{USER}/disabled", None, "user.disable"
    yield f"{ONE_USER}/disabled", "DELETE", f"{USER}/disabled", None, "user.enable"
    yield f"{ONE_USER}/sessions", "DELETE", f"{USER}/sessions", None, "user.sign_out"
    new = f"new.{BOB}"
    yield f"{ONE_USER}/rename", "POST", f"/users/{BOB}/rename", {"name": new}, "user.rename"
    yield ONE_USER, "DELETE", f"/users/{new}", None, "user.remove"


STORE_NOTHING = {
    ("/policy/diff", "POST"),
    ("/nodes/what-if", "POST"),
    (f"{ONE_USER}/code-apps", "POST"),
}
"""What is sent with POST and changes nothing."""


def newest(services):
    return services.changes.store.newest(ChangeQuery(), 1)[0]


def test_every_change_by_rest_has_an_entry(world, script, app):
    seen = set()
    for rule, method, path, body, verb in rest_changes(world, script):
        last = next(iter(world.changes.store.newest(ChangeQuery(), 1)), None)

        answer = script(method, f"/admin/api{path}", body)

        assert answer.status_code < 300, (path, answer.text)
        entry = newest(world)
        assert last is None or entry.id > last.id, f"{method} {path} left no entry"
        assert entry.verb == verb
        assert (entry.actor.via, entry.actor.client_ip) == (REST, "127.0.0.1")
        assert entry.actor.activity_id
        seen.add((rule, method))
    assert seen | STORE_NOTHING == set(changing_routes(app))
    everything = json.dumps(
        [each.as_json() for each in world.changes.store.newest(ChangeQuery(), 500)]
    )
    assert not any(secret in everything for secret in (SECRET, PASSWORD, SHARED))


def changing_routes(app):
    for rule in app.url_map.iter_rules():
        views = getattr(app.view_functions[rule.endpoint], "views", {})
        for method in views:
            if method != "GET":
                yield rule.rule.removeprefix("/admin/api"), method


def page_changes(services):
    """Yield path, form and verb; a form may hold an open file."""
    yield "/admin/nodes", {"name": "sts9", "build": "20348.350"}, "node.set"
    yield "/admin/nodes/builds", {"node": "sts9", "build": "20348.349"}, "node.set"
    listed = {"action": "import", "csv": "name,build\nsts8,20348.350"}
    yield "/admin/nodes/list", listed, "node.set"
    renamed = {"action": "rename", "name": "sts8", "new_name": "sts7"}
    yield "/admin/nodes/list", renamed, "node.rename"
    yield "/admin/nodes/list", {"action": "remove", "name": "sts7"}, "node.remove"
    yield "/admin/nps", {"name": "nps1", "version": "1.2.2216.1"}, "nps.set"
    yield "/admin/nps/restart", {"name": "nps1"}, "nps.restart"
    yield "/admin/keys", {"action": "roll", "kind": "ecdsa"}, "key.roll"
    yield "/admin/keys", {"action": "promote"}, "key.promote"
    yield "/admin/keys", {"action": "retire"}, "key.retire"
    yield "/admin/trusts/one", {"id": SP_ID, "token_lifetime": "30"}, "trust.set"
    hold_update(services)
    yield "/admin/trusts/one", {"id": SP_ID, "action": "accept"}, "trust.accept"
    saved = {"action": "save", "version": "0", "SoftwareOath.state": "disabled"}
    yield "/admin/policies", saved, "policy.set"
    file = (io.BytesIO(CSV.encode()), "tokens.csv")
    yield "/admin/tokens", {"action": "import", "file": file}, "token.add"
    activation = {
        "action": "activate",
        "user": ALICE,
        "serial_number": "T1",
        "code": code(services),
    }
    yield "/admin/tokens", activation, "token.activate"
    added = {"action": "add", "name": "robot", "role": "auditor", "expires": "1d"}
    yield "/admin/api-tokens", added, "api_token.add"
    yield "/admin/api-tokens", {"action": "revoke", "name": "robot"}, "api_token.revoke"
    for action, verb in (
        ("unlock", "user.unlock"),
        ("block", "user.block"),
        ("unblock", "user.unblock"),
        ("dismiss", "user.dismiss_risk"),
        ("nt_hash_on", "user.nt_hash_want"),
        ("nt_hash_off", "user.nt_hash_drop"),
    ):
        yield "/admin/users", {"action": action, "name": ALICE}, verb
    yield from directory_posts()
    entered = {"way": "entered", "entity_id": OTHER_SP, "acs": "https://other.example.test/acs"}
    yield "/admin/trusts/add", entered, "trust.add"
    yield "/admin/trusts/remove", {"id": OTHER_SP}, "trust.remove"
    yield "/admin/faults", {"id": SP_ID, "fault": "audience_wrong"}, "trust.fault"
    yield "/admin/faults", {"id": SP_ID, "fault": ""}, "trust.fault_clear"


def directory_posts():
    """Yield the same of the page of one user."""
    yield "/admin/users", {"action": "add", "name": BOB, "password": PASSWORD}, "user.add"
    for action, verb, fields in (
        ("attributes", "user.set", {"a-sn": "Archer"}),
        ("groups", "user.set", {"groups": "Staff"}),
        ("pass", "user.pass", {}),
        ("password", "user.passwd", {"password": PASSWORD}),
        ("disable", "user.disable", {}),
        ("enable", "user.enable", {}),
        ("sign_out", "user.sign_out", {}),
        ("remove_methods", "user.method_remove", {}),
        ("compromised", "user.reset", {"password": PASSWORD}),
        ("rename", "user.rename", {"new_name": f"new.{BOB}"}),
    ):
        yield "/admin/users/one", {"action": action, "name": BOB, **fields}, verb
    gone = f"new.{BOB}"
    yield "/admin/users/one", {"action": "remove", "name": gone, "confirm": gone}, "user.remove"


def test_every_change_by_page_has_an_entry(world, administrator, app):
    seen = set()
    for path, form, verb in page_changes(world):
        last = next(iter(world.changes.store.newest(ChangeQuery(), 1)), None)
        if path == "/admin/keys" and form["action"] != "roll":
            keys = administrator.see(path).text
            form["thumbprint"] = keys.split('name="thumbprint" value="')[1].split('"')[0]

        if path == "/admin/trusts/add":
            shown = administrator.post(path, {"csrf": administrator.csrf(), **form}).text
            form["seen"] = shown.split('name="seen" value="')[1].split('"')[0]

        answer = administrator.post(path, {"csrf": administrator.csrf(), **form})

        assert answer.status_code in (200, 303), (path, form, answer.text)
        entry = newest(world)
        assert last is None or entry.id > last.id, f"{path} {form} left no entry"
        assert (entry.verb, entry.actor.via) == (verb, PAGE)
        seen.add(path)
    posts = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin/") and "POST" in rule.methods and "/api/" not in rule.rule
    }
    assert seen == posts - {"/admin/", "/admin/sign-out"}


def test_an_entry_says_what_it_was_before_and_after(world, script):
    script("PUT", "/admin/api/nodes/sts1", {"build": "20348.349"})
    script("PUT", "/admin/api/nodes/sts1", {"build": "20348.350"})

    entry = newest(world)

    assert (entry.about, entry.actor.name, entry.actor.role) == (
        "sts1", "administrator", "administrator",
    )  # fmt: skip
    assert (entry.before["build"], entry.after["build"]) == ("20348.349", "20348.350")
    assert "product" not in entry.before


def test_a_long_text_is_kept_as_its_digest(world, script):
    notes = "x" * 2000
    script("PUT", f"/admin/api/trusts/{SP_ID}", {"notes": notes})

    assert newest(world).after["notes"]["length"] == 2000


def test_a_change_that_fails_leaves_no_entry_and_a_wrong_code_still_counts(world, script):
    path = f"/admin/api{USER}/tokens/T1/activate"
    before = world.changes.store.newest(ChangeQuery(), 10)

    codes = [script("POST", path, {"code": "000000"}).json["error"] for _ in range(12)]

    assert set(codes) == {"code_refused"}
    right = script("POST", path, {"code": code(world)})
    assert right.json["error"] == "code_refused"  # locked: the wrong ones were counted
    assert world.changes.store.newest(ChangeQuery(), 10) == before


def test_no_change_is_stored_without_its_entry(world, script):
    """The entry is in the transaction of the change."""
    with world.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE changes")

    assert script("PUT", "/admin/api/nodes/sts1", {"build": "20348.350"}).status_code == 503

    assert world.farm.node("sts1") is None


def test_the_log_is_searched_and_paged_by_rest(world, script):
    for number in range(5):
        script("PUT", f"/admin/api/nodes/sts{number}", {"build": "20348.350"})
    script("POST", f"/admin/api{USER}/unlock")

    first = script("GET", "/admin/api/audit?verb=node&limit=3").json
    second = script("GET", f"/admin/api/audit?verb=node&limit=3&before={first['next']}").json

    assert [each["object"] for each in first["entries"]] == ["sts4", "sts3", "sts2"]
    assert [each["object"] for each in second["entries"]] == ["sts1", "sts0"]
    assert second["next"] is None
    found = script("GET", "/admin/api/audit?q=ALICE&since=1h").json["entries"]
    assert [each["verb"] for each in found] == ["user.unlock"]
    assert script("GET", "/admin/api/audit?since=soon").json["error"] == "not_a_time"
    assert script("GET", "/admin/api/audit?limit=-1").json["error"] == "bad_page"


def test_the_page_shows_entries_and_escapes_them(world, administrator, script):
    assert "Nobody has changed anything yet" in administrator.see("/admin/audit").text
    script("PUT", f"/admin/api/trusts/{SP_ID}", {"notes": "<script>alert(1)</script>"})

    page = administrator.see("/admin/audit?verb=trust").text

    assert "trust.set" in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "No entry matches" in administrator.see("/admin/audit?actor=nobody").text
    assert administrator.see("/admin/audit?since=soon").status_code == 422


def test_old_entries_are_deleted(world, script):
    from idp.store.maintenance import Retention, purge
    from idp.store.sign_in_log import LogRetention

    for build in ("20348.349", "20348.350"):
        script("PUT", "/admin/api/nodes/sts1", {"build": build})

    purged = purge(world.database, world.clock.now(), keep=Retention(audit=LogRetention(entries=1)))

    assert purged.changes == 1
    assert len(world.changes.store.newest(ChangeQuery(), 10)) == 1


def test_a_token_of_the_page_is_no_part_of_an_entry(world, administrator):
    administrator.set_build("sts1", "20348.350")

    assert ADMIN_TOKEN not in str(newest(world))
    assert BASE_URL not in str(newest(world))
