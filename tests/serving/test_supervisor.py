"""The supervisor runs processes of any kind: here a small program that serves no web."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.serving import supervisor
from idp.serving.process import OnExit, ProcessSpec
from idp.serving.supervisor import ProcessEnded, Supervisor

PROGRAM = """\
import os, signal, sys
from pathlib import Path

folder = Path(sys.argv[1])


def note(event):
    (folder / f"{event}-{os.getpid()}").write_text(os.environ.get("GREETING", ""))
    with open(folder / "events", "w") as events:
        events.write(f"{event}\\n")


def end(*_):
    note("ended")
    sys.exit(int(os.environ.get("STATUS", 0)))


signal.signal(signal.SIGTERM, (lambda *_: note("told")) if "STUBBORN" in os.environ else end)
note("started")
while True:
    signal.pause()
"""


class Programs:
    """Small programs that note in a folder, and tell by a named pipe, what happens to them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._file = folder / "program.py"
        self._file.write_text(PROGRAM)
        os.mkfifo(folder / "events")
        # Open for writing as well, so that neither end ever waits for the other to open.
        self._events = os.fdopen(os.open(folder / "events", os.O_RDWR), "rb", buffering=0)

    def spec(self, count: int = 1, on_exit: OnExit = OnExit.END_SERVER, **environment: str):
        return ProcessSpec(
            name="sample",
            command=(sys.executable, str(self._file), str(self.folder)),
            environment=environment,
            count=count,
            is_ready=lambda: len(self.noted("started")) >= count,
            on_exit=on_exit,
        )

    def noted(self, event: str) -> set[int]:
        """Return the ids of the processes that have noted *event*."""
        return {int(each.name.partition("-")[2]) for each in self.folder.glob(f"{event}-*")}

    def when(self, *events: str, act: Callable[[], None]) -> None:
        """Call *act* after these events, while the supervisor has the main thread."""

        def wait_and_act() -> None:
            for event in events:
                while self._events.readline() != f"{event}\n".encode():
                    pass
            act()

        threading.Thread(target=wait_and_act, daemon=True).start()

    def close(self) -> None:
        self._events.close()


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    made = Programs(tmp_path / "programs")
    yield made
    made.close()


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Programs]:
    made = Programs(tmp_path / "others")
    yield made
    made.close()


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def has_ended(pid: int) -> bool:
    """Return whether a child of this process has ended and was awaited."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_processes_start_become_ready_get_sigterm_and_are_awaited(programs):
    Supervisor([programs.spec(count=2)]).run(terminate)

    assert len(programs.noted("started")) == 2
    assert programs.noted("ended") == programs.noted("started")
    assert all(map(has_ended, programs.noted("started")))


def test_a_process_gets_the_variables_of_all_processes_and_its_own(programs):
    spec = programs.spec(GREETING="its own")
    Supervisor([spec], {"GREETING": "for all", "STATUS": "0"}).run(terminate)

    (note,) = programs.folder.glob("started-*")
    assert note.read_text() == "its own"
    assert programs.noted("ended")


def test_nothing_is_said_to_be_ready_before_every_process_is(programs, others):
    states = []

    def on_ready() -> None:
        states.append((len(programs.noted("started")), len(others.noted("started"))))
        terminate()

    Supervisor([programs.spec(), others.spec(count=2)]).run(on_ready)

    assert states == [(1, 2)]


def test_a_process_that_ends_by_itself_ends_the_server(programs, others):
    def kill_one() -> None:
        (pid,) = programs.noted("started")
        kill(pid)

    with pytest.raises(ProcessEnded, match=r"The sample process ended by itself \(status -9\)"):
        Supervisor([programs.spec(), others.spec()]).run(kill_one)
    assert others.noted("ended") == others.noted("started") != set()
    assert all(map(has_ended, programs.noted("started") | others.noted("started")))


def test_a_process_is_restarted_where_its_rule_says_so(programs, monkeypatch, capfd):
    monkeypatch.setattr(supervisor, "RESTART_SECONDS", 0.01)

    def kill_one() -> None:
        (pid,) = programs.noted("started")
        kill(pid)

    programs.when("started", "started", act=terminate)
    Supervisor([programs.spec(on_exit=OnExit.RESTART)]).run(kill_one)

    assert len(programs.noted("started")) == 2
    assert len(programs.noted("ended")) == 1, "the second one was told to end"
    assert all(map(has_ended, programs.noted("started")))
    assert "process_restarted" in capfd.readouterr().err


def test_a_process_that_is_about_to_be_restarted_does_not_start_after_a_signal(
    programs, monkeypatch
):
    def kill_and_end() -> None:
        monkeypatch.setattr(supervisor.threading, "Timer", TimerAfterSignal)
        (pid,) = programs.noted("started")
        kill(pid)

    Supervisor([programs.spec(on_exit=OnExit.RESTART)]).run(kill_and_end)

    assert len(programs.noted("started")) == 1


class TimerAfterSignal:
    """A timer whose time is up as soon as the signal has arrived."""

    def __init__(self, _seconds: float, call: Callable, arguments: list) -> None:
        self._call, self._arguments = call, arguments

    def start(self) -> None:
        terminate()
        self._call(*self._arguments)


@pytest.mark.parametrize("on_exit", OnExit)
def test_a_process_that_cannot_start_ends_the_server_whatever_its_rule(tmp_path, on_exit):
    spec = ProcessSpec(
        name="broken",
        command=(sys.executable, "-c", "raise SystemExit(3)"),
        is_ready=lambda: False,
        on_exit=on_exit,
    )

    with pytest.raises(ProcessEnded, match=r"The broken process ended by itself \(status 3\)"):
        Supervisor([spec]).run(lambda: pytest.fail("it is not ready"))


def test_a_process_that_does_not_become_ready_is_ended(programs, monkeypatch):
    monkeypatch.setattr(supervisor, "START_SECONDS", 0)
    spec = programs.spec(count=1)
    never = ProcessSpec(spec.name, spec.command, is_ready=lambda: False)

    with pytest.raises(ProcessEnded) as raised:
        Supervisor([never]).run(lambda: pytest.fail("it is not ready"))
    assert raised.value.code == "server_not_answering"


def test_a_status_that_is_no_ordinary_end_is_an_error(programs):
    with pytest.raises(ProcessEnded, match=r"before everybody was answered \(status 5\)"):
        Supervisor([programs.spec(STATUS="5")]).run(terminate)


def test_a_second_signal_kills(programs):
    programs.when("told", act=terminate)
    with pytest.raises(ProcessEnded, match=r"before everybody was answered \(status -9\)"):
        Supervisor([programs.spec(STUBBORN="1")]).run(terminate)
    assert all(map(has_ended, programs.noted("started")))


@pytest.mark.parametrize("earlier", [False, True], ids=["while it waits", "before it waits"])
def test_a_signal_that_another_thread_received_ends_the_processes(programs, earlier):
    arrived = threading.Event()

    def terminate_in_this_thread() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        terminate()
        arrived.set()

    def on_ready() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        if not earlier:
            programs.when("started", act=terminate_in_this_thread)
            return
        threading.Thread(target=terminate_in_this_thread).start()
        arrived.wait()

    try:
        Supervisor([programs.spec()]).run(on_ready)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    assert programs.noted("ended") == programs.noted("started") != set()


def test_an_error_of_the_caller_leaves_no_process(programs):
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Supervisor([programs.spec()]).run(fail)
    assert programs.noted("ended") == programs.noted("started") != set()


def test_the_handlers_of_signals_are_restored(programs):
    before = signal.getsignal(signal.SIGTERM)
    Supervisor([programs.spec()]).run(terminate)

    assert signal.getsignal(signal.SIGTERM) is before
