"""The farm's history on its page and by REST, and the undo of a change by both."""

from __future__ import annotations

import pytest

from idp.audit.changes import ChangeQuery

HISTORY = "/admin/api/farm/history"
PAGE = "/admin/farm/history"


@pytest.fixture
def change(script):
    """Set the builds of sts1 and sts2 in one change, which is returned as REST shows it."""

    def set_both(build: str) -> dict:
        script(
            "POST", "/admin/api/nodes/import", {"csv": f"name,build\nsts1,{build}\nsts2,{build}"}
        )
        return script("GET", f"{HISTORY}?limit=1").json["changes"][0]

    return set_both


@pytest.fixture
def press(administrator):
    def undo(change_id: object):
        form = {"csrf": administrator.csrf(), "id": change_id}
        return administrator.post(f"{PAGE}/undo", form)

    return undo


def builds(services) -> set[str]:
    return {node.build for node in services.farm.nodes()}


def entries(services) -> list[tuple[object, ...]]:
    """The last three entries, without who and when."""
    newest = services.changes.store.newest(ChangeQuery(), 3)[::-1]
    return [
        (each.verb, each.before and each.before["build"], each.after.get("build"))
        for each in newest
    ]


def test_page_and_rest_undo_all_of_a_change_and_leave_the_same_entries(
    services, change, press, script, administrator
):
    change("20348.349")
    by_rest = change("20348.350")

    answer = script("POST", f"{HISTORY}/{by_rest['id']}/undo")
    assert answer.json == {
        "undone": by_rest["id"],
        "changes": ["sts2 runs 20348.349.", "sts1 runs 20348.349."],
    }
    of_rest = entries(services)
    by_page = change("20348.350")
    assert press(by_page["id"]).status_code == 303

    assert builds(services) == {"20348.349"}
    assert entries(services) == of_rest
    assert [verb for verb, *_ in of_rest] == ["farm.undo", "node.set", "node.set"]
    page = administrator.see(PAGE).text
    assert f"Change {by_page['id']} is undone. sts2 runs 20348.349." in page
    assert f"Undo of change {by_page['id']}</a>" in page


def test_what_cannot_be_undone_is_told_by_rest_and_on_the_page(
    services, change, press, script, administrator
):
    made = change("20348.349")
    script("PUT", "/admin/api/nodes/sts1", {"build": "20348.350"})

    answer = script("POST", f"{HISTORY}/{made['id']}/undo")

    assert (answer.status_code, answer.json["error"]) == (409, "changed_since")
    assert "'sts1' runs 20348.350 now, not 20348.349" in answer.json["problem"]
    refused = press(made["id"])
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "&#39;sts1&#39; runs 20348.350 now, not 20348.349." in administrator.see(PAGE).text
    shown = script("GET", HISTORY).json["changes"][1]
    assert (shown["can_be_undone"], shown["why_not"]) == (False, "changed_since")


@pytest.mark.parametrize("change_id", ["x", "0", "-1", "999999", "9" * 30, "%20", "１"])
def test_an_id_that_no_change_has_is_refused(script, press, change_id):
    answer = script("POST", f"{HISTORY}/{change_id}/undo")

    assert (answer.status_code, answer.json["error"]) == (404, "no_such_change")
    assert press(change_id).status_code == 422


def test_the_history_says_who_changed_what_and_is_paged(change, script, administrator):
    assert "Nobody has changed the farm yet." in administrator.see(PAGE).text
    first, second = change("20348.349"), change("20348.350")

    page = script("GET", f"{HISTORY}?limit=1").json
    older = script("GET", f"{HISTORY}?limit=1&before={page['next']}").json

    assert (page["changes"], older["changes"][0]["id"]) == ([second], first["id"])
    assert older["next"] is None
    assert (second["actor"], second["via"]) == ("administrator", "REST")
    assert [each["object"] for each in second["changes"]] == ["sts1", "sts2"]
    assert second["changes"][0]["before"]["build"] == "20348.349"
    assert script("GET", f"{HISTORY}?limit=0").json["error"] == "bad_page"
    assert "There are no older changes" in administrator.see(f"{PAGE}?before=1").text


def test_a_farm_whose_last_node_is_removed_still_leads_to_its_history(
    script, administrator, press, services
):
    script("PUT", "/admin/api/nodes/sts1", {"build": "20348.350"})
    script("DELETE", "/admin/api/nodes/sts1")
    assert f'href="{PAGE}"' in administrator.see("/admin/farm").text

    press(script("GET", HISTORY).json["changes"][0]["id"])

    assert builds(services) == {"20348.350"}


def test_an_auditor_sees_the_history_and_no_button(change, signed_in_as):
    change("20348.349")

    page = signed_in_as("auditor").see(PAGE).text

    assert "Node added" in page
    assert "<form" not in page.split("<table")[1]
