"""Log-out in a real browser: by keyboard, with and without script, past one that never answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.service_providers.service_provider import ServiceProvider

from idp.saml.values import POST
from idp.testing.federation import Federation


@pytest.fixture
def easy_service_provider(federation: Federation, service_provider):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    return service_provider


def sign_in(page: Page, federation: Federation, url: str) -> None:
    page.goto(url)
    if page.get_by_label("User name").count():
        page.get_by_label("User name").fill(federation.user.name)
        page.get_by_label("Password").fill(federation.user.password)
        page.keyboard.press("Enter")


@pytest.mark.main_flow
@pytest.mark.parametrize("button", ["Sign out", "Sign out by HTTP-POST"])
def test_an_application_signs_its_user_out_everywhere(
    button, federation, easy_service_provider, page, looks
):
    sign_in(page, federation, easy_service_provider.login_url())
    expect(page.locator("#user")).to_be_visible()
    page.goto(easy_service_provider.url)
    page.get_by_role("button", name=button, exact=True).click()

    expect(page.locator("#status")).to_have_text("Success")
    expect(page.locator("#relay-state")).to_have_text("/reports/42")
    looks(page, "sp-signed-out")
    page.goto(easy_service_provider.login_url())
    expect(page).to_have_title("Sign In")


@pytest.mark.main_flow
def test_a_user_signs_out_of_all_applications(federation, easy_service_provider, page, looks):
    sign_in(page, federation, easy_service_provider.login_url())
    expect(page.locator("#user")).to_be_visible()
    page.goto(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")
    looks(page, "adfs-page-signed-in")
    page.get_by_label("On all my devices").check()
    page.get_by_role("button", name="Sign out of all applications").click()

    expect(page.locator("#outcomes dd")).to_have_text("signed out")
    page.get_by_role("link", name="Sign in to an application").click()
    expect(page.locator("#idp_SignOutButton")).to_have_count(0)


def test_log_out_works_by_keyboard_and_without_script(
    federation, easy_service_provider, page_without_script
):
    page = page_without_script
    sign_in(page, federation, easy_service_provider.login_url())
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#user")).to_be_visible()
    page.goto(f"{federation.url}/adfs/ls/signout")
    for key in ("Tab", "Space", "Tab", "Enter"):
        page.keyboard.press(key)

    expect(page.locator("#outcomes dd")).to_have_text("signed out")


def test_an_application_that_never_answers_is_given_up(
    federation, easy_service_provider, page, pairs, looks
):
    stuck = ServiceProvider(federation, pairs("sp"), "stuck", slo_bindings=(POST,))
    stuck.register(second_factor="never")
    page.route("https://stuck.example.test/**", lambda route: route.fulfill(body="Stuck"))
    sign_in(page, federation, federation.idp_initiated_url(stuck.entity_id))
    expect(page.get_by_text("Stuck")).to_be_visible()
    sign_in(page, federation, easy_service_provider.login_url())
    expect(page.locator("#user")).to_be_visible()

    page.goto(f"{federation.url}/adfs/ls/signout")
    looks(page, "sign-out")
    page.get_by_role("button", name="Sign out of all applications").click()
    expect(page.get_by_text("Stuck")).to_be_visible()

    page.goto(f"{federation.url}/adfs/ls/signout")
    expect(page.locator("#waiting li")).to_have_text(stuck.entity_id)
    looks(page, "signing-out")
    federation.clock.advance(20)
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_role("alert")).to_contain_text("could use your account")
    expect(page.locator("#outcomes dd")).to_have_text(["has not answered", "signed out"])
    looks(page, "signed-out")
