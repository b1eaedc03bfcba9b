"""Settings and Overview in a browser: a setting is found, and what needs attention is mended."""

from __future__ import annotations

from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.users import ALICE


def test_a_setting_is_found_by_keyboard_and_says_what_waits(farm_page, farm_folder, looks):
    farm_page.get_by_role("link", name="Settings", exact=True).click()
    looks(farm_page, "admin-settings")
    file = farm_folder / "tallystick.toml"
    file.write_text(file.read_text() + "\n[admin]\nproofs_minutes = 7\n")

    farm_page.get_by_label("Text").focus()
    farm_page.keyboard.type("dangerous change")
    farm_page.keyboard.press("Enter")

    row = farm_page.get_by_role("row", name="proofs_minutes")
    expect(row).to_contain_text("After a restart: 7")
    expect(row).to_contain_text("TALLYSTICK__ADMIN__PROOFS_MINUTES")
    expect(farm_page.get_by_role("row")).to_have_count(2)
    looks(farm_page, "admin-settings-found")


def test_without_script_a_setting_is_found(page_without_script, farm_url):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_label("Text").fill("nothing of the kind")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_text("No setting contains this text.")).to_be_visible()


def test_what_needs_attention_leads_to_the_page_that_mends_it(farm_page, services, looks):
    services.directory.add(ALICE, "first password")
    for _ in range(10):
        services.directory.check_password(ALICE, "wrong")
    farm_page.get_by_role("link", name="Overview", exact=True).click()
    looks(farm_page, "admin-overview-attention")
    locked = farm_page.get_by_role("listitem").filter(has_text="locked after wrong passwords")
    expect(locked).to_contain_text(f"tallystick user unlock {ALICE}")

    locked.get_by_role("link", name="Look at it").focus()
    farm_page.keyboard.press("Enter")
    farm_page.get_by_role("button", name="Unlock").click()
    farm_page.get_by_role("link", name="Overview", exact=True).click()

    expect(farm_page.get_by_text("locked after wrong passwords")).to_have_count(0)


def test_without_script_the_overview_leads_on(page_without_script, farm_url):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Overview", exact=True).click()
    mixed = page.get_by_role("listitem").filter(has_text="The farm is mixed")
    mixed.get_by_role("link", name="Look at it").click()

    expect(page.get_by_role("heading", name="Farm", exact=True)).to_be_visible()
