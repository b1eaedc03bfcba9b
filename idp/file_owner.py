"""Gives a file that a command writes as root to the account whose files it stands among."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def take_place_of(descriptor: int, path: Path, *, keep_mode: bool) -> None:
    """Give the open file the owner of the file at *path*, or of its folder if there is none.

    With *keep_mode* it gets the mode of that file, too. So a server that runs with an account of
    its own can still read what an administrator has replaced as root. Only root can give files
    away: for anybody else the owner stays as it is, and so it does on Windows.
    """
    try:
        replaced: os.stat_result | None = path.stat()
    except FileNotFoundError:
        replaced = None
    owner = replaced or path.absolute().parent.stat()
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    if replaced is not None and keep_mode and hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(replaced.st_mode))
