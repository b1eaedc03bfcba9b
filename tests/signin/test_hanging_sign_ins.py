"""MFA Server's adapter over HTTP: a post hangs until the phone has answered, and always ends."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS

from adapter.mfa_server.page import ERRORS, NO_PLACE
from idp.embedded.browser import Browser
from idp.mfa.waiting import MAX_PLACES_OF_ONE_USER

SERVER, ENTRA = "AzureMfaServerAuthentication", "AzureMfaAuthentication"
LONG = 20.0

pytestmark = pytest.mark.usefixtures("enabled")


@pytest.fixture
def enabled(enable):
    enable(SERVER)


@pytest.fixture
def sign_in(federation, sp):
    return federation.sign_in(sp.url())


def outcomes(federation):
    return [row.outcome for row in federation.log if row.event_id in (1200, 1201)]


def test_the_post_hangs_until_the_phone_has_approved(federation, sign_in, phone, threads):
    assert (sign_in.number, sign_in.error, phone.pending()) == (None, "", ())
    post = threads.submit(sign_in.finish)
    (request,) = phone.pending(wait=LONG)
    assert (request.needs_number, post.done()) == (False, False)

    phone.approve()

    finished = post.result(NET_SECONDS)
    assert finished.status == ("Success",)
    (row,) = [row for row in federation.log if row.event_id == 1200]
    assert row.reason == "mfa_server_has_no_number_matching"


def test_a_denial_ends_the_post(federation, sign_in, phone, threads):
    post = threads.submit(sign_in.poll)
    phone.deny(timeout=LONG)

    assert post.result(NET_SECONDS).error == ERRORS["denied"]
    assert sign_in.poll().error == ERRORS["denied"]
    assert outcomes(federation) == ["denied"]
    assert phone.pending() == ()


def test_after_a_minute_the_page_says_that_there_was_no_answer(federation, sign_in, phone, threads):
    post = threads.submit(sign_in.poll)
    phone.pending(wait=LONG)
    federation.clock.advance(60)

    assert post.result(NET_SECONDS).error == ERRORS["no_answer"]
    assert outcomes(federation) == ["no_answer"]


def test_several_posts_of_one_page_send_one_request_and_the_last_one_goes_on(
    federation, sign_in, phone, threads
):
    """Enter pressed again: the browser shows the answer to the last post alone."""
    form, browser = sign_in.page.form, sign_in.browser
    earlier = []
    for _ in range(3):
        another = Browser()
        another.session.cookies.update(browser.session.cookies)
        earlier.append(threads.submit(another.submit, form))
        (request,) = phone.pending(wait=LONG)
    last = threads.submit(sign_in.finish)
    ended = [post.result(NET_SECONDS) for post in earlier]
    assert [page.error for page in ended] == [""] * 3

    assert phone.pending() == (request,)
    phone.approve()

    assert last.result(NET_SECONDS).status == ("Success",)
    assert outcomes(federation) == ["issued"]


def test_a_client_that_went_away_can_come_back(federation, sp, sign_in, phone, threads):
    """Its new sign-in replaces the request that it left behind, whose post ends."""
    left = threads.submit(sign_in.poll)
    phone.pending(wait=LONG)
    again = federation.sign_in(sp.url())
    post = threads.submit(again.finish)
    assert left.result(NET_SECONDS).error == ERRORS["replaced"]

    phone.approve(timeout=LONG)

    assert post.result(NET_SECONDS).status == ("Success",)


def test_one_user_cannot_fill_the_room(federation, sp, phone, threads):
    sign_ins = [federation.sign_in(sp.url()) for _ in range(MAX_PLACES_OF_ONE_USER + 1)]
    room = federation.services.admission.answers
    user = federation.user.name
    held = [room.enter(f"192.0.2.{n}", lambda: None) for n in range(room.places)]

    assert sign_ins[0].poll().error == ERRORS[NO_PLACE]
    assert sign_ins[0].page.status == 200
    assert (phone.pending(), outcomes(federation)) == ((), [NO_PLACE])
    assert federation.services.mfa.push.pending_ids([user]) == {}
    for place in held:
        room.leave(place)
    post = threads.submit(sign_ins[0].try_again)
    phone.deny(timeout=LONG)
    assert post.result(NET_SECONDS).error == ERRORS["denied"]


def test_a_node_that_ends_lets_its_posts_go_and_the_next_one_goes_on(
    federation, sign_in, phone, threads, served
):
    post = threads.submit(sign_in.poll)
    (request,) = phone.pending(wait=LONG)
    federation.services.ending.close()
    assert (post.result(NET_SECONDS).status, sign_in.error) == (200, "")
    served()
    again = threads.submit(sign_in.finish)

    assert phone.pending() == (request,)
    phone.approve()

    assert again.result(NET_SECONDS).status == ("Success",)


def test_with_both_adapters_the_user_chooses(federation, sp, enable, phone, threads):
    enable(ENTRA, SERVER)
    sign_in = federation.sign_in(sp.url())
    sign_in.choose(SERVER)
    post = threads.submit(sign_in.finish)
    phone.approve(timeout=LONG)

    assert post.result(NET_SECONDS).status == ("Success",)


def test_it_is_off_until_an_administrator_enables_it(federation):
    federation.services.policy._store.save_enabled_providers((ENTRA,))
    names = [provider.name for provider in federation.services.providers.list()]

    assert SERVER in names
    assert federation.services.policy.enabled_providers() == (ENTRA,)
