"""Notices by the phone's API: a phone shows them until it dismisses them, and only its own."""

from __future__ import annotations

import pytest
from support.phones.signed_phone import signed_phone_of


def test_a_phone_shows_that_another_was_added_until_it_dismisses_the_notice(phone_host, phone):
    assert phone.notices() == ()
    other = phone_host.phone(name="other", platform="ios")

    (notice,) = phone.notices()
    assert (notice.occasion, notice.sent["device"]) == ("device_added", "Terminal")
    assert notice.text == "An Authenticator app (iOS) was added to your account."
    assert other.notices() == ()

    phone.dismiss(notice)
    assert phone.notices() == ()
    phone.dismiss(notice)


def test_a_notice_is_dismissed_by_its_own_phone_alone(phone_host, phone, bobs_signed_phone):
    other = phone_host.phone(name="other")
    phone_host.services.mfa.codes.register("alice@example.test", "A" * 32)
    notice = phone.notices()[0]
    for device in (bobs_signed_phone, signed_phone_of(phone_host, other)):
        answer = device.call("POST", "dismiss", {"id": notice.id})
        assert answer.json()["dismissed"] is True  # says nothing about other phones

    assert len(phone.notices()) == 2


@pytest.mark.parametrize("body", [{}, {"id": 1}, {"id": "a", "more": 1}, {"id": "<>"}, b"x", []])
def test_a_dismissal_has_one_shape(signed_phone, body):
    answer = signed_phone.call("POST", "dismiss", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_a_call_that_is_not_signed_dismisses_nothing(phone_host, phone, signed_phone):
    phone_host.phone(name="other")
    (notice,) = phone.notices()
    answer = signed_phone.send(signed_phone.meant("POST", "dismiss", {"id": notice.id}))

    assert answer.status_code == 401
    assert phone.notices() == (notice,)
