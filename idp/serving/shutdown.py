"""How a process learns that it should end: by a signal, or because the one that started it died."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection

NO_DESCRIPTOR = -1
"""What :func:`signal.set_wakeup_fd` returns if there was no descriptor before."""


def terminate_when_stdin_closes() -> None:
    """Send this process SIGTERM when its standard input closes.

    The supervisor holds the other end and writes nothing, so that it closes when the supervisor
    dies, in whatever way.
    """
    _in_background(_then_terminate(_read_standard_input))


def terminate_when_parent_dies() -> None:
    """Send this process SIGTERM when the process that forked it by :mod:`multiprocessing` died."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _in_background(_then_terminate(lambda: connection.wait([parent.sentinel])))


def restore_default_signals() -> None:
    """Let SIGINT and SIGTERM end this process until its web server installs its own handlers.

    A forked process inherits the handlers of its parent, which would only set a flag that nobody
    reads.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def hold_signals_while_forking() -> None:
    """Hold back signals to a forked process until it has the default handlers.

    Otherwise a signal in its first moments would run the handler that it inherited, and be lost.
    """
    ending = {signal.SIGINT, signal.SIGTERM}

    def block() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ending)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)

    def restore_and_unblock() -> None:
        restore_default_signals()
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=restore_and_unblock)


def call_on_signal(act: Callable[[], None]) -> None:
    """Call *act* once, in a thread of its own, when a signal arrives for which there is a handler.

    The web server has its own handlers; Python writes each signal to the wake-up descriptor too,
    and a thread reads that. An event loop that had the descriptor before gets each signal from that
    thread. Must be called in the main thread, after a loop has installed its handlers.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def wait_and_act() -> None:
        has_acted = False
        while number := os.read(reader, 1):
            if before != NO_DESCRIPTOR:
                os.write(before, number)
            if not has_acted:
                has_acted = True
                act()

    _in_background(wait_and_act)


def _read_standard_input() -> None:
    """Return when standard input has closed."""
    while os.read(0, 1):
        pass


def _then_terminate(wait: Callable[[], object]) -> Callable[[], None]:
    def wait_and_terminate() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    return wait_and_terminate


def _in_background(act: Callable[[], None]) -> None:
    threading.Thread(target=act, name="shutdown", daemon=True).start()
