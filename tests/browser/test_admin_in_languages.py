"""The pages of administration in German: long words fit on a narrow screen, axe finds nothing."""

from __future__ import annotations

from playwright.sync_api import expect
from support.servers.busy_server import PAGES, keep_busy

from idp.audit.record import SignInRecord
from idp.web.languages import COOKIE

NARROW = {"width": 320, "height": 640}
"""1280 pixels at 400 % (WCAG 1.4.10)."""

WIDTHS = (810, 1030, 1280)
"""Tables of the least width, of the least width with whole short words, and usual ones."""

BROKEN_WORDS = """
[...document.querySelectorAll(".rows td span, .log td:nth-child(4)")].filter(cell => {
  if (!/^\\S{1,12}$/.test(cell.textContent.trim())) return false
  const text = document.createRange()
  text.selectNodeContents(cell)
  return text.getClientRects().length > 1
}).map(cell => cell.textContent)
"""
"""The cells that hold one short word and break it."""


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


def test_tables_fit_on_wider_screens_and_break_no_short_word_on_wide_ones(
    farm_page, farm_url, services
):
    keep_busy(services)
    services.log.append(
        SignInRecord(
            services.clock.now(), 1200, "0b0c" * 9, user="firstname.lastname@example.test",
            trust="https://application.department.example.test/saml/metadata", node="srv2022",
            experience="number_match", reason="kb_installed", outcome="issued",
        )
    )  # fmt: skip
    farm_page.context.add_cookies([{"name": COOKIE, "value": "de", "url": farm_url}])
    wide, broken = {}, {}
    for path in PAGES:
        farm_page.goto(f"{farm_url}{path}")
        for width in WIDTHS:
            farm_page.set_viewport_size({"width": width, "height": 800})
            beside = farm_page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if beside > 0:
                wide[path, width] = beside
            if width > min(WIDTHS) and (words := farm_page.evaluate(BROKEN_WORDS)):
                broken[path, width] = words
    assert (wide, broken) == ({}, {})


def test_the_language_is_chosen_at_the_foot_of_the_page(farm_page, looks):
    farm_page.get_by_role("navigation", name="Language").get_by_role(
        "button", name="Deutsch"
    ).click()

    expect(farm_page.get_by_role("heading", name="Knoten hinzufügen")).to_be_visible()
    looks(farm_page, "admin-farm-de")
