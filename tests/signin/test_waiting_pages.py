"""Scripts of pages that wait for a phone ask in short, and as seldom as the server wants."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS

from idp.admission import ReturnTimes

IN_SHORT = {"Prefer": "return=minimal"}
NO_CONTENT = 204


@pytest.fixture
def ask(federation):
    """Ask as the script of a sign-in's page does; returns the response."""

    def send(sign_in, headers=IN_SHORT, **fields):
        form = sign_in.page.form
        values = dict(form.fields) | {"Poll": "1"} | fields
        return sign_in.browser.session.post(form.action, values, headers=headers)

    return send


def test_a_page_that_still_waits_is_told_so_without_a_page(federation, sp, ask):
    waits = ask(federation.sign_in(sp.url()))

    assert (waits.status_code, waits.content) == (NO_CONTENT, b"")
    assert waits.headers["Retry-After"] == "1"


def test_a_script_that_does_not_ask_in_short_gets_the_page(federation, sp, ask):
    sign_in = federation.sign_in(sp.url())

    page = ask(sign_in, headers={})

    assert page.status_code == 200
    assert f">{sign_in.number}<" in page.text


@pytest.mark.parametrize("answer", ["approve", "deny"])
def test_a_page_whose_phone_has_answered_gets_the_next_page(federation, sp, phone, ask, answer):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number) if answer == "approve" else phone.deny()

    page = ask(sign_in)

    assert page.status_code == 200
    assert 'data-state="answered"' in page.text


def test_a_button_is_answered_by_a_page_whatever_the_script_prefers(federation, sp, ask):
    sign_in = federation.sign_in(sp.url())

    assert ask(sign_in, Poll="").status_code == 200


def test_a_page_that_was_used_up_is_refused(federation, sp, phone, ask):
    sign_in = federation.sign_in(sp.url())
    page = sign_in.page
    phone.approve(sign_in.number)
    sign_in.finish()
    sign_in.page = page

    assert ask(sign_in).status_code == 400


@pytest.mark.parametrize("answer", ["approve", "deny"])
def test_a_page_that_is_held_learns_at_once_what_its_phone_answers(
    federation, sp, phone, ask, threads, room_reads, answer
):
    sign_in = federation.sign_in(sp.url())
    held = threads.submit(ask, sign_in, {"Prefer": "return=minimal, wait=25"})
    room_reads.wait_for(bool)

    phone.approve(sign_in.number) if answer == "approve" else phone.deny()

    assert 'data-state="answered"' in held.result(NET_SECONDS).text


def test_pages_without_a_place_ask_more_seldom_the_more_of_them_there_are(federation, sp, ask):
    admission = federation.services.admission
    sign_in = federation.sign_in(sp.url())
    places, admission.answers.places = admission.answers.places, 0
    while admission.waiting_pages.next_seconds() < 5:
        pass

    waits = ask(sign_in, {"Prefer": "return=minimal, wait=25"})
    admission.answers.places = places

    assert waits.status_code == NO_CONTENT
    assert waits.headers["Retry-After"] in ("4", "5")


def test_no_more_come_back_in_a_second_than_wanted():
    times = ReturnTimes(100, now=lambda: 7.0)

    told = [times.next_seconds() for _ in range(300)]

    assert [told.count(seconds) for seconds in (1, 2, 3)] == [100, 100, 100]


def test_nobody_is_told_to_stay_away_for_longer_than_ten_seconds():
    times = ReturnTimes(1, now=lambda: 7.0)

    assert max(times.next_seconds() for _ in range(100)) == 10


def test_after_a_quiet_time_a_second_is_enough():
    now = [7.0]
    times = ReturnTimes(1, now=lambda: now[0])
    for _ in range(100):
        times.next_seconds()

    now[0] += 10

    assert times.next_seconds() == 1
