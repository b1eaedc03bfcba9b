"""How a process learns that it should end: by a signal, or because who started it is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection


def end_with_standard_input() -> None:
    """End this process when its standard input does.

    The supervisor holds the other end and writes nothing: it ends with the supervisor, however
    that dies.
    """
    _in_background(_end_after(_standard_input_ends))


def end_with_parent() -> None:
    """End this process when the one that made it, by :mod:`multiprocessing`, has died."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _in_background(_end_after(lambda: connection.wait([parent.sentinel])))


def obey_signals() -> None:
    """Let signals end this process, until the server that we run in has its own handlers.

    A forked process has those of its parent, which would note the signal where nobody looks.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def keep_signals_for_children() -> None:
    """Let processes that this one forks get a signal sent to them from their first moment on.

    It waits until they obey signals; else the handler they have of us would note it in vain.
    """
    ending = {signal.SIGINT, signal.SIGTERM}

    def block() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ending)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)

    def obey() -> None:
        obey_signals()
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=obey)


def at_signal(act: Callable[[], None]) -> None:
    """Call *act* in a thread of its own once a signal tells this process to end.

    The server that we run in has handlers of its own; this end of the pipe gets the signals they
    handle beside them. To be called in the main thread.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def wait_and_act() -> None:
        os.read(reader, 1)
        act()

    _in_background(wait_and_act)


def _standard_input_ends() -> None:
    while os.read(0, 1):
        pass


def _end_after(wait: Callable[[], object]) -> Callable[[], None]:
    def wait_and_end() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    return wait_and_end


def _in_background(act: Callable[[], None]) -> None:
    threading.Thread(target=act, name="lifeline", daemon=True).start()
