"""The history of the farm in a browser: a change is found and undone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from support.browsers.administrator import signed_in

from idp.management import nodes, nps_changes
from idp.nps.registry import changes_from_texts

UPDATE = "20348.2031"


def change_the_farm(services) -> None:
    """One change of each kind; the newest is of several nodes at once."""
    nodes.set_build(services, "a-node-with-a-rather-long-name-as-they-happen.example", "KB5007206")
    nodes.rename(services, "sts3", "sts9")
    nodes.remove(services, "sts9")
    registry = changes_from_texts({"override": "TRUE"})
    nps_changes.set_host(services, "nps1", version="1.2.2216.1", registry=changes_from_texts({}))
    nps_changes.set_host(services, "nps1", registry=registry, port=1899)
    nps_changes.restart(services, "nps1")
    nodes.set_builds(services, ("sts1", "sts2"), UPDATE)


def builds(services) -> dict[str, str]:
    return {node.name: node.build for node in services.farm.nodes()}


def newest_row(page: Page):
    return page.get_by_role("row").nth(1)


def test_a_change_of_several_nodes_is_undone_by_keyboard(farm_page, services, looks):
    farm_page.get_by_role("link", name="History and undo").click()
    expect(farm_page.get_by_text("Nobody has changed the farm yet.")).to_be_visible()
    before = builds(services)
    change_the_farm(services)
    farm_page.reload()
    looks(farm_page, "admin-farm-history")
    expect(newest_row(farm_page)).to_contain_text("17763.2299 → 20348.2031")

    newest_row(farm_page).get_by_role("button", name="Undo").focus()
    farm_page.keyboard.press("Enter")

    expect(farm_page.get_by_role("status")).to_contain_text("sts2 runs 17763.2299.")
    expect(newest_row(farm_page)).to_contain_text("Undo of change")
    expect(farm_page.get_by_role("row").nth(2)).to_contain_text("undone by")
    assert builds(services)["sts2"] == before["sts2"]
    looks(farm_page, "admin-farm-history-undone")


def test_what_was_changed_meanwhile_is_told_without_script(page_without_script, farm_url, services):
    page = signed_in(page_without_script, farm_url)
    nodes.set_build(services, "sts1", UPDATE)
    page.get_by_role("link", name="History and undo").click()
    nodes.set_build(services, "sts1", "20348.349")

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("alert")).to_contain_text("runs 20348.349 now, not 20348.2031")
    assert builds(services)["sts1"] == "20348.349"
