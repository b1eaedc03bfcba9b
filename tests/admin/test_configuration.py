"""The configuration by REST and on its page: the same document, seen before it is applied."""

from __future__ import annotations

import io
import json
import tomllib

import pytest
from lxml import html
from support.servers.server_folder import BASE_URL
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from idp.audit.changes import ChangeQuery

API, PAGE = "/admin/api/configuration", "/admin/configuration"
NODE = {"format": 1, "nodes": [{"name": "sts1", "build": "20348.350"}]}


@pytest.fixture
def world(services):
    services.farm.set_build("sts1", "20348.349", "set-up")
    services.trusts.add(metadata().encode())
    services.directory.add(ALICE, PASSWORD)
    return services


@pytest.fixture
def post(administrator):
    def post(**form):
        data = {"csrf": administrator.csrf(), "action": "preview", **form}
        return administrator.client.post(
            PAGE,
            data=data,
            base_url=BASE_URL,
            headers=administrator.headers,
            content_type="multipart/form-data",
        )

    return post


def press_apply(page, post, **changes):
    """Press the button under a preview."""
    [form] = [each for each in html.fromstring(page.text).forms if "seen" in each.fields]
    fields = {name: (value or "").removeprefix("\n") for name, value in form.fields.items()}
    return post(**{**fields, **changes})


def entries(services):
    return [
        (each.verb, each.about, each.before, each.after)
        for each in services.changes.store.newest(ChangeQuery(), 20)
    ]


def test_what_rest_shows_changes_nothing(world, script):
    document = script("GET", API).json

    assert [each["name"] for each in document["users"]] == [ALICE]
    assert script("PUT", f"{API}?prune=true", document).json["changes"] == []
    assert entries(world) == []


def test_diff_and_apply_by_rest(world, script):
    diff = script("POST", f"{API}/diff", NODE).json
    rehearsed = script("PUT", f"{API}?dry_run=true", NODE).json
    assert world.farm.node("sts1").build == "20348.349"
    done = script("PUT", f"{API}?seen={diff['digest']}", NODE).json

    assert (rehearsed.pop("applied"), done.pop("applied")) == (False, True)
    assert diff == rehearsed == done
    assert [each["action"] for each in done["changes"]] == ["change"]
    assert world.farm.node("sts1").build == "20348.350"
    for seen in (diff["digest"], ""):
        late = script("PUT", f"{API}?seen={seen}", NODE)
        assert (late.status_code, late.json["error"]) == (409, "configuration_changed")


def test_faults_by_rest_have_places_and_codes(world, script):
    wrong = {"format": 1, "nodes": [{"nam": 1}], "trusts": [{"entity_id": SP_ID, "settings": 3}]}

    for answer in (script("PUT", API, wrong), script("POST", f"{API}/diff", wrong)):
        assert (answer.status_code, answer.json["error"]) == (422, "bad_configuration")
        places = {each["place"]: each["code"] for each in answer.json["faults"]}
        assert places == {
            "nodes[0].name": "missing_key",
            "nodes[0].nam": "unknown_key",
            "trusts[0].settings": "bad_value",
        }
    assert script("PUT", f"{API}?prune=perhaps", NODE).json["error"] == "bad_body"
    assert script("PUT", API, b"[]").json["error"] == "bad_body"


def test_page_rest_and_command_leave_the_same_entries(world, script, post, farm_folder):
    from click.testing import CliRunner

    from idp import cli

    found = []
    for way in ("page", "REST", "command"):
        world.farm.set_build("sts1", "20348.349", "set-up")
        if way == "page":
            assert press_apply(post(text=json.dumps(NODE)), post).status_code == 303
        elif way == "REST":
            script("PUT", API, NODE)
        else:
            file = farm_folder / "new.json"
            file.write_text(json.dumps(NODE))
            command = ["config", "apply", str(file), "-c", str(farm_folder / "tallystick.toml")]
            assert CliRunner().invoke(cli.main, command).exit_code == 0
        newest = entries(world)[:2]
        found.append(
            [
                (verb, about, {**(before or {}), "changed_by": ""}, {**after, "changed_by": ""})
                for verb, about, before, after in newest
            ]
        )
    for each in found:
        each[1][2].pop("changed_at", None)
        each[1][3].pop("changed_at", None)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("form", ["toml", "json"])
