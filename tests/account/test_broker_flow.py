"""The iOS broker flow at security info: which pages let the app come up over their number."""

from __future__ import annotations

import pytest

PARTS = {"brokerRequest", "backToRequest"}


@pytest.fixture
def iphone_user(federation):
    """A user who signs in on the iPhone that has the app."""
    user = federation.add_user(phone=None, totp=True)
    federation.add_phone(user, platform="ios", broker=True)
    return user


def has_flow(page) -> bool:
    """Say whether a page has the flow, with its script; never one without the other."""
    has_script = "/account/static/mfa/broker.js" in page.html
    assert (set(page.ids()) >= PARTS) == has_script
    assert bool(PARTS & set(page.ids())) == has_script
    return has_script


def test_signing_in_has_it_as_long_as_the_number_is_shown(account, iphone_user):
    sign_in = account(iphone_user).sign_in()
    assert has_flow(sign_in.page)

    sign_in.use_code()

    assert "verificationCodeInput" in sign_in.page.ids()
    assert not has_flow(sign_in.page)


def test_signing_in_has_it_for_no_other_phone(account, federation):
    sign_in = account(federation.add_user(totp=True)).sign_in()

    assert sign_in.number
    assert not has_flow(sign_in.page)


@pytest.mark.parametrize("is_broker", [True, False])
def test_a_test_notification_has_it_if_its_phone_was_activated_for_it(
    is_broker, account, federation
):
    """The user's other phone does not count: the notification goes to the new one alone."""
    user = federation.add_user(phone=None)
    other = federation.add_phone(user, platform="ios", broker=not is_broker)
    visit = account(user)
    sign_in = visit.sign_in()
    other.approve(number=sign_in.number)
    sign_in.poll()
    adding = visit.add_phone()
    assert not has_flow(adding.page)
    visit.new_phone().activate(
        adding.page.link("activationAddress"),
        platform="ios",
        app_version="6.5.85",
        broker=is_broker,
    )

    adding.post()

    assert adding.number
    assert has_flow(adding.page) == is_broker


def test_a_reset_has_it_for_every_account_until_a_method_was_proved(federation, iphone_user):
    """So that a stranger does not learn which phone an account has."""
    other = federation.add_user(totp=True)
    for user in (iphone_user, other, "nobody@example.test"):
        reset = federation.reset(user)
        assert not has_flow(reset.page)
        reset.send_request()
        assert reset.number
        assert has_flow(reset.page)

    for user, is_broker in ((iphone_user, True), (other, False)):
        reset = federation.reset(user)
        reset.enter_code()
        reset.send_request()
        assert reset.number
        assert has_flow(reset.page) == is_broker
