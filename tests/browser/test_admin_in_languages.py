"""The pages of administration in German: long words fit on a narrow screen, axe finds nothing."""

from __future__ import annotations

from playwright.sync_api import expect
from support.servers.busy_server import PAGES, keep_busy

from idp.web.languages import COOKIE

NARROW = {"width": 320, "height": 640}
"""1280 pixels at 400 % (WCAG 1.4.10)."""


def test_every_page_fits_in_german_on_a_narrow_screen(farm_page, farm_url, services, axe):
    keep_busy(services)
    farm_page.context.add_cookies([{"name": COOKIE, "value": "de", "url": farm_url}])
    farm_page.set_viewport_size(NARROW)
    wide = {}
    for path in PAGES:
        farm_page.goto(f"{farm_url}{path}")
        expect(farm_page.locator("html")).to_have_attribute("lang", "de")
        beside = farm_page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beside > 0:
            wide[path] = beside
        axe(farm_page)
    assert wide == {}


def test_the_language_is_chosen_at_the_foot_of_the_page(farm_page, looks):
    farm_page.get_by_role("navigation", name="Language").get_by_role(
        "button", name="Deutsch"
    ).click()

    expect(farm_page.get_by_role("heading", name="Knoten hinzufügen")).to_be_visible()
    looks(farm_page, "admin-farm-de")
