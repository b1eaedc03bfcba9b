"""The navigation of administration: groups of links, without script, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.browsers.administrator import signed_in

NARROW = {"viewport": {"width": 390, "height": 800}}


def current(page):
    return page.get_by_role("navigation", name="Administration").locator("[aria-current=page]")


def test_a_group_names_its_links_and_the_page_is_marked(page_without_script, farm_url, looks):
    page = signed_in(page_without_script, farm_url)
    looks(page, "admin-navigation")

    page.get_by_role("list", name="Server").get_by_role("link", name="Keys").click()

    expect(current(page)).to_have_text("Keys")
    expect(page.get_by_text("tallystick keys list")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()


@pytest.mark.parametrize("way", ["keys", "pointer"])
def test_on_a_narrow_page_a_button_opens_it_without_script(
    way, page_without_script, farm_url, looks
):
    page = signed_in(page_without_script, farm_url)
    page.set_viewport_size(NARROW["viewport"])
    expect(page.get_by_role("link", name="Keys")).to_be_hidden()
    menu = page.get_by_role("button", name="Menu")

    if way == "keys":
        menu.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Overview", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Keys")).to_be_hidden()
        expect(menu).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Overview", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    else:
        menu.click()
        expect(current(page)).to_have_text("Farm")
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("link", name="Keys")).to_be_hidden()
        menu.click()
        page.get_by_role("link", name="Keys").click()
        expect(page.get_by_text("tallystick keys list")).to_be_visible()
