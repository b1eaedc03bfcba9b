"""The iOS broker flow: sign-in page and app in one browser, the request over the number."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from support.phones.phone_host import PhoneHost
from support.phones.phone_page import PHONE, READY
from support.users import ALICE

AGAIN = "Show me the number again"
BACK = "Back to the request in Authenticator"


def sign_in(page: Page, user, sp) -> str:
    """Go as far as the number, and return it; the service provider is a page of one line."""
    page.route("https://sp.example.test/**", lambda route: route.fulfill(body="signed in"))
    page.goto(sp.url())
    page.fill("#userNameInput", user.name)
    page.fill("#passwordInput", user.password)
    page.click("#submitButton")
    return page.locator("#validEntropyNumber").inner_text()


@pytest.fixture
def user(federation):
    return federation.add_user(phone=None)


@pytest.fixture
def iphone(page, federation, user) -> Page:
    """A browser that is the user's iPhone: it has the app, and will show the sign-in page."""
    page.set_viewport_size(PHONE)
    code = federation.services.mfa.activations.create(user.name, totp=False).link
    page.goto(f"{federation.url}/authenticator/?broker=1#{code}")
    expect(page.get_by_text(READY)).to_be_visible()
    return page


def app_over(page: Page) -> FrameLocator:
    """Return the app as it lies over a page with a number."""
    return page.frame_locator("#brokerRequest iframe")


@pytest.fixture
def app(iphone) -> FrameLocator:
    """The app as it lies over the sign-in page."""
    return app_over(iphone)


def seconds_left(app: FrameLocator) -> int:
    return int(app.get_by_text("seconds left").inner_text().split()[0])


def test_the_request_covers_the_number_which_can_be_seen_again(iphone, app, user, sp, looks):
    number = sign_in(iphone, user, sp)
    expect(iphone.locator("#brokerRequest")).to_be_hidden()
    expect(app.get_by_label("Enter number here")).to_be_focused()
    expect(app.get_by_role("button", name="Yes")).to_be_enabled()
    looks(iphone, "broker-covered")
    expect(app.get_by_text("60 seconds left")).to_be_hidden()
    left = seconds_left(app)

    app.get_by_role("button", name=AGAIN).click()
    expect(iphone.locator("#brokerRequest")).to_be_hidden()
    expect(iphone.locator("#validEntropyNumber")).to_have_text(number)
    expect(iphone.get_by_role("button", name=BACK)).to_be_focused()
    looks(iphone, "broker-uncovered")

    iphone.get_by_role("button", name=BACK).click()
    expect(app.get_by_label("Enter number here")).to_be_focused()
    assert seconds_left(app) <= left, "the time was not restarted"
    iphone.keyboard.type(number)
    iphone.keyboard.press("Enter")
    expect(iphone.get_by_text("signed in", exact=True)).to_be_visible()


def test_escape_shows_the_number_again_as_well(iphone, app, user, sp):
    sign_in(iphone, user, sp)
    expect(app.get_by_role("button", name="Yes")).to_be_enabled()
    iphone.locator("#brokerRequest").evaluate("sheet => sheet.close()")  # as Escape does outside
    expect(iphone.get_by_role("button", name=BACK)).to_be_focused()
    expect(iphone.locator("#validEntropyNumber")).to_be_visible()


def test_where_the_app_of_this_browser_has_no_such_request_nothing_covers_the_number(
    federation, user, sp, new_page, iphone
):
    """The iPhone exists, but the sign-in is on another machine."""
    desk = new_page()
    number = sign_in(desk, user, sp)
    app = app_over(desk)
    expect(app.get_by_label("Activation code")).to_be_attached()
    expect(iphone.get_by_role("button", name="Yes")).to_be_enabled()
    expect(desk.locator("#brokerRequest")).to_be_hidden()
    expect(desk.locator("#validEntropyNumber")).to_have_text(number)


def test_no_other_flow_has_it(federation, page, sp):
    sign_in(page, federation.user, sp)
    expect(page.locator("#brokerRequest, iframe")).to_have_count(0)
    expect(page.get_by_text(BACK)).to_have_count(0)


def test_a_code_chosen_instead_is_not_covered(federation, sp, new_page):
    """The request is still open, but the page shows no number any more."""
    user = federation.add_user(phone=None, totp=True)
    federation.add_phone(user, platform="ios", broker=True)
    page = new_page()
    sign_in(page, user, sp)
    expect(page.locator("#brokerRequest")).to_be_attached()
    page.get_by_role("button", name="Use a code instead").click()
    expect(page.locator("#verificationCodeInput")).to_be_focused()
    expect(page.locator("#brokerRequest")).to_have_count(0)


def see_again_and_type(iphone: Page, app: FrameLocator) -> None:
    """See the number again under the request that covers it, go back, and type it."""
    expect(app.get_by_role("button", name="Yes")).to_be_enabled()
    app.get_by_role("button", name=AGAIN).click()
    expect(iphone.locator("#brokerRequest")).to_be_hidden()
    number = iphone.locator("#validEntropyNumber").inner_text()
    iphone.get_by_role("button", name=BACK).click()
    expect(app.get_by_label("Enter number here")).to_be_focused()
    iphone.keyboard.type(number)
    iphone.keyboard.press("Enter")


def enter_security_info(page: Page, federation, user) -> None:
    page.goto(f"{federation.url}/account/")
    page.fill("#userNameInput", user.name)
    page.fill("#passwordInput", user.password)
    page.click("#submitButton")


