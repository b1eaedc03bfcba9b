"""Requests run one after another, and none waits for long for one that does not run."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from functools import partial

import pytest
from support.nets import NET_SECONDS

from idp.processor_turns import ProcessorTurns, aside

FOREVER = 1_000_000.0
ENOUGH = 10
"""Threads."""


class Running:
    """Requests that stay in their block until they are let go."""

    def __init__(self, turns: ProcessorTurns) -> None:
        self.turns = turns
        self.began: list[str] = []
        self.threads: dict[str, int] = {}
        self._changed = threading.Condition()
        self._let_go: list[threading.Event] = []

    def start(self, name: str, *, steps_aside: bool = False) -> threading.Event:
        """Submit a request; set what it returns to let it go."""
        let_go = threading.Event()
        self._let_go.append(let_go)

        def request() -> None:
            self._note(name)
            if steps_aside:
                with aside():
                    self._note(f"{name} aside")
                    let_go.wait(NET_SECONDS)
                self._note(f"{name} again")
            else:
                let_go.wait(NET_SECONDS)

        self.turns.submit(request)
        return let_go

    def _note(self, event: str) -> None:
        with self._changed:
            self.began.append(event)
            self.threads[event] = threading.get_ident()
            self._changed.notify_all()

    def until(self, event: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: event in self.began, NET_SECONDS)

    def end(self) -> None:
        for each in self._let_go:
            each.set()
        self.turns.close()


@pytest.fixture
def patient() -> Iterator[Running]:
    running = Running(ProcessorTurns(ENOUGH, FOREVER, idle_seconds=FOREVER))
    yield running
    running.end()


def test_the_next_request_begins_when_the_one_before_has_ended_and_in_the_same_thread(patient):
    ends_first = patient.start("first")
    patient.until("first")
    patient.start("second")
    patient.start("third")
    assert patient.began == ["first"]

    ends_first.set()
    patient.until("second")

    assert patient.began == ["first", "second"]
    assert patient.threads["second"] == patient.threads["first"]


def test_a_request_that_waits_for_something_else_lets_others_run(patient):
    comes_back = patient.start("first", steps_aside=True)
    patient.until("first aside")
    ends_second = patient.start("second")
    patient.until("second")

    comes_back.set()
    assert "first again" not in patient.began
    ends_second.set()

    patient.until("first again")


def test_the_turn_of_a_request_that_steps_aside_goes_to_one_that_waits(patient):
    ends_first = patient.start("first")
    patient.until("first")
    patient.start("aside", steps_aside=True)
    patient.start("last")

    ends_first.set()

    patient.until("last")
    assert "aside again" not in patient.began


def test_a_request_that_hangs_loses_its_turn_to_the_next_one():
    moments = iter([0.0, 0.9, 1.0, *[1.0] * ENOUGH])
    running = Running(ProcessorTurns(ENOUGH, 1.0, now=lambda: next(moments)))
    ends_hanging = running.start("hanging")
    running.until("hanging")
    running.start("next")
    assert running.turns.pass_on_if_late()
    assert "next" not in running.began

    assert not running.turns.pass_on_if_late()
    running.until("next")

    ends_hanging.set()
    running.end()


def test_a_request_that_comes_back_takes_the_turn_of_one_that_hangs():
    running = Running(ProcessorTurns(ENOUGH, 0.001))
    comes_back = running.start("first", steps_aside=True)
    running.until("first aside")
    running.start("hanging")
    running.until("hanging")

    comes_back.set()

    running.until("first again")
    running.end()


def test_submitting_tells_whether_a_request_has_to_wait(patient):
    assert not patient.turns.submit(lambda: None)
    patient.start("first")
    patient.until("first")
    assert patient.turns.submit(lambda: None)


def test_no_more_threads_run_than_are_allowed():
    running = Running(ProcessorTurns(2, FOREVER))
    lets_go = [running.start(f"{n} waits", steps_aside=True) for n in range(2)]
    for n in range(2):
        running.until(f"{n} waits aside")
    running.start("one more")
    assert "one more" not in running.began

    lets_go[0].set()

    running.until("one more")
    assert running.threads["one more"] == running.threads["0 waits"]
    running.end()


def test_a_thread_that_has_nothing_to_do_for_long_ends():
    running = Running(ProcessorTurns(1, FOREVER, idle_seconds=0.001))
    running.start("first").set()
    running.until("first")
    [thread] = (each for each in threading.enumerate() if each.ident == running.threads["first"])
    thread.join(NET_SECONDS)
    assert not thread.is_alive()

    running.start("second")

    running.until("second")
    running.end()


def test_an_idle_thread_keeps_nothing_of_its_last_request(patient):
    class Kept:
        """What a request holds."""

    kept, done = Kept(), threading.Event()
    gone = weakref.ref(kept, lambda _: done.set())
    patient.turns.submit(partial(id, kept))
    del kept

    assert done.wait(NET_SECONDS)
    assert gone() is None


def test_closing_waits_for_the_requests_that_run(patient):
    lets_go = patient.start("first")
    patient.until("first")
    patient.start("second").set()
    closing = threading.Thread(target=patient.turns.close)
    closing.start()

    lets_go.set()
    closing.join(NET_SECONDS)

    assert patient.began == ["first", "second"]


def test_outside_a_request_there_is_nothing_to_step_aside_from():
    with aside():
        pass
