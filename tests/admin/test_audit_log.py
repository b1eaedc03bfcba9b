"""The audit log: every change by page and REST is in it, and it can be read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from support.servers.admin_changes import page_changes, rest_changes
from support.servers.admin_changes.accounts import ONE_USER, PASSWORD, USER
from support.servers.admin_changes.farm import SHARED
from support.servers.admin_changes.second_factors import SECRET, code
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE

from adapter.mfa.codes.hardware import NewToken
from idp.audit.changes import PAGE, REST, ChangeQuery
from idp.config.testing import TestingSection


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


STORE_NOTHING = {
    ("/policy/diff", "POST"),
    ("/nodes/what-if", "POST"),
    ("/configuration/diff", "POST"),
    (f"{ONE_USER}/code-apps", "POST"),
    ("/adapters/<name>/check", "POST"),
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
