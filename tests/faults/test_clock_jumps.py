"""The clock jumps ahead and comes back: nothing that was over is alive again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from support.nets import NET_SECONDS
from support.tools.threads import Notes

from idp.admission import Room
from idp.mfa.waiting import WaitingRoom
from idp.store.maintenance import GRACE, purge
from idp.store.mfa.push import SqlPushStore

MINUTE = timedelta(minutes=1)


def test_a_code_stays_used_after_a_purge_in_a_false_future(federation, sp):
    user = federation.add_user(phone=None, totp=True)
    first, second = (federation.sign_in(sp.url(), user) for _ in range(2))
    code = user.code()
    first.enter_code(code)
    purge(federation.services.database, federation.clock.now() + GRACE)

    second.enter_code(code)

    assert not second.is_finished


def test_an_answered_request_stays_answered_too(federation, easy):
    url = easy.url()
    browser = federation.sign_in(url).browser
    purge(federation.services.database, federation.clock.now() + GRACE)

    assert browser.get(url).status == 400


def test_a_push_that_ran_out_ahead_of_time_is_not_answered_when_the_clock_is_back(
    federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    (request,) = phone.pending()
    federation.clock.advance(2 * MINUTE)
    assert sign_in.poll().error
    federation.clock.advance(-2 * MINUTE)

    assert phone.pending() == ()
    assert not sign_in.poll().html.count("SAMLResponse")
    stored = SqlPushStore(federation.services.database).find(request.id)
    assert stored.state == "expired"


def test_a_waiting_phone_waits_as_long_as_it_asked(federation, phone):
    """By the monotonic clock: a day ahead does not end it, nor does a day back prolong it."""
    reads: Notes[frozenset[str]] = Notes()

    def read(users: frozenset[str]) -> dict[str, str]:
        reads.add(users)
        return {}

    room = WaitingRoom(read, Room(1), period=0.01)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(room.wait, "alice", lambda: None, 10_000)
        reads.wait_for(bool)
        federation.clock.advance(timedelta(days=1))
        for _ in range(3):
            reads.wait_for_next()
        assert not waiting.done()
        room.close()
        assert waiting.result(NET_SECONDS) is None

        short = pool.submit(WaitingRoom(read, Room(1)).wait, "alice", lambda: None, 0.3)
        federation.clock.advance(timedelta(days=-2))
        assert short.result(NET_SECONDS) is None
