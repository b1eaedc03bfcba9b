"""Pages at 200 % (WCAG 1.4.4 and 1.4.10): by the browser's zoom, and with larger text alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.browsers.fit import CONTROLS, CUT, UNTIL_NOTHING_MOVES, UNUSABLE
from support.languages.account_walk import Walk, walk_through
from support.languages.pseudo import pseudo
from support.languages.samples import SAMPLES, Request
from support.users import ALICE

from idp.authenticator.phone_texts import TEXTS
from idp.web.languages import COOKIE
from idp.web.page_texts import begin_language

ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
"""What a page sees of a window of 1280 × 800 at 200 %."""
WIDE = {"width": 1280, "height": 800}
LEFT_OUT = ("new password", "ended", "error", "server", "posting", "faulty")
"""Kinds of pages of which one stands for all below, and the page that a script posts at once."""
KINDS = [name for name in SAMPLES if name.partition(": ")[0] not in LEFT_OUT]
KINDS += ["new password: new_password_length", "ended: push_limit", "error: other"]
KINDS += ["server: no_waiting_place"]


def must_be_usable(page: Page, name: str) -> None:
    """Fail with what cannot be used at 200 % of zoom, or with text of 200 %, or is gone then."""
    __tracebackhide__ = True
    page.evaluate(UNTIL_NOTHING_MOVES)
    zoomed, shown = faults(page), page.evaluate(CONTROLS)
    page.set_viewport_size(WIDE)
    usual = page.evaluate(CONTROLS)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    larger, shown_larger = faults(page), page.evaluate(CONTROLS)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(ZOOMED["viewport"])
    assert (zoomed, larger) == ([], []), name
    assert usual == shown == shown_larger, name


def faults(page: Page) -> list[str]:
    return page.evaluate(UNUSABLE) + page.evaluate(CUT)


@pytest.fixture
def page(new_page) -> Page:
    return new_page(**ZOOMED)


@pytest.mark.usefixtures("pseudo_german")
def test_pages_of_a_sign_in_are_usable_at_200_percent(show, page):
    for name in KINDS:
        begin_language(Request())
        show(name)
        must_be_usable(page, name)


@pytest.mark.usefixtures("pseudo_german")
def test_security_info_and_password_reset_are_usable_at_200_percent(
    federation, account, sp, show, page
):
    walk = walk_through(federation, account, sp, Walk())
    for url, html in walk.pages:
        show(html.encode())
        must_be_usable(page, url)


@pytest.mark.usefixtures("pseudo_german")
def test_the_phone_is_usable_at_200_percent(phone_host, page):
    page.context.add_cookies([{"name": COOKIE, "value": "de", "url": phone_host.url}])
    page.goto(f"{phone_host.url}/authenticator/")
    page.locator("#advanced summary").click()
    must_be_usable(page, "activation")

    page.goto(phone_host.activation_url(totp=True))
    expect(page.get_by_text(pseudo(TEXTS["ready"]))).to_be_visible()
    phone_host.services.mfa.codes.register(ALICE, "A" * 32)
    page.reload()
    expect(page.locator("#notices li")).to_be_visible()
    must_be_usable(page, "accounts")

    page.locator(".account .remove").click()
    must_be_usable(page, "removal")
    page.locator("[value=keep]").click()

    started = phone_host.push()
    expect(page.locator("#request")).to_be_visible()
    expect(page.locator("#yes")).to_be_enabled()
    must_be_usable(page, "number")
    page.locator("#not-me").click()
    expect(page.locator("#report")).to_be_enabled()
    must_be_usable(page, "denial")
    page.locator("#back-to-asking").click()
    expect(page.locator("#yes")).to_be_enabled()
    page.locator("#number").fill(started.number)
    page.locator("#yes").click()
    expect(page.locator("#done")).to_be_visible()
    must_be_usable(page, "outcome")


@pytest.mark.parametrize(
    ("fault", "style"),
    [
        ("beside the window", "#submitButton { position: fixed; left: -3rem }"),
        ("text cut", ".buttons > * { position: fixed; width: 4rem; white-space: nowrap }"),
        ("out of reach", "#submitButton { position: fixed; top: -30px }"),
        ("overlaps", ".buttons > * { position: fixed; top: 5rem; left: 5rem }"),
        ("covered", "main::before { content: ''; position: fixed; inset: 0 }"),
        ("scrolls", "main { min-width: 50rem }"),
    ],
)
def test_the_check_finds(fault, style, show, page):
    begin_language(Request())
    show("number")
    page.add_style_tag(content=style)
    assert [each for each in faults(page) if each.startswith(fault)]
