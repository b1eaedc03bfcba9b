"""A temporary access pass at security info: it stands in for a method that was lost."""

from __future__ import annotations

from datetime import timedelta

import pytest


@pytest.fixture
def lost(federation, account):
    """A user who has lost every method and was given a pass: the visit, and the pass."""
    user = federation.add_user(phone=None)
    issued = federation.services.mfa.access_passes.issue(user.name, once=True)
    return account(user), issued.text


def test_a_pass_lets_the_user_in_to_register_a_new_phone(lost):
    visit, text = lost
    sign_in = visit.sign_in()

    assert "accessPassInput" in sign_in.page.ids()
    page = sign_in.post(AccessPass=text)

    assert page.url == visit.home
    assert "activationAddress" in visit.add_phone().page.ids()


def test_a_pass_for_one_use_works_once(lost):
    visit, text = lost
    visit.sign_in().post(AccessPass=text)
    visit.browser = visit.federation.browser()

    again = visit.sign_in()

    assert again.page.url == visit.home or "access pass" in again.post(AccessPass=text).error


def test_a_wrong_pass_says_so_and_gives_nothing(lost):
    visit, _ = lost
    sign_in = visit.sign_in()

    sign_in.post(AccessPass="wrong pass")

    assert "not right" in sign_in.error
    assert visit.browser.get(visit.home).url != visit.home


def test_an_expired_pass_says_so(lost, federation):
    visit, text = lost
    sign_in = visit.sign_in()
    federation.clock.advance(timedelta(hours=1, seconds=1).total_seconds())

    sign_in.post(AccessPass=text)

    assert visit.browser.get(visit.home).url != visit.home or sign_in.error


def test_a_user_with_a_phone_may_use_a_pass_instead(federation, account):
    visit = account()
    issued = federation.services.mfa.access_passes.issue(visit.user.name)
    sign_in = visit.sign_in()
    assert sign_in.number is not None

    sign_in.post(UsePass="1")
    page = sign_in.post(AccessPass=issued.text)

    assert page.url == visit.home
    last = federation.log[-1]
    assert (last.experience, last.outcome) == ("access_pass", "right")


def test_the_pass_is_no_second_factor_of_an_application(lost, federation, sp):
    visit, _ = lost

    sign_in = federation.sign_in(sp.url(), visit.user)

    assert sign_in.page.status == 403
