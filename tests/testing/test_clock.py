"""``federation.clock`` is the clock of server, phones, codes and service provider."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile

A_WEEK = timedelta(days=7)
AN_HOUR = timedelta(hours=1)


def test_codes_are_those_of_the_moved_clock(federation, service_provider):
    user = federation.add_user(phone=None, totp=True)
    before = user.code()
    federation.clock.advance(A_WEEK)
    assert user.code() != before

    sign_in = federation.sign_in(service_provider.login_url(), user)
    sign_in.enter_code(before)
    assert "not right" in sign_in.error
    sign_in.enter_code(user.code())

    assert sign_in.finish().page.text("user") == user.name


def test_a_code_is_of_no_use_after_its_time(federation, service_provider):
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(service_provider.login_url(), user)
    code = user.code()

    federation.clock.advance(90)
    sign_in.enter_code(code)

    assert "not right" in sign_in.error


def test_the_phone_shows_the_code_of_the_moved_clock(federation, tmp_path):
    code = federation.services.mfa.activations.create(federation.user.name, totp=True).link
    file, clock = PhoneFile(tmp_path / "other.json"), federation.clock
    phone = Phone(file, now=lambda: clock.now().timestamp())
    phone.activate(f"{federation.url}/authenticator/#{code}")
    before = phone.code()

    clock.advance(A_WEEK)

    assert phone.code() != before


def test_a_push_ends_by_the_moved_clock_for_server_and_phone(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.login_url())
    federation.clock.advance(59)
    assert phone.pending()

    federation.clock.advance(2)

    assert phone.pending() == ()
    sign_in.poll()
    assert "no answer" in sign_in.error
    sign_in.try_again()
    assert phone.approve(sign_in.number) == "approved"
    assert sign_in.finish().page.status == 200


@pytest.mark.parametrize(("moved", "is_asked"), [(479, False), (481, True)])
def test_a_session_ends_by_the_moved_clock(moved, is_asked, federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    sign_in.finish()

    federation.clock.advance(timedelta(minutes=moved))

    page = sign_in.browser.open(service_provider.login_url())
    assert (page.form is not None and "UserName" in page.form.fields) is is_asked


def test_times_of_messages_assertions_and_records_are_of_the_moved_clock(
    federation, service_provider, phone
):
    federation.clock.advance(A_WEEK)
    began = federation.clock.now()
    sign_in = federation.sign_in(service_provider.login_url())
    federation.clock.advance(30)
    phone.approve(sign_in.number)
    finished = sign_in.finish()

    sent = finished.assertion
    assert finished.page.text("user") == federation.user.name, "accepted at that time"
    request, timeline = federation.requests.last, federation.timelines[-1]
    told = (
        request.issue_instant,
        federation.log[-1].at - timedelta(seconds=30),
        timeline.summary.began_at,
        sent.issue_instant - timedelta(seconds=30),
        sent.not_before - timedelta(seconds=30),
        sent.not_on_or_after - timedelta(hours=1, seconds=30),
    )
    assert all(abs(at - began) < AN_HOUR for at in told), told
