"""Keep me signed in (-EnableKmsi): off unless switched on, and over as soon as it should be."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from idp.config.schema import SignInSection

DAY = 24 * 3600


@pytest.fixture
def keep_me_signed_in_on(sign_in_settings):
    sign_in_settings(keep_me_signed_in=True)


def log_in(federation, sp, browser, **fields):
    user = federation.user
    form = {"UserName": user.name, "Password": user.password, **fields}
    return browser.session.post(sp.url(), data=form)


def max_age(answer) -> str:
    headers = answer.history[0].raw.headers
    given = [SimpleCookie(each) for each in headers.getlist("Set-Cookie")]
    (max_age,) = [each["MSISAuth"]["max-age"] for each in given if "MSISAuth" in each]
    return max_age


@pytest.fixture
def kept_browser(federation, easy, keep_me_signed_in_on):
    """A browser whose session is kept."""
    browser = federation.browser()
    log_in(federation, easy, browser, Kmsi="true")
    return browser


def is_signed_in(browser, sp) -> bool:
    return "SAMLResponse" in browser.get(sp.url()).html


def test_keep_me_signed_in_is_off_unless_switched_on(federation, easy):
    browser = federation.browser()
    assert "kmsiInput" not in browser.get(easy.url()).ids()
    assert not max_age(log_in(federation, easy, browser, Kmsi="true"))
    federation.clock.advance(8 * 3600)
    assert not is_signed_in(browser, easy)


@pytest.mark.parametrize("fields", [{}, {"Kmsi": "false"}, {"Kmsi": ""}, {"Kmsi": "True"}])
def test_a_user_who_does_not_tick_the_box_has_a_session_that_ends_with_the_browser(
    fields, federation, easy, keep_me_signed_in_on
):
    browser = federation.browser()
    assert "kmsiInput" in browser.get(easy.url()).ids()
    assert not max_age(log_in(federation, easy, browser, **fields))
    federation.clock.advance(8 * 3600)
    assert not is_signed_in(browser, easy)


def test_the_box_is_offered_again_after_a_wrong_password(federation, easy, keep_me_signed_in_on):
    assert "kmsiInput" in federation.sign_in(easy.url(), password="wrong").page.ids()


def test_a_kept_session_lasts_a_day(federation, easy, kept_browser):
    federation.clock.advance(DAY - 60)
    assert is_signed_in(kept_browser, easy)
    federation.clock.advance(60)
    assert not is_signed_in(kept_browser, easy)


def test_a_kept_session_lasts_as_long_as_configured(federation, easy, sign_in_settings):
    sign_in_settings(keep_me_signed_in=True, keep_me_signed_in_minutes=7 * 24 * 60)
    browser = federation.browser()
    assert 7 * DAY - 60 < int(max_age(log_in(federation, easy, browser, Kmsi="true"))) <= 7 * DAY
    federation.clock.advance(7 * DAY - 60)
    assert is_signed_in(browser, easy)


@pytest.mark.parametrize("minutes", [0, -1, 7 * 24 * 60 + 1])
def test_more_than_seven_days_cannot_be_set(minutes):
    with pytest.raises(ValueError, match="keep_me_signed_in_minutes"):
        SignInSection(keep_me_signed_in_minutes=minutes)


def test_a_session_stays_kept_after_the_second_factor(federation, sp, phone, keep_me_signed_in_on):
    browser = federation.browser()
    log_in(federation, sp, browser, Kmsi="true")
    federation.clock.advance(30)
    sign_in = federation.resume(browser, browser.get(sp.url()))
    phone.approve(sign_in.number)
    form = sign_in.page.form
    age = int(max_age(browser.session.post(form.action, data=form.fields)))
    assert DAY - 90 < age <= DAY - 29


def test_a_new_password_ends_a_kept_session(federation, easy, kept_browser):
    federation.services.directory.set_password(federation.user.name, "another one")
    assert not is_signed_in(kept_browser, easy)


def test_disabling_the_user_ends_a_kept_session(federation, easy, kept_browser):
    federation.services.directory.disable(federation.user.name)
    assert not is_signed_in(kept_browser, easy)


def test_switching_the_setting_off_ends_kept_sessions(easy, kept_browser, sign_in_settings):
    sign_in_settings(keep_me_signed_in=False)
    assert not is_signed_in(kept_browser, easy)


def test_a_cutoff_ends_earlier_kept_sessions(federation, easy, kept_browser, sign_in_settings):
    federation.clock.advance(60)
    sign_in_settings(keep_me_signed_in=True, kept_sessions_since=federation.clock.now())
    assert not is_signed_in(kept_browser, easy)
    log_in(federation, easy, kept_browser, Kmsi="true")
    assert is_signed_in(kept_browser, easy)


def test_a_cutoff_does_not_touch_those_that_are_not_kept(federation, easy, sign_in_settings):
    browser = federation.sign_in(easy.url()).browser
    later = federation.clock.now() + timedelta(hours=1)
    sign_in_settings(keep_me_signed_in=True, kept_sessions_since=later)
    assert is_signed_in(browser, easy)


def test_a_cutoff_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="kept_sessions_since"):
        SignInSection(kept_sessions_since="2026-01-01T00:00:00")
