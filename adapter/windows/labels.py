"""Says whose version a number is: the system's, or that of a file, a driver or a product.

Windows prints versions of files, drivers and products that look like the system's build but are
not: a server of build 17763.2300 may have a HAL of version 10.0.17763.1697. So a number in running
text counts only if the words before it, its line and its heading leave no such doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

_FILE: Final = re.compile(r"\.(?:dll|exe|sys|mui|inf|cat)\b|\bWinBuild\.", re.IGNORECASE)
_NOT_THE_SYSTEM: Final = re.compile(
    r"hardware ?abstraction|(?:file|driver|product)version"
    r"|\b(?:files?(?! server)|drivers?|products?|hal|kernel|firmware|bios|uefi"
    r"|powershell|tools?|images?|modules?|librar(?:y|ies)|agents?|engines?|clients?|components?"
    r"|packages?|apps?|applications?|explorer|diskpart|ntoskrnl|clr|hypervisor)\b",
    re.IGNORECASE,
)

_SYSTEM: Final = (
    r"\b(?:OS|Operating[ _-]?System|(?:Microsoft )?Windows(?: NT| Server)?(?: [0-9]{4})?(?: R2)?"
    r"(?: Standard| Datacenter| Essentials)?)"
    r"(?:[ _-]?(?:full[ _-]?)?(?:version|build(?:[ _-]?number)?))?"
)
_SYSTEM_LABEL: Final = re.compile(rf"(?:{_SYSTEM}|\bLCUVer)\Z", re.IGNORECASE)
_BUILD_LABEL: Final = re.compile(r"build(?:[ _-]?number)?\Z", re.IGNORECASE)
# "Version" in the languages of Windows Server, also as the end of a longer name (FileVersion).
_VERSION: Final = (
    r"\w*(?:vers(?:i[oó]n[ei]?|ie|ão|jon)|wersja|verz(?:e|ió)|sürüm|версия|バージョン)"
    r"|版本|버전|\bver\."
)
_VERSION_LABEL: Final = re.compile(rf"(?:{_VERSION})\Z", re.IGNORECASE)
_VERSION_HEADS: Final = re.compile(rf"({_SYSTEM})(?!\w)|{_VERSION}", re.IGNORECASE)

_VALUE: Final = re.compile(r"[0-9]{4,5}\.[0-9]")
_OPENING: Final = " \t\"'([{"
_MAX_LABEL_LENGTH: Final = 120
_MAX_LINES_TO_HEADING: Final = 20


def system_matches(
    lines: tuple[str, ...], number: re.Pattern[str], limit: int
) -> Iterator[re.Match[str]]:
    """Yield those of the first *limit* matches of *number* that are the system's build.

    Its first group is the version of Windows (``10.0.``), with which the versions of files begin;
    without it, a number is written as only builds are.
    """
    for index, line in enumerate(lines):
        matches = list(islice(number.finditer(line), limit))
        limit -= len(matches)
        if not matches or names_a_file(line):
            continue
        doubtful = _NOT_THE_SYSTEM.search(line) is not None
        heading = _heading(lines, index)
        for match in matches:
            start = match.start()
            label, is_separate = _label(line[max(0, start - _MAX_LABEL_LENGTH) : start])
            if _SYSTEM_LABEL.search(label) or (
                not doubtful
                and not _VERSION_LABEL.search(label)
                and _counts(label, is_separate, heading, is_long=bool(match[1]))
            ):
                yield match


def names_a_file(line: str) -> bool:
    """Say whether a line names a file of a program, a library or a driver."""
    return _FILE.search(line) is not None


def is_doubtful(line: str) -> bool:
    """Say whether a line speaks of a file, a driver, a product or the like."""
    return names_a_file(line) or _NOT_THE_SYSTEM.search(line) is not None


def _counts(label: str, is_separate: bool, heading: str, *, is_long: bool) -> bool:
    """Decide on a number whose label names neither the system nor anything else."""
    if _BUILD_LABEL.search(label):
        return True
    if label:  # a sentence, or the name of something unknown
        return not (is_separate and is_long)
    if names_a_file(heading) or (is_long and _NOT_THE_SYSTEM.search(heading)):
        return False
    return all(head[1] for head in _VERSION_HEADS.finditer(heading))


def _label(before: str) -> tuple[str, bool]:
    """Return the words before a number, and whether a colon, a column or the like separates them.

    Of a row of several columns, only the column before the number counts.
    """
    before = before.rstrip("\"'([{")
    words = re.sub(r"[ \t]+REG_\w+\Z", ":", before.rstrip(" \t"))
    gap = before[len(words) :]
    is_separate = words.endswith((":", "=", "|")) or len(gap) > 1 or "\t" in gap
    cells = re.split(r"\t| {2}|[;,|]", words.rstrip(":=|" + _OPENING))
    return cells[-1].strip(_OPENING), is_separate


def _heading(lines: tuple[str, ...], index: int) -> str:
    """Return the nearest line above that is neither empty, nor dashes, nor a line of values."""
    for line in reversed(lines[max(0, index - _MAX_LINES_TO_HEADING) : index]):
        if line.strip(" \t-") and not _VALUE.search(line):
            return line[:_MAX_LABEL_LENGTH]
    return ""
