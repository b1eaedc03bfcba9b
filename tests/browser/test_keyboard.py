"""Sign-in by keyboard alone: order and visibility of the focus, errors, time that runs out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from support.languages.samples import Request

from idp.web.page_texts import begin_language

FOCUSED = "() => document.activeElement.id || document.activeElement.textContent.trim()"
OUTLINE = "() => parseFloat(getComputedStyle(document.activeElement).outlineWidth)"


def tab_through(page: Page, steps: int) -> list[str]:
    """Press Tab and return what has the focus each time; it must always be visible."""
    seen = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINE) >= 2
        seen.append(page.evaluate(FOCUSED))
    return seen


@pytest.mark.main_flow
@pytest.mark.parametrize("scripts", [True, False], ids=["with-script", "without-script"])
def test_a_user_signs_in_with_a_number_by_keyboard_in_a_language_of_choice(
    scripts, federation, service_provider, new_page, phone
):
    page = new_page(java_script_enabled=scripts)
    page.goto(service_provider.login_url())
    page.get_by_role("button", name="Français").focus()
    page.keyboard.press("Enter")
    page.locator("html[lang=fr]").wait_for()
    page.keyboard.type(federation.user.name)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(federation.user.password)
    page.keyboard.press("Enter")
    number = page.locator("#validEntropyNumber").inner_text()
    assert page.title() == "Authentification multifacteur"

    phone.approve(number)

    if not scripts:
        page.get_by_role("button", name="J’ai répondu").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Continuer").focus()
        page.keyboard.press("Enter")
    assert page.locator("#user").inner_text() == federation.user.name


@pytest.mark.main_flow
def test_the_focus_goes_through_a_page_in_the_order_of_reading(show, page):
    begin_language(Request(headers={}))
    show("number")
    assert tab_through(page, 9) == [
        "submitButton", "Use a code instead", "Other", "back",
        "English", "Deutsch", "Français", "Español", "日本語",
    ]  # fmt: skip


def test_an_error_is_spoken_and_belongs_to_the_fields_that_it_is_about(show, page):
    begin_language(Request(headers={}))
    show("wrong password")
    expect(page.get_by_role("alert")).to_have_text(
        "The user ID or password is incorrect. Check both and try again."
    )
    for field in (page.locator("#userNameInput"), page.locator("#passwordInput")):
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(
            "The user ID or password is incorrect. Check both and try again."
        )
    show("log in")
    expect(page.locator("[aria-invalid]")).to_have_count(0)


def test_the_time_that_is_left_is_shown_and_announced_twice(show, page):
    begin_language(Request(headers={}))
    page.clock.install()
    show("approve")
    shown, spoken = page.locator(".countdown p").nth(1), page.locator(".countdown [aria-live]")
    expect(shown).to_have_text(re.compile(r"^[3-6]\d seconds left"))
    expect(spoken).to_be_empty()
    page.clock.run_for(31_000)
    expect(spoken).to_have_text(re.compile(r"^[1-3]\d seconds left"))
    page.clock.run_for(20_000)
    expect(spoken).to_have_text(re.compile(r"^(10|\d) seconds left"))
    page.clock.run_for(10_000)
    expect(shown).to_have_text("0 seconds left")


@pytest.mark.parametrize("name", ["log in", "number", "wrong password"])
def test_forced_colours_leave_every_border_visible(name, show, page, axe):
    begin_language(Request(headers={}))
    page.emulate_media(forced_colors="active")
    show(name)
    axe(page)
    borderless = """() => [...document.querySelectorAll('main button, main input')]
        .filter(each => !['hidden', 'checkbox'].includes(each.type))
        .filter(each => getComputedStyle(each).borderTopWidth === '0px').map(each => each.id)"""
    assert page.evaluate(borderless) == []
