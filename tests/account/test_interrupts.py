"""What policies ask of users before a sign-in goes on, and the way from AD FS's page to here."""

from __future__ import annotations

import pytest

REQUIRED = {"isRegistrationRequiredAtSignIn": True}
CAMPAIGN = {
    "registrationEnforcement.authenticationMethodsRegistrationCampaign.state": "enabled",
}
RECONFIRM = {"reconfirmationInDays": 30}
DAY = 24 * 60 * 60


@pytest.fixture
def without_factor(sp):
    """A service provider whose users need no second factor."""
    sp.set(second_factor="never")
    return sp


def register(federation, account, user, page):
    """Set up the Authenticator from the page of an interrupt, and return the page after it."""
    visit = account(user)
    visit.browser = page.browser
    adding = federation.resume(page.browser, page.browser.get(page.page.link("setUp")), user)
    phone = visit.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()
    phone.approve(number=adding.number)
    return adding.poll()


def test_a_user_without_a_method_registers_one_before_the_sign_in_goes_on(
    federation, account, without_factor
):
    federation.policy(REQUIRED)
    user = federation.add_user(phone=None)

    sign_in = federation.sign_in(without_factor.url(), user)
    assert "setUp" in sign_in.page.ids()

    page = register(federation, account, user, sign_in)
    back = federation.resume(sign_in.browser, sign_in.browser.get(page.link("goOn")), user)
    assert back.finish().name_id is not None


def test_a_registration_that_is_required_cannot_be_put_off_by_coming_again(
    federation, without_factor
):
    federation.policy(REQUIRED)
    user = federation.add_user(phone=None)
    sign_in = federation.sign_in(without_factor.url(), user)

    for _ in range(2):
        federation.clock.advance(60)
        again = federation.sign_in(without_factor.url(), user, browser=sign_in.browser)
        assert "setUp" in again.page.ids()


def test_a_user_who_has_a_method_is_not_asked_to_register(federation, without_factor):
    federation.policy(REQUIRED)

    assert federation.sign_in(without_factor.url()).finish().name_id is not None


def test_the_campaign_asks_a_user_of_codes_and_can_be_put_off_for_a_day(federation, sp):
    federation.policy(CAMPAIGN)
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    sign_in.enter_code(user.code())
    assert "notNow" in sign_in.page.ids()

    sign_in.post(NotNow="1")
    assert sign_in.finish().name_id is not None

    federation.clock.advance(60)
    soon = federation.sign_in(sp.url(), user)
    soon.enter_code(user.code())
    assert soon.finish().name_id is not None
    federation.clock.advance(DAY)
    later = federation.sign_in(sp.url(), user)
    later.enter_code(user.code())
    assert "notNow" in later.page.ids()


def test_methods_are_confirmed_after_the_days_of_the_policy(federation, sp):
    federation.policy(RECONFIRM)
    user = federation.add_user()
    first = federation.sign_in(sp.url(), user)
    user.phone.approve(number=first.number)
    assert first.finish().name_id is not None

    federation.clock.advance(31 * DAY)
    sign_in = federation.sign_in(sp.url(), user)
    user.phone.approve(number=sign_in.number)
    sign_in.poll()
    assert "confirm" in sign_in.page.ids()
    sign_in.post(Confirm="1")

    assert sign_in.finish().name_id is not None


def test_the_signed_in_request_after_it_is_answered_at_once(federation, sp):
    federation.policy(RECONFIRM)
    sign_in = federation.sign_in(sp.url())
    federation.user.phone.approve(number=sign_in.number)
    sign_in.finish()

    assert federation.sign_in(sp.url(), browser=sign_in.browser).is_finished


def test_the_page_of_a_user_without_a_method_leads_here_and_back_to_the_sign_in(
    federation, account, sp
):
    user = federation.add_user(phone=None)
    sign_in = federation.sign_in(sp.url(), user)
    assert sign_in.page.status == 403

    page = sign_in.browser.get(sign_in.page.link("back"))
    assert "noMethods" in page.ids()
    adding = sign_in.browser.get(page.link("addAuthenticator"))
    flow = federation.resume(sign_in.browser, adding, user)
    phone = account(user).new_phone()
    phone.activate(adding.link("activationAddress"))
    flow.post()
    phone.approve(number=flow.number)
    added = flow.poll()

    back = federation.resume(sign_in.browser, sign_in.browser.get(added.link("goOn")), user)
    assert back.finish().name_id is not None


@pytest.mark.parametrize("path", ["https://example.com/", "//example.com/", "/admin/", "/adfs/ls"])
def test_the_way_back_leads_to_sign_ins_alone(federation, account, path):
    visit = account(federation.add_user())
    visit.enter()

    assert "goOn" not in visit.browser.get(f"{visit.home}?continue={path}").ids()
    assert visit.browser.get(f"{visit.home}interrupt?continue={path}").url == visit.home
