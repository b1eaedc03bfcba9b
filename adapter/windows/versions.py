"""Versions as Windows prints them: ``winver``, ``ver``, ``systeminfo``, ``docker info``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from adapter.windows import labels
from adapter.windows.builds import BASE, REVISION, VERSION, Build
from adapter.windows.products import PRODUCTS

Lines: TypeAlias = tuple[str, ...]

MAX_MENTIONS = 5000
"""Numbers in running text that are looked at; no server prints as many."""

# A number ends here: no digit of any script, no letter (17763.1.amd64fre), no further part.
END = r"(?!\.?\w)"
# Possessive, so that a wall of blanks costs one look and not one for every way to share it out.
SPACE = r"[ \t]{0,60}+"

_OS_BUILD = re.compile(
    rf"\bOS Build{SPACE}[:=]?{SPACE}\n?{SPACE}({BASE})\.({REVISION}){END}", re.IGNORECASE
)
# "Microsoft Windows" stands before the brackets in every language; other tools print brackets, too.
_BRACKETED = re.compile(
    rf"""(?:^[ \t"]{{0,60}}+|\bWindows(?:\ Server)?(?:\ [0-9]{{4}})?(?:\ R2)?\ ?)
    \[[^\[\]\n]{{0,40}}?{VERSION}({BASE})\.([1-9][0-9]{{0,9}})\]""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_MENTION = re.compile(
    rf"(?<![\w.~-])v?({VERSION})?({BASE})\.([1-9][0-9]{{0,9}}){END}", re.IGNORECASE
)

_BUILD_NUMBER = re.compile(
    rf'\b(?:Current|Os)?Build(?:Number)?"?{SPACE}(?::|=|REG_SZ)?{SPACE}"?({BASE}){END}',
    re.IGNORECASE,
)
_THREE_PARTS = re.compile(rf"(?<![\w.~-])v?{VERSION}({BASE})(?:\.0)?{END}", re.IGNORECASE)
# How PowerShell prints a System.Version. Its revision is a service pack, or that of a file.
_VERSION_TABLE = re.compile(
    rf"""^{SPACE}Major[ \t]{SPACE}Minor[ \t]{SPACE}Build[ \t]{SPACE}Revision{SPACE}\n
    [ \t-]{{0,120}}+\n
    {SPACE}([0-9]{{1,2}})[ \t]{SPACE}[0-9][ \t]{SPACE}({BASE})[ \t]{SPACE}-?[0-9]{{1,10}}
    {SPACE}$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_PACKAGE = re.compile(rf"Package_for_RollupFix~[^\s]{{0,60}}~~({BASE})\.")
_FILE_VERSION = re.compile(rf"\b(?:[0-9]{{1,2}}\.[0-9]\.)?({BASE})\.[0-9]{{1,10}}\b")
_REVISION_OF_A_FILE = re.compile(rf"\b{BASE}\.[1-9][0-9]{{0,9}}\b")

# Lines whose numbers are the version of the branch, of PowerShell or of dism itself.
_OF_THE_BRANCH = re.compile(
    r"""[\s"]*(?:\w*BuildLab\w*|BaseBuildRevisionNumber|PSVersion|BuildVersion|CLRVersion
    |(?:Image\ )?Version:)(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)

_OTHER_SYSTEM = re.compile(
    r"Windows (?:7|8|8\.1|10|11)(?!\.?\w)|Hyper-V Server|Azure Stack HCI", re.IGNORECASE
)
_SERVER = re.compile(r"Windows Server", re.IGNORECASE)
_CLIENT = re.compile(
    r'InstallationType[" \t]{0,60}+(?::|=|REG_SZ)[" \t]{0,60}+Client\b', re.IGNORECASE
)

_BASES = {product.name.lower(): product.base for product in PRODUCTS.values()}
# The longer name first, or 2012 R2 would be read as 2012.
_PRODUCT = re.compile(
    "|".join(map(re.escape, sorted(_BASES, key=len, reverse=True))), re.IGNORECASE
)


def os_builds_in(lines: Lines) -> tuple[Build, ...]:
    """Return builds after the words "OS Build": ``winver``, Settings > About, ``docker info``."""
    return _builds(_OS_BUILD.findall("\n".join(lines)))


def bracketed_in(lines: Lines) -> tuple[Build, ...]:
    """Return builds in brackets, as ``ver`` and the banner of ``cmd.exe`` print them."""
    return _builds(_BRACKETED.findall("\n".join(lines)))


def mentions_in(lines: Lines) -> tuple[Build, ...]:
    """Return builds that stand anywhere else.

    Without a version in front of it (``10.0.``), a number counts only for a known product.
    """
    matches = labels.system_matches(lines, _MENTION, MAX_MENTIONS)
    found = (match.groups() for match in matches)
    return _builds(
        (base, revision) for version, base, revision in found if version or int(base) in PRODUCTS
    )


def bases_in(lines: Lines) -> tuple[int, ...]:
    """Return the base builds that a text names without a revision, from its most reliable words."""
    text = "\n".join(lines)
    trusted = "\n".join(filter(_names_the_system, lines))
    tables = _VERSION_TABLE.findall(text)
    return (
        _numbers(_BUILD_NUMBER.findall(trusted))
        or _numbers(base for major, base in tables if major in ("6", "10"))
        or _numbers(_THREE_PARTS.findall(trusted))
        or _numbers(_PACKAGE.findall(text))
        or named_products_in(lines)
    )


def bases_of_files_in(lines: Lines) -> tuple[int, ...]:
    """Return the base builds of known products that only the versions of files name.

    They tell where to look, and prove nothing: a file may be of another build than the system.
    """
    text = "\n".join(lines)
    found = [*_FILE_VERSION.findall(text), *(base for _, base in _VERSION_TABLE.findall(text))]
    return tuple(base for base in _numbers(found) if base in PRODUCTS)


def named_products_in(lines: Lines) -> tuple[int, ...]:
    """Return the base builds of the products that a text calls by name."""
    names = (name.lower() for line in lines for name in _PRODUCT.findall(line))
    return tuple(dict.fromkeys(_BASES[name] for name in names))


def names_file_versions(lines: Lines) -> bool:
    """Say whether a text has numbers that only look like a revision: BuildLabEx, file versions."""
    return any(_REVISION_OF_A_FILE.search(line) or _OF_THE_BRANCH.match(line) for line in lines)


def other_system(lines: Lines) -> str | None:
    """Return the name of another system if the text comes from one, or None.

    Windows 10 and 11, Hyper-V Server and Azure Stack HCI share base builds with Windows Server.
    """
    text = "\n".join(lines)
    if _CLIENT.search(text):
        return "a Windows client"
    match = _OTHER_SYSTEM.search(text)
    return match[0] if match and not _SERVER.search(text) else None


def _names_the_system(line: str) -> bool:
    """Say whether a line may tell the system's base build, and not that of something else."""
    if not _FOUR_DIGITS.search(line):
        return False
    return not labels.is_doubtful(line) and not _OF_THE_BRANCH.match(line)


def _builds(pairs: Iterable[tuple[str, str]]) -> tuple[Build, ...]:
    return tuple(dict.fromkeys(Build(int(base), int(revision)) for base, revision in pairs))


def _numbers(found: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(map(int, found)))
