"""A stand-in for Windows: the product sees Windows' library, everything else sees the real one.

Modules of ``idp`` and ``adapter`` (and the program that is run) get an ``import`` of their own. It
refuses modules that only POSIX has, and gives views of ``os``, ``signal``, ``socket``, ``select``
and ``subprocess`` that lack what Windows lacks and do what it does: ``os.kill`` ends a process at
once, a rename does not replace a file, modes of files say nothing. Paths stay those of this
machine, and so does everything that happens in libraries.
"""

from __future__ import annotations

import builtins
import fcntl
import importlib.machinery
import os
import pathlib
import select
import signal
import socket
import stat
import subprocess
import sys
import time
import types
from typing import Any

from system_names import (
    POSIX_ARGUMENTS,
    POSIX_MODULES,
    POSIX_NAMES,
    SIGBREAK,
    WINDOWS_MODULES,
)

KNOWN_SIGNALS = {
    signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGINT, signal.SIGSEGV, signal.SIGTERM,
    SIGBREAK,
}  # fmt: skip
CREATE_NEW_PROCESS_GROUP = 0x200
LK_NBLCK, LK_UNLCK = 2, 0
_stat = os.stat
_replaced: set[str] = set()


class View(types.ModuleType):
    """A module without *absent* names, and with other values for some."""

    def __init__(self, real: types.ModuleType, **values: Any) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(values)
        self._real, self._absent = real, POSIX_NAMES.get(real.__name__, frozenset())

    def __getattr__(self, name: str) -> Any:
        if name in self._absent:
            raise AttributeError(f"{self.__name__}.{name} is not there on Windows")
        return getattr(self._real, name)


class Process(subprocess.Popen):
    """A process that cannot be told anything but to end at once."""

    def __init__(self, *args: Any, creationflags: int = 0, **options: Any) -> None:
        if not_there := POSIX_ARGUMENTS & options.keys():
            raise ValueError(f"{not_there} is not supported on Windows platforms")
        group = 0 if creationflags & CREATE_NEW_PROCESS_GROUP else None
        super().__init__(*args, process_group=group, **options)

    def terminate(self) -> None:
        """TerminateProcess."""
        super().kill()

    kill = terminate


def _kill(pid: int, _number: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _handle(number: int, handler: Any) -> Any:
    if number not in KNOWN_SIGNALS:
        raise ValueError("invalid signal value")
    return signal.signal(number, handler)


def _raise(number: int) -> None:
    """Raise a signal in this process; the default action is to exit with status 3."""
    if signal.getsignal(number) is signal.SIG_DFL:
        os._exit(3)
    signal.raise_signal(number)


def _rename(source: Any, target: Any) -> None:
    if os.path.lexists(target):
        raise FileExistsError(17, "Cannot create a file when that file already exists", target)
    os.rename(source, target)


def _replace(source: Any, target: Any) -> None:
    """Replace a file, but fail the first time for each, as if somebody had it open."""
    if os.fspath(target) not in _replaced and os.path.exists(target):
        _replaced.add(os.fspath(target))
        raise PermissionError(13, "Access is denied", target)
    os.replace(source, target)


def _stat_of(file: Any, **options: Any) -> os.stat_result:
    """Return a file's status with the mode that Windows gives."""
    status = _stat(file, **options)
    rights = 0o777 if stat.S_ISDIR(status.st_mode) else 0o666
    named = {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}
    return os.stat_result((stat.S_IFMT(status.st_mode) | rights, *status[1:]), named)


def _locking(descriptor: int, mode: int, _length: int) -> None:
    """Lock a file at once or not at all; a lock cannot be released twice."""
    if mode == LK_UNLCK:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PermissionError(13, "Permission denied") from None


def _msvcrt() -> types.ModuleType:
    module = types.ModuleType("msvcrt")
    module.__dict__.update(LK_NBLCK=LK_NBLCK, LK_UNLCK=LK_UNLCK, locking=_locking)
    return module


VIEWS = {
    "os": View(
        os, name="nt", kill=_kill, rename=_rename, replace=_replace, stat=_stat_of,
        fstat=_stat_of,
    ),
    "signal": View(signal, SIGBREAK=SIGBREAK, signal=_handle, raise_signal=_raise),
    "socket": View(socket, SO_EXCLUSIVEADDRUSE=socket.SO_REUSEADDR),
    "select": View(select),
    "subprocess": View(
        subprocess, Popen=Process, CREATE_NEW_PROCESS_GROUP=CREATE_NEW_PROCESS_GROUP
    ),
    "sys": View(sys, platform="win32"),
    "time": View(time),
    "msvcrt": _msvcrt(),
}  # fmt: skip


def _import(name: str, *args: Any, **options: Any) -> Any:
    if name in VIEWS:
        return VIEWS[name]
    if name in POSIX_MODULES or name in WINDOWS_MODULES:
        raise ModuleNotFoundError(f"No module named {name!r} (on Windows)", name=name)
    return builtins.__import__(name, *args, **options)


BUILTINS = {**vars(builtins), "__import__": _import}


class Loader(importlib.machinery.SourceFileLoader):
    """Runs a module of the product with the import above."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run it."""
        module.__dict__["__builtins__"] = BUILTINS
        super().exec_module(module)


class Finder(importlib.machinery.PathFinder):
    """Finds the modules of the product."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Return where a module of the product is, None for every other."""
        if fullname.partition(".")[0] not in ("idp", "adapter"):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


def install() -> None:
    """Let the product be on Windows, from now on."""
    pathlib.Path.stat = lambda path, **options: _stat_of(path, **options)
    sys.modules["__main__"].__dict__["__builtins__"] = BUILTINS
    sys.meta_path.insert(0, Finder)
