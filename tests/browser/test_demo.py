"""The demo in a real browser: a newcomer follows the first page from its first step to its last."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from idp.authenticator.client import Phone
from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0), "127.0.0.1") as demo:
        yield demo


@pytest.fixture
def home(demo: Demo, page: Page) -> Page:
    """The demo's first page."""
    page.goto(f"{demo.address.base_url}/")
    return page


def opened_by(page: Page, button: str) -> Page:
    """Press what opens a tab, and return the tab."""
    with page.context.expect_page() as opened:
        page.locator(button).click()
    return opened.value


def log_in(demo: Demo, page: Page, user: int = 0) -> None:
    page.get_by_label("User name").fill(demo.users[user].name)
    page.get_by_label("Password").fill(demo.users[user].password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def phone_of(demo: Demo, home: Page) -> Page:
    """Make a second tab the phone of the demo's first user."""
    phone = opened_by(home, "#openPhone")
    phone.get_by_role("link", name="Use this browser as the phone").click()
    expect(phone.get_by_role("heading", name=demo.users[0].name)).to_be_visible()
    return phone


def number_on(page: Page) -> str:
    return page.locator("#validEntropyNumber").inner_text()


@pytest.mark.main_flow
def test_the_five_steps_lead_from_a_number_to_approve_and_deny(demo, home):
    phone = phone_of(demo, home)

    application = opened_by(home, "#testSp")
    application.get_by_role("button", name="Sign in", exact=True).click()
    log_in(demo, application)
    phone.get_by_label("Enter number here").fill(number_on(application))
    phone.get_by_role("button", name="Yes").click()

    expect(application.get_by_role("heading", name="You are signed in")).to_be_visible()
    expect(application.locator("#user")).to_have_text(demo.users[0].name)
    phone.get_by_role("button", name="Done").click()

    home.get_by_role("link", name="Let srv2019 answer").click()
    expect(home.locator("#node-srv2019")).to_contain_text("answers this browser")

    application.get_by_role("link", name="Sign in another way").click()
    application.get_by_label("A fresh sign-in").check()
    application.get_by_role("button", name="Sign in", exact=True).click()
    log_in(demo, application)
    expect(phone.get_by_role("button", name="Approve")).to_be_visible()
    expect(phone.get_by_label("Enter number here")).to_be_hidden()
    assert application.locator("#validEntropyNumber").count() == 0
    phone.get_by_role("button", name="Approve").click()

    expect(application.get_by_role("heading", name="You are signed in")).to_be_visible()


@pytest.mark.main_flow
def test_at_an_unpatched_server_a_request_is_denied_on_the_phone_page(demo, home):
    phone = phone_of(demo, home)
    home.get_by_role("link", name="Let srv2019 answer").click()
    application = opened_by(home, "#testSp")
    application.get_by_role("button", name="Sign in", exact=True).click()
    log_in(demo, application)
    phone.get_by_role("button", name="Deny", exact=True).click()

    expect(application.locator("#errorText")).to_contain_text("denied")


@pytest.mark.parametrize("binding", ["HTTP-Redirect", "HTTP-POST"])
def test_without_script_buttons_lead_all_the_way(binding, demo, page_without_script):
    page = page_without_script
    page.goto(demo.address.sp_url)
    page.get_by_label(binding).check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    if binding == "HTTP-POST":
        page.get_by_role("button", name="Continue").click()
    log_in(demo, page, 1)
    Phone.at(demo.users[1].phone).approve(number_on(page))
    page.get_by_role("button", name="I have answered").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#user")).to_have_text(demo.users[1].name)


def test_a_request_by_post_travels_by_itself(demo, page):
    page.goto(demo.address.sp_url)
    page.get_by_label("HTTP-POST").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("User name")).to_be_visible()


def test_a_sign_in_may_start_at_the_federation_server(demo, page):
    page.goto(demo.address.sp_url)
    page.get_by_role("link", name="Start at the federation server instead").click()
    log_in(demo, page, 1)
    Phone.at(demo.users[1].phone).approve(number_on(page))
    expect(page.locator("#relay-state")).to_have_text("from-the-server")
    expect(page.locator("#in-response-to")).to_contain_text("unsolicited")


def test_a_passive_request_comes_back_with_no_passive(demo, page):
    page.goto(demo.address.sp_url)
    page.get_by_label("No questions to the user").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#status")).to_have_text("Responder / NoPassive")


def test_signing_out_here_forgets_the_assertion(demo, page):
    signed_in(demo, page)
    page.get_by_role("link", name="Sign in another way").click()
    page.get_by_role("link", name="The message it got").click()
    expect(page.locator("#attributes")).to_be_visible()
    page.goto(demo.address.sp_url)
    page.get_by_role("button", name="Sign out here only").click()
    expect(page.locator("#user")).to_have_count(0)


def signed_in(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.address.sp_url}/login")
    log_in(demo, page, 1)
    Phone.at(demo.users[1].phone).approve(number_on(page))
    expect(page.locator("#user")).to_be_visible()


def test_the_first_page_looks_right(home, looks):
    looks(home, "demo-home")


def test_a_name_to_copy_stands_on_one_line_on_a_phone(home):
    home.set_viewport_size({"width": 390, "height": 800})

    heights = home.locator(".credentials dd").evaluate_all("all => all.map(dd => dd.offsetHeight)")

    assert len(set(heights)) == 1, heights


def test_the_page_that_makes_a_phone_looks_right(home, looks):
    looks(opened_by(home, "#openPhone"), "demo-phone")


def test_the_start_of_the_service_provider_looks_right(demo, page, looks):
    page.goto(demo.address.sp_url)
    looks(page, "test-sp-start")


def test_an_assertion_looks_right(demo, page, looks):
    signed_in(demo, page)
    page.get_by_text("The message as XML").click()
    looks(page, "test-sp-assertion")


def test_a_status_looks_right(demo, page, looks):
    page.goto(f"{demo.address.sp_url}/login?passive=1")
    expect(page.locator("#status")).to_be_visible()
    looks(page, "test-sp-status")


def test_a_refusal_looks_right(demo, page, looks):
    signed_in(demo, page)
    page.reload()  # posts the response once more
    expect(page.locator("#objections")).to_be_visible()
    looks(page, "test-sp-refusal")
