"""What Windows does otherwise than POSIX systems (Linux, macOS): both ways, side by side.

No other module asks which system it runs on, or uses what only one of them has; a test reads all
of them. Sources: the pages "os", "signal", "socket", "subprocess" and "msvcrt" of the Python
library's reference, and the pages of Microsoft's documentation that are named below.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

IS_WINDOWS = os.name == "nt"

MAX_OPEN_FILES = 65_536
"""Enough for every connection of a worker, where the system sets no limit."""
MAX_WINDOWS_FILES = 8192
"""What the C run-time library can have open there (Microsoft: "_setmaxstdio")."""

RETRY_SECONDS = 0.02
"""Pause before Windows is asked again for a file that somebody else has open."""
MAX_REPLACE_TRIES = 100

# Windows has no SIGHUP. SIGBREAK is what a process gets for Ctrl-Break and if its console is
# closed; SIGTERM can only be raised by the process itself ("signal" in Microsoft's C run-time
# library reference).
if IS_WINDOWS:
    ENDING_SIGNALS: tuple[int, ...] = (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGBREAK,  # type: ignore[attr-defined]  # Windows only
    )
    TERMINAL_SIGNALS = ENDING_SIGNALS
    MAX_SELECTED_SOCKETS: int | None = 512
    # The default action of SIGTERM there is to exit with status 3 ("raise", the same reference).
    ORDINARY_STATUSES = (0, 3)
else:
    ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
    TERMINAL_SIGNALS = (*ENDING_SIGNALS, signal.SIGHUP)
    MAX_SELECTED_SOCKETS = None
    ORDINARY_STATUSES = (0, -signal.SIGTERM)
"""``ENDING_SIGNALS`` tell a process to end, ``TERMINAL_SIGNALS`` a command in a terminal.

