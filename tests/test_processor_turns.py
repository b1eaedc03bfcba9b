"""Requests run one after another, and none waits for long for one that does not run."""

from __future__ import annotations

import threading

import pytest
from support.nets import NET_SECONDS

from idp.processor_turns import ProcessorTurns, aside

FOREVER = 1_000_000.0


class Running:
    """Requests in threads of their own; each stays in its block until it is let go."""

    def __init__(self, turns: ProcessorTurns, threads) -> None:
        self._turns = turns
        self._threads = threads
        self.began: list[str] = []
        self._changed = threading.Condition()

    def start(self, name: str, *, steps_aside: bool = False):
        let_go = threading.Event()

        def request() -> None:
            with self._turns.turn():
                self._note(name)
                if steps_aside:
                    with aside():
                        self._note(f"{name} aside")
                        let_go.wait(NET_SECONDS)
                    self._note(f"{name} again")
                else:
                    let_go.wait(NET_SECONDS)

        return let_go, self._threads.submit(request)

    def _note(self, event: str) -> None:
        with self._changed:
            self.began.append(event)
            self._changed.notify_all()

    def until(self, event: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: event in self.began, NET_SECONDS)


@pytest.fixture
def patient(threads):
    return Running(ProcessorTurns(FOREVER), threads)


def test_the_next_request_begins_when_the_one_before_has_ended(patient):
    ends_first, first = patient.start("first")
    patient.until("first")
    ends_second, second = patient.start("second")
    assert patient.began == ["first"]

    ends_first.set()
    patient.until("second")

    ends_second.set()
    first.result(NET_SECONDS)
    second.result(NET_SECONDS)


def test_a_request_that_waits_for_something_else_lets_others_run(patient):
    comes_back, first = patient.start("first", steps_aside=True)
    patient.until("first aside")
    ends_second, second = patient.start("second")
    patient.until("second")

    comes_back.set()
    assert "first again" not in patient.began
    ends_second.set()

    patient.until("first again")
    first.result(NET_SECONDS)
    second.result(NET_SECONDS)


def test_a_request_that_hangs_loses_its_turn_to_the_next_one(threads):
    running = Running(ProcessorTurns(0.001), threads)
    ends_hanging, hanging = running.start("hanging")
    running.until("hanging")

    ends_next, next_one = running.start("next")
    running.until("next")

    ends_hanging.set()
    ends_next.set()
    hanging.result(NET_SECONDS)
    next_one.result(NET_SECONDS)
    ends_last, last = running.start("last")
    running.until("last")
    ends_last.set()
    last.result(NET_SECONDS)


def test_a_request_that_fails_gives_its_turn_back():
    turns = ProcessorTurns(FOREVER)
    with pytest.raises(ValueError, match="failed"), turns.turn():
        raise ValueError("failed")
    with turns.turn():
        pass


def test_outside_a_request_there_is_nothing_to_step_aside_from():
    with aside():
        pass
