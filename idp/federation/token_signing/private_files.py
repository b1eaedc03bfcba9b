"""Reads and writes files of mode 0600, such as private keys and the secret of a farm."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from adapter.errors import TallystickError
from idp import operating_system


class KeyFileError(TallystickError):
    """Raised for a key file that is missing, is readable by others, or exists already."""

    code = "key_file"


def read_private_file(path: Path) -> bytes:
    """Return the content of a file. Raises :class:`KeyFileError` if others can read it, too."""
    content = read_file(path)
    if operating_system.is_open_to_others(path, 0o077):
        raise KeyFileError(
            f"Others than its owner can read or change {path}",
            f"chmod 600 {path}, and make a new key if somebody may have read it",
            code="key_file_is_open",
        )
    return content


def write_private_file(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600, atomically; it belongs to the owner of its folder.

    Raises :class:`KeyFileError` if there is a file of that name already.
    """
    _write(path, content, operating_system.rename_new)


def replace_private_file(path: Path, content: bytes, *, keep_mode: bool = True) -> None:
    """Write a file, atomically; it replaces any file of that name, and keeps its owner and mode.

    Without such a file, or without *keep_mode*, it has mode 0600.
    """
    _write(path, content, operating_system.rename_over, keep_mode=keep_mode)


def _write(
    path: Path,
    content: bytes,
    put_in_place: Callable[[str, Path], None],
    *,
    keep_mode: bool = False,
) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                operating_system.take_place_of(file.fileno(), path, keep_mode=keep_mode)
                os.fsync(file.fileno())
            put_in_place(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be written: {error.strerror}", "Check the folder"
        ) from None


def read_file(path: Path) -> bytes:
    """Return the content of a file; raises :class:`KeyFileError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be read: {error.strerror}", "See [keys] in the configuration"
        ) from None


def already_there(path: Path) -> KeyFileError:
    """Return the error for a file that may not be replaced."""
    return KeyFileError(f"{path} is there already", "Move it away to make a new one")