``ORDINARY_STATUSES`` are the exit statuses of a process that ended as it was told.
``MAX_SELECTED_SOCKETS`` limits ``select.select``: CPython is compiled with FD_SETSIZE 512 there.
"""

UNIX_SOCKETS: int | None = getattr(socket, "AF_UNIX", None)
"""The address family of Unix sockets; None on Windows, where Python has none."""


def processor_count() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # on Linux only
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int | None:
    """Return how much memory this machine or container has; None if that is not known."""
    try:
        limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    except (AttributeError, OSError, ValueError):  # on Windows, or unknown to the system
        return None
    with suppress(OSError, ValueError):  # "max" is no number
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(limits)


def allow_open_files() -> int:
    """Let this process open as many files as it may, and return how many that are."""
    if IS_WINDOWS:
        return MAX_WINDOWS_FILES
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = MAX_OPEN_FILES
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def is_readable(file: int) -> bool:
    """Return whether a socket has something to read, or was closed by the other end."""
    if IS_WINDOWS:  # it has no poll, and its select takes sockets of any number
        return bool(select.select([file], [], [], 0)[0])
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))


def set_address_options(listener: socket.socket) -> None:
    """Let *listener* have an address that was in use a moment ago, but none that is in use now.

    On Windows SO_REUSEADDR would let two sockets listen on one port (Microsoft: "Using SO_REUSEADDR
    and SO_EXCLUSIVEADDRUSE").
    """
    name = "SO_EXCLUSIVEADDRUSE" if IS_WINDOWS else "SO_REUSEADDR"
    listener.setsockopt(socket.SOL_SOCKET, getattr(socket, name), 1)


def keep_port_to_itself(receiver: socket.socket) -> None:
    """Let no other program bind the port of a UDP socket: elsewhere than on Windows none can."""
    if IS_WINDOWS:
        receiver.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE"), 1)  # noqa: B009


def is_open_to_others(file: Path | int, rights: int) -> bool:
    """Return whether the mode of a file (a path or a descriptor) has one of these bits.

    Always False on Windows, whose modes only tell whether a file is read-only: there the access
    list of the folder decides. The profile of an account is closed to other users. Raises
    ``OSError``.
    """
    status = os.stat(file)
    return not IS_WINDOWS and bool(stat.S_IMODE(status.st_mode) & rights)


def rename_new(source: str, target: Path) -> None:
    """Give a file the name *target*. Raises ``FileExistsError`` if there is one of that name.

    POSIX renames replace a file, so that a second link is made instead; on Windows a rename fails.
    *source* may be left.
    """
    if IS_WINDOWS:
        os.rename(source, target)
    else:
        os.link(source, target)


def rename_over(source: str, target: Path) -> None:
    """Give a file the name *target*, atomically, in the place of any other file of that name.

    Windows refuses that while somebody has the other file open (Microsoft: "Creating and Opening
    Files", FILE_SHARE_DELETE). Our readers close it at once, so it is tried for two seconds.
    """
    tries = MAX_REPLACE_TRIES if IS_WINDOWS else 1
    while True:
        tries -= 1
        try:
            return os.replace(source, target)
        except PermissionError:
            if not tries:
                raise
            time.sleep(RETRY_SECONDS)


def take_place_of(descriptor: int, path: Path, *, keep_mode: bool) -> None:
    """Give the open file the owner of the file at *path*, or of its folder if there is none.

    With *keep_mode* it gets the mode of that file, too. So a server that runs with an account of
    its own can still read what an administrator has replaced as root. Only root can give files
    away: for anybody else the owner stays as it is. Files on Windows have the access list of
    their folder.

    A symbolic link counts as no file: the link is replaced, not what it names. In a folder that
    everybody may write to, anybody could have put the file there, so that nothing is given away.
    """
    if IS_WINDOWS:
        return
    folder = path.absolute().parent.stat()
    if folder.st_mode & stat.S_IWOTH:
        return
    try:
        replaced: os.stat_result | None = path.lstat()
    except FileNotFoundError:
        replaced = None
    if replaced is not None and not stat.S_ISREG(replaced.st_mode):
        replaced = None
    owner = replaced or folder
    with suppress(PermissionError):
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    if replaced is not None and keep_mode:
        os.fchmod(descriptor, stat.S_IMODE(replaced.st_mode))


@contextmanager
def locked(descriptor: int) -> Iterator[None]:
    """Hold the lock of an open file; other processes, and other descriptors in this one, wait.

    The system releases it if the process dies.
    """
    if IS_WINDOWS:
        import msvcrt as _msvcrt

        msvcrt: Any = _msvcrt
        while True:
            with suppress(PermissionError):
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # the first byte, even if missing
                break
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def end_this_process() -> None:
    """Send this process SIGTERM, from any thread.

    On Windows ``os.kill`` would end it at once, whatever its handler of SIGTERM is.
    """
    if IS_WINDOWS:
        signal.raise_signal(signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)


def hold_signals_while_forking(in_child: Callable[[], object]) -> None:
    """Call *in_child* in each process that this one forks, before it can get an ending signal.

    Windows forks no processes.
    """
    if IS_WINDOWS:
        return

    def block() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)

    def prepare_child() -> None:
        in_child()
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=prepare_child)


def start_in_own_group(command: tuple[str, ...], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C in our terminal does not reach; *options* are those of Popen."""
    if IS_WINDOWS:
        flags: int = subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]  # Windows
        return subprocess.Popen(command, creationflags=flags, **options)  # noqa: S603 - ours
    return subprocess.Popen(command, start_new_session=True, **options)  # noqa: S603 - ours


def tell_to_end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process of :func:`start_in_own_group` to finish its work and end.

    It must end at SIGTERM, and when its standard input, a pipe, closes. Windows cannot send it
    SIGTERM: ``Popen.terminate`` would cut off what it is doing (Microsoft: "TerminateProcess").
    """
    if not IS_WINDOWS:
        process.terminate()
    elif process.stdin is not None:
        process.stdin.close()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process of :func:`start_in_own_group` and all that it has started.

    On Windows only the process is killed; those it has started notice that by themselves.
    """
    if IS_WINDOWS:
        process.kill()
    else:
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)


def command_line(words: list[str]) -> str:
    """Return *words* as one line, quoted for a POSIX shell or for Windows' command prompt."""
    return subprocess.list2cmdline(words) if IS_WINDOWS else shlex.join(words)
