"""Reads ``.reg`` files: the keys and values that they set and delete, in the order of the file.

The syntax is that of Microsoft's page "How to add, modify, or delete registry subkeys and values by
using a .reg file": version 5.00 in UTF-16 or another encoding, and REGEDIT4.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from adapter.errors import TallystickError

MAX_REG_FILE_BYTES = 1 << 20
MAX_FAULTS_NAMED = 5
HEADERS = ("windows registry editor version 5.00", "regedit4")

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_BLANKS = r"[ \t]*+"  # possessive here and below: a file of blanks must not take minutes
_END = rf"{_BLANKS}(?:;[^\n]*)?(?:\n|\Z)"
_EMPTY_LINE = re.compile(_END)
_KEY_LINE = re.compile(rf"{_BLANKS}\[(-?)([^\n]*)\]{_END}")
_NAME = re.compile(rf"{_BLANKS}(?:@|{_QUOTED}){_BLANKS}={_BLANKS}", re.DOTALL)
_DELETION = re.compile(rf"-{_END}")
_STRING = re.compile(rf"{_QUOTED}{_END}", re.DOTALL)
_OTHER = re.compile(
    rf"((?:[dq]word|hex(?:\([0-9a-f]++\))?):(?:[^\n\\;]|\\{_BLANKS}\n)*+){_END}", re.IGNORECASE
)
_LAYOUT = re.compile(r"[\\\s]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_REST_OF_LINE = re.compile(r"[^\n]*\n?")


class RegFileError(TallystickError):
    """Raised for a file that is not a ``.reg`` file, has faulty lines, or lacks the wanted key."""

    code = "bad_reg_file"


class Kind(Enum):
    """What a line of the file does to its key or to a value of it."""

    OPEN_KEY = auto()
    DELETE_KEY = auto()
    SET_STRING = auto()
    SET_OTHER = auto()  # a number or bytes
    DELETE_VALUE = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the key as it is written, and the value that is set or deleted.

    ``name`` is empty for the key itself and for its default value. ``data`` is the string, or the
    type and the digits of another value, such as ``dword:00000001``.
    """

    line: int
    kind: Kind
    key: str
    name: str = ""
    data: str = ""


def read_entries(content: bytes) -> tuple[Entry, ...]:
    """Return what a ``.reg`` file does, line by line; raises :class:`RegFileError`.

    A file with faulty lines is refused whole, though regedit would skip them.
    """
    if len(content) > MAX_REG_FILE_BYTES:
        raise RegFileError(
            f"The file has more than {MAX_REG_FILE_BYTES} bytes",
            "Export only the key AzureMfa",
            code="reg_file_too_large",
        )
    header, _, text = _decode(content).partition("\n")
    if header.strip().lower() not in HEADERS:
        raise RegFileError(
            "The file is not a .reg file: line 1 is not Windows Registry Editor Version 5.00",
            "Export the key AzureMfa with regedit, or with reg export",
            code="not_a_reg_file",
        )
    entries: list[Entry] = []
    faults: list[str] = []
    for found in _lines(text):
        if isinstance(found, Entry):
            entries.append(found)
        else:
            faults.append(found)
    if faults:
        raise _faulty(faults)
    return tuple(entries)


def _decode(content: bytes) -> str:
    """Decode the file as regedit does; ANSI is taken for Western European."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    else:
        body = content.removeprefix(BOM_UTF8)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = body.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> Iterator[Entry | str]:
    """Yield each entry below the header, and a sentence for each line that is not one.

    A string may go over several lines, and so may bytes, whose lines end with a backslash.
    """
    at, line, key = 0, 2, ""
    while at < len(text):
        found, end = _one(text, at, line, key)
        if isinstance(found, Entry):
            key = "" if found.kind is Kind.DELETE_KEY else found.key
        if found is not None:
            yield found
        line += text.count("\n", at, end)
        at = end


def _one(text: str, at: int, line: int, key: str) -> tuple[Entry | str | None, int]:
    """Return what stands at *at* in *text*, and where it ends."""
    if empty := _EMPTY_LINE.match(text, at):
        return None, empty.end()
    if opened := _KEY_LINE.match(text, at):
        kind = Kind.DELETE_KEY if opened[1] else Kind.OPEN_KEY
        return Entry(line, kind, opened[2].strip()), opened.end()
    rest = _REST_OF_LINE.match(text, at)
    end = rest.end() if rest else len(text)
    name = _NAME.match(text, at)
    if name is None:
        return f"line {line}: it is neither a key in brackets nor a value", end
    if not key:
        return f"line {line}: no key stands above this value", end
    return _value(text, name, line, key) or (f"line {line}: the value is not written as one", end)


def _value(text: str, name: re.Match[str], line: int, key: str) -> tuple[Entry, int] | None:
    """Return the entry of the value after *name*, and where it ends; None if there is none."""
    called, at = _unescaped(name[1] or ""), name.end()
    if deletion := _DELETION.match(text, at):
        return Entry(line, Kind.DELETE_VALUE, key, called), deletion.end()
    if string := _STRING.match(text, at):
        return Entry(line, Kind.SET_STRING, key, called, _unescaped(string[1])), string.end()
    if other := _OTHER.match(text, at):
        return Entry(line, Kind.SET_OTHER, key, called, _LAYOUT.sub("", other[1])), other.end()
    return None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _faulty(faults: Sequence[str]) -> RegFileError:
    more = len(faults) - MAX_FAULTS_NAMED
    named = "; ".join(faults[:MAX_FAULTS_NAMED]) + (f"; and {more} more" if more > 0 else "")
    return RegFileError(
        f"The .reg file has faults: {named}", "Nothing was changed; export the key again"
    )
