"""Work that a server does again and again in a thread, and how it ends."""

from __future__ import annotations

import threading

from support.nets import NET_SECONDS

from idp.rounds import Rounds


def test_the_work_is_done_again_and_again():
    done, often = [], threading.Event()

    def work() -> None:
        done.append(threading.current_thread().name)
        if len(done) == 3:
            often.set()

    rounds = Rounds("counting", work, 0.001)
    rounds.start()

    assert often.wait(NET_SECONDS)
    rounds.stop()
    assert set(done) == {"counting"}


def test_stopping_waits_for_the_round_that_is_under_way():
    """Else it would work on a database that is closed already."""
    begun, may_end, order = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        may_end.wait(NET_SECONDS)
        order.append("worked")

    def stop() -> None:
        rounds.stop()
        order.append("stopped")

    rounds = Rounds("slow", work, 0.001)
    rounds.start()
    assert begun.wait(NET_SECONDS)
    stopping = threading.Thread(target=stop)
    stopping.start()

    may_end.set()
    stopping.join(NET_SECONDS)
    assert order == ["worked", "stopped"]
    assert rounds.is_stopped


def test_rounds_that_were_not_started_can_be_stopped():
    rounds = Rounds("never", lambda: None, 60)

    rounds.stop()

    assert rounds.is_stopped


def test_stopping_ends_a_pause_within_a_round():
    begun = threading.Event()

    def work() -> None:
        begun.set()
        rounds.pause(NET_SECONDS)

    rounds = Rounds("pausing", work, 0.001)
    rounds.start()
    assert begun.wait(NET_SECONDS)

    rounds.stop()

    assert "pausing" not in {each.name for each in threading.enumerate()}