def test_the_page_sends_the_file_and_takes_it_back(form, world, administrator, post):
    file = administrator.see(f"{PAGE}/download?format={form}")
    assert file.headers["Content-Disposition"] == f'attachment; filename="configuration.{form}"'
    read = {"toml": tomllib.loads, "json": json.loads}[form]
    assert read(file.text)["format"] == 1

    page = post(file=(io.BytesIO(file.data), f"configuration.{form}"))

    assert "Nothing would change" in page.text
    assert "Apply these changes" not in page.text


def test_the_page_applies_what_was_seen_and_nothing_else(world, post, administrator):
    preview = post(text=json.dumps(NODE))
    assert "change node sts1: build: 20348.349 → 20348.350" in preview.text
    assert world.farm.node("sts1").build == "20348.349"
    world.farm.set_build("sts1", "20348.1", "somebody else")

    again = press_apply(preview, post)

    assert "has changed since you saw this" in again.text
    assert world.farm.node("sts1").build == "20348.1"
    assert press_apply(again, post).status_code == 303
    assert world.farm.node("sts1").build == "20348.350"
    assert "Applied: 1 changed." in administrator.see(PAGE).text


def test_other_text_than_the_one_that_was_seen_is_not_applied(world, post):
    other = json.dumps({"format": 1, "nodes": [], "trusts": [], "users": []})

    assert press_apply(post(text=json.dumps(NODE)), post, text=other, prune="on").status_code == 200

    assert world.trusts.list()
    assert world.directory.list()


def test_prune_is_shown_and_kept_from_the_preview_to_the_button(world, post):
    preview = post(text='{"format": 1, "nodes": []}', prune="on")
    assert "remove node sts1" in preview.text

    assert press_apply(preview, post).status_code == 303

    assert world.farm.nodes() == ()


def test_every_fault_is_on_the_page_and_what_was_typed_stays(world, post):
    page = post(text='format = 1\nnode = []\n[[nodes]]\nname = "<b>"\nbuild = "x"')

    assert page.status_code == 422
    found = [
        each.text_content() for each in html.fromstring(page.text).xpath("//*[@id='problem']//li")
    ]
    assert [each.partition(":")[0] for each in found] == ["node", "nodes[0] (<b>)"]
    assert "<b>" not in page.text
    assert "node = []" in html.fromstring(page.text).get_element_by_id("text").text
    assert post(file=(io.BytesIO(b"\xff\x00"), "x")).status_code == 422
    assert post(text="").status_code == 422


def test_an_auditor_sees_and_compares_but_does_not_apply(world, signed_in_as):
    auditor = signed_in_as("auditor")

    preview = auditor.post(
        PAGE, {"csrf": auditor.csrf(), "action": "preview", "text": json.dumps(NODE)}
    )
    assert "20348.349 → 20348.350" in preview.text
    assert "Apply these changes" not in preview.text
    form = {"csrf": auditor.csrf(), "action": "apply", "text": json.dumps(NODE)}
    assert auditor.post(PAGE, form).status_code == 403
    assert world.farm.node("sts1").build == "20348.349"


def test_old_proofs_are_asked_for_again(world, signed_in_as, clock):
    browser = signed_in_as("administrator")
    clock.advance(minutes=6)
    form = {"csrf": browser.csrf(), "action": "apply", "text": json.dumps(NODE)}

    asked = browser.post(PAGE, form)
    too_long = browser.post(PAGE, {**form, "text": f"# {'x' * 3000}"})

    assert asked.location == "/admin/continue"
    assert (too_long.status_code, "second factor again" in too_long.text) == (403, True)
    assert world.farm.node("sts1").build == "20348.349"
