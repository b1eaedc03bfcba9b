"""How a process learns that it should end: by a signal, or because the one that started it died."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing import connection

from idp import operating_system
from idp.operating_system import ENDING_SIGNALS

NO_DESCRIPTOR = -1
"""What :func:`signal.set_wakeup_fd` returns if there was no descriptor before."""


def end_when_stdin_closes(end: Callable[[], object]) -> None:
    """Call *end*, which ends this process, in another thread when its standard input closes.

    The supervisor holds the other end and writes nothing, so that it closes when the supervisor
    dies, in whatever way. On Windows the supervisor closes it to tell this process to end.
    """
    _in_background(_read_standard_input, end)


def terminate_when_parent_dies() -> None:
    """Send this process SIGTERM when the process that forked it by :mod:`multiprocessing` died."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _in_background(
            lambda: connection.wait([parent.sentinel]), operating_system.end_this_process
        )


def restore_default_signals() -> None:
    """Let ending signals end this process until its web server installs its own handlers.

    A forked process inherits the handlers of its parent, which would only set a flag that nobody
    reads.
    """
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def hold_signals_while_forking() -> None:
    """Hold back signals to a forked process until it has the default handlers.

    Otherwise a signal in its first moments would run the handler that it inherited, and be lost.
    """
    operating_system.hold_signals_while_forking(restore_default_signals)


def call_on_signal(act: Callable[[], None]) -> None:
    """Call *act* once, in a thread of its own, when a signal arrives for which there is a handler.

    The web server has its own handlers; Python writes each signal to the wake-up descriptor too,
    and a thread reads that. An event loop that had the descriptor before gets each signal from that
    thread. Must be called in the main thread, after a loop has installed its handlers.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    loop = None if before == NO_DESCRIPTOR else _duplicate(before)

    def wait_and_act() -> None:
        has_acted = False
        with writer:  # Python writes to it as long as this process runs
            while number := reader.recv(1):
                if loop is not None:
                    loop.send(number)
                if not has_acted:
                    has_acted = True
                    act()

    _in_background(wait_and_act)


def _duplicate(descriptor: int) -> socket.socket:
    """Return another socket for the one that somebody else owns; an event loop uses sockets."""
    borrowed = socket.socket(fileno=descriptor)
    try:
        duplicate = borrowed.dup()
        duplicate.setblocking(False)  # a duplicate of a socket shares this with it
        return duplicate
    finally:
        borrowed.detach()


def _read_standard_input() -> None:
    """Return when standard input has closed."""
    while os.read(0, 1):
        pass


def _in_background(*steps: Callable[[], object]) -> None:
    def take() -> None:
        for step in steps:
            step()

    threading.Thread(target=take, name="shutdown", daemon=True).start()