def test_security_info_asks_for_its_number_in_the_same_way(iphone, app, federation, user, looks):
    enter_security_info(iphone, federation, user)
    expect(iphone.locator("#validEntropyNumber")).to_be_visible()
    expect(iphone.locator("#brokerRequest")).to_be_hidden()
    expect(app.get_by_role("button", name="Yes")).to_be_enabled()
    looks(iphone, "broker-account")
    see_again_and_type(iphone, app)
    expect(iphone.get_by_role("heading", name="Your sign-in methods")).to_be_visible()


def test_the_test_notification_of_a_registration_covers_its_number(page, federation, looks):
    user = federation.add_user(phone=None)
    page.set_viewport_size(PHONE)
    enter_security_info(page, federation, user)
    page.get_by_role("link", name="Authenticator app", exact=True).click()
    address = page.locator("#activationAddress").get_attribute("href")
    tab = page.context.new_page()
    tab.goto(address.replace("/#", "/?broker=1#"))
    expect(tab.get_by_text(READY)).to_be_visible()
    tab.close()
    app = app_over(page)
    expect(app.get_by_role("button", name="Yes")).to_be_enabled()
    looks(page, "broker-registration")
    see_again_and_type(page, app)
    expect(page.locator("[data-kind=push]")).to_be_visible()


def test_a_password_reset_covers_its_number(iphone, app, federation, user):
    federation.policy(
        {
            "legacyResetPolicy.includeTargets": "all_users",
            "legacyResetPolicy.numberOfMethodsRequired": 1,
            "policyMigrationState": "migrationComplete",
        }
    )
    iphone.goto(f"{federation.url}/account/reset/")
    iphone.get_by_label("User name").fill(user.name)
    iphone.get_by_role("button", name="Next").click()
    iphone.get_by_role("button", name="Send a request").click()
    see_again_and_type(iphone, app)
    expect(iphone.get_by_label("New password", exact=True)).to_be_visible()


def test_a_stranger_at_a_password_reset_sees_nothing_of_it(iphone, federation, user, new_page):
    """Its pages are the same for every account; without the app in this browser nothing shows."""
    federation.policy({"legacyResetPolicy.includeTargets": "all_users"})
    desk = new_page()
    desk.goto(f"{federation.url}/account/reset/")
    desk.get_by_label("User name").fill(user.name)
    desk.get_by_role("button", name="Next").click()
    desk.get_by_role("button", name="Send a request").click()
    app = app_over(desk)
    expect(app.get_by_label("Activation code")).to_be_attached()
    expect(desk.locator("#brokerRequest")).to_be_hidden()
    expect(desk.get_by_role("button", name=BACK)).to_be_hidden()


def broker_app(page: Page, host: PhoneHost) -> Page:
    page.set_viewport_size(PHONE)
    page.goto(host.activation_url().replace("/#", "/?broker=1#"))
    expect(page.get_by_text(READY)).to_be_visible()
    return page


def test_the_number_is_seen_for_two_seconds_before_its_request_comes(phone_host, page):
    broker_app(page, phone_host)
    page.clock.install()
    with page.expect_response(lambda response: "/api/pending" in response.url):
        phone_host.push()
        page.clock.run_for(1_000)
    page.clock.run_for(500)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.run_for(3_000)
    expect(page.get_by_label("Enter number here")).to_be_focused()


def test_by_itself_the_app_says_where_the_number_is(phone_host, page, looks):
    broker_app(page, phone_host)
    started = phone_host.push()
    page.get_by_role("button", name=AGAIN).click()
    expect(page.get_by_text("still shows the same number")).to_be_visible()
    looks(page, "broker-elsewhere")
    assert phone_host.stored(started).state == "pending"


@pytest.mark.parametrize("experience", ["number_match", "approve_deny"])
def test_an_app_opened_without_the_broker_or_asked_without_a_number_has_no_such_button(
    phone_host, page, experience
):
    broker_app(page, phone_host)
    if experience == "number_match":
        page.goto(f"{phone_host.url}/authenticator/")
    phone_host.push(experience)
    answer = "Yes" if experience == "number_match" else "Approve"
    expect(page.get_by_role("button", name=answer)).to_be_enabled()
    expect(page.get_by_role("button", name=AGAIN)).to_be_hidden()


def test_a_device_that_is_no_broker_has_no_such_button(phone_host, phone_page):
    phone_page.goto(f"{phone_host.url}/authenticator/?broker=1")
    phone_host.push()
    expect(phone_page.get_by_role("button", name="Yes")).to_be_enabled()
    expect(phone_page.get_by_role("button", name=AGAIN)).to_be_hidden()


def test_the_switch_goes_with_ios_alone(phone_host, page):
    page.goto(f"{phone_host.url}/authenticator/")
    page.get_by_text("Advanced: rehearse another app").click()
    switch = page.get_by_label("Sign-in page and app on this same phone (iOS)")
    switch.check()
    expect(page.get_by_label("Platform")).to_have_value("ios")
    expect(page.get_by_label("Version of the app")).to_have_value("6.5.85")
    page.get_by_label("Platform").select_option("android")
    expect(switch).not_to_be_checked()


def test_the_address_chooses_the_switch(phone_host, page):
    broker_app(page, phone_host)
    (device,) = phone_host.services.mfa.devices.of_user(ALICE)
    assert (device.platform, device.broker) == ("ios", True)
