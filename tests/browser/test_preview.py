"""What users will see, now and after an update: by keyboard, without script, on paper."""

from __future__ import annotations

from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.users import ALICE, PASSWORD


def test_an_administrator_sees_what_a_user_will_see(page_without_script, farm_url, services, looks):
    services.directory.add(ALICE, PASSWORD)
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="What users will see").click()
    expect(page.get_by_role("row", name="sts1")).to_contain_text("a number to match")

    page.get_by_label("User", exact=True).fill("nobody@example.test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no user")

    page.get_by_label("User", exact=True).fill(ALICE)
    page.keyboard.press("Enter")

    row = page.get_by_role("row", name="sts2")
    expect(row).to_contain_text("no method")
    expect(row).to_contain_text("Approve/Deny")
    expect(page.get_by_text("adfs_update_installed").first).to_be_visible()
    looks(page, "admin-preview")


def test_on_paper_are_the_table_and_the_reasons_alone(farm_page):
    farm_page.get_by_role("link", name="What users will see").click()

    farm_page.emulate_media(media="print")

    expect(farm_page.get_by_role("table")).to_be_visible()
    expect(farm_page.get_by_role("button", name="Show")).to_be_hidden()
    expect(farm_page.get_by_role("navigation")).to_be_hidden()
    expect(farm_page.get_by_role("heading", name="Why")).to_be_visible()


def test_an_update_is_rehearsed_and_then_applied(page_without_script, farm_url, services, looks):
    farm = signed_in(page_without_script, farm_url)
    section = farm.get_by_role("region", name="What if?")
    section.get_by_label("sts2").check()
    section.get_by_label("Update").fill("KB5007206")
    farm.keyboard.press("Enter")

    expect(section).to_contain_text("2 of 3 nodes show a number to match")
    assert services.farm.node("sts2").build == "17763.2299"
    looks(farm, "farm-what-if")

    section.get_by_role("button", name="Apply to these nodes").click()

    expect(section.get_by_role("status")).to_contain_text("2 of 3 nodes show a number to match")
    assert services.farm.node("sts2").build == "17763.2300"


def test_a_node_is_renamed_and_what_is_wrong_is_at_its_form(farm_page, services, looks):
    section = farm_page.get_by_role("region", name="Rename, remove, import")
    section.get_by_label("Node to rename").select_option("sts3")
    section.get_by_label("New name").fill("sts1")
    farm_page.keyboard.press("Enter")
    expect(section.get_by_role("alert")).to_contain_text("already")
    expect(section.get_by_label("New name")).to_be_focused()
    looks(farm_page, "farm-node-list")

    section.get_by_label("New name").fill("sts4")
    farm_page.keyboard.press("Enter")

    expect(section.get_by_role("status")).to_contain_text("sts3 is sts4 now")
    assert services.farm.node("sts4").build == "26100.1742"
