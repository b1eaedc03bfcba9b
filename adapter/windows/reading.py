"""Reads a server's build from whatever the server prints about itself.

It understands ``winver``, ``ver``, ``systeminfo``, registry listings, ``Get-ComputerInfo``,
``dism``, ``docker info``, hotfix lists, and a build alone. What a text does not say is never
guessed.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from adapter.windows import hotfixes, packages, registry, versions
from adapter.windows.builds import (
    Build,
    NotABuildError,
    TextTooLongError,
    UpdateLevelUnknownError,
    bare_base,
    bare_build,
)
from adapter.windows.catalogue import build_of_kb
from adapter.windows.products import product_name

MAX_TEXT_LENGTH: Final = 1024 * 1024
"""The longest text that is read, in characters."""


class Evidence(StrEnum):
    """Where in a text the build was found; if in several places, the first in this order counts."""

    BARE = "bare"
    REGISTRY = "registry"
    OS_BUILD = "os_build"
    VERSION = "version"
    PACKAGES = "packages"
    MENTION = "mention"
    HOTFIX_LIST = "hotfix_list"
    BASE_ONLY = "base_only"
    FILE_VERSION = "file_version"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says about the server that printed it.

    ``build`` is None if the text does not tell the revision. Then ``at_least`` is the build of the
    newest catalogued update in its hotfix list, if any, and ``base`` the base build, if it is
    known. ``kbs`` are the updates of its hotfix list. ``evidence`` says where the build was found,
    or the base build; ``warnings`` are sentences about what looks wrong.
    """

    build: Build | None = None
    at_least: Build | None = None
    base: int | None = None
    evidence: Evidence = Evidence.NONE
    kbs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def product(self) -> str | None:
        """The product of the base build, or None if it is not known."""
        return None if self.base is None else product_name(self.base)

    @property
    def is_base_certain(self) -> bool:
        """Whether the system itself, and not only the version of a file, names the base build."""
        return self.base is not None and self.evidence is not Evidence.FILE_VERSION

    @property
    def problem(self) -> str | None:
        """Why there is no build: ``update_level_unknown`` or ``not_a_build``; else None."""
        if self.build is not None:
            return None
        unread = self.evidence is Evidence.NONE
        return NotABuildError.code if unread else UpdateLevelUnknownError.code


def decode_output(data: bytes) -> str:
    """Decode what a command wrote: UTF-16 if it has that byte order mark (PowerShell), else UTF-8.

    Bytes that are neither become replacement characters; nothing is raised.
    """
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")


def read_server_text(text: str) -> Reading:
    """Read *text*, in any form that a server prints or an administrator types.

    Raises :class:`TextTooLongError` above ``MAX_TEXT_LENGTH`` characters, and nothing else.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise TextTooLongError(MAX_TEXT_LENGTH)
    text = text.strip()
    build = bare_build(text)
    if build is not None:
        return Reading(build=build, base=build.base, evidence=Evidence.BARE)
    base = bare_base(text)
    if base is not None:
        return Reading(base=base, evidence=Evidence.BASE_ONLY)
    return _read_output(tuple(text.splitlines()))


def read_build(text: str) -> Reading:
    """Read *text* like :func:`read_server_text`, but demand a build, to which a node is set.

    A KB alone stands for the build it brings, a hotfix list for the build of its newest update.
    Raises :class:`NotABuildError`, :class:`UpdateLevelUnknownError`, :class:`TextTooLongError`, and
    :class:`~adapter.windows.UnknownKBError` for a KB that is not in the catalogue.
    """
    reading = read_server_text(text)
    if reading.build is not None:
        return reading
    kb = hotfixes.one_kb(text)
    if kb is not None:
        build = build_of_kb(kb)
        return Reading(build, None, build.base, Evidence.HOTFIX_LIST, reading.kbs)
    if reading.at_least is not None:
        note = f"{reading.at_least} is from the hotfix list: the server may be on a later build."
        return replace(reading, build=reading.at_least, warnings=(*reading.warnings, note))
    why = " ".join(reading.warnings)
    if reading.problem == NotABuildError.code:
        raise NotABuildError(text, why)
    raise UpdateLevelUnknownError(reading.product or "A Windows Server", why)


_FINDERS: Final = (
    (Evidence.REGISTRY, registry.builds_in),
    (Evidence.OS_BUILD, versions.os_builds_in),
    (Evidence.VERSION, versions.bracketed_in),
    (Evidence.PACKAGES, packages.builds_in),
    (Evidence.MENTION, versions.mentions_in),
)


def _read_output(lines: versions.Lines) -> Reading:
    other = versions.other_system(lines)
    if other is not None:
        note = f"The text comes from {other}: AD FS runs on Windows Server only."
        return Reading(warnings=(note,))
    kbs = hotfixes.kbs_in(lines)
    found = [(evidence, builds) for evidence, find in _FINDERS if (builds := find(lines))]
    if not found:
        return _without_revision(lines, kbs)
    evidence, builds = found[0]
    if len(builds) > 1:
        return _of_several(evidence, builds, kbs)
    warnings = (
        *_other_builds(builds[0], found[1:]),
        *_other_product(builds[0], lines),
        *_pending(builds[0], lines),
        *_disagreeing_kbs(builds[0], kbs),
    )
    return Reading(builds[0], None, builds[0].base, evidence, kbs, warnings)


def _of_several(evidence: Evidence, builds: tuple[Build, ...], kbs: tuple[str, ...]) -> Reading:
    bases = {build.base for build in builds}
    names = ", ".join(map(str, builds[:5]))
    return Reading(
        base=bases.pop() if len(bases) == 1 else None,
        evidence=evidence,
        kbs=kbs,
        warnings=(f"The text names several builds ({names}): paste the output of one server.",),
    )


def _without_revision(lines: versions.Lines, kbs: tuple[str, ...]) -> Reading:
    bases = versions.bases_in(lines)
    if len(bases) > 1:
        names = ", ".join(map(str, bases[:5]))
        note = f"The text names several base builds ({names}): paste the output of one server."
        return Reading(evidence=Evidence.BASE_ONLY, kbs=kbs, warnings=(note,))
    base = bases[0] if bases else hotfixes.base_of(kbs)
    if base is None:
        return _without_product(lines, kbs)
    update = hotfixes.newest_of(kbs, base)
    return Reading(
        at_least=update.build if update else None,
        base=base,
        evidence=Evidence.HOTFIX_LIST if update else Evidence.BASE_ONLY,
        kbs=kbs,
        warnings=(
            *_file_versions(lines),
            *_foreign_kbs(base, kbs),
            *_pending(Build(base, 0), lines),
        ),
    )


def _without_product(lines: versions.Lines, kbs: tuple[str, ...]) -> Reading:
    """Return what versions of files suggest; a base build is believed only if all agree on it."""
    if kbs:
        note = "The hotfix list does not say which Windows Server it comes from."
        return Reading(evidence=Evidence.HOTFIX_LIST, kbs=kbs, warnings=(note,))
    bases = versions.bases_of_files_in(lines)
    if not bases:
        return Reading()
    return Reading(
        base=bases[0] if len(bases) == 1 else None,
        evidence=Evidence.FILE_VERSION,
        warnings=tuple(_file_versions(lines)),
    )


def _file_versions(lines: versions.Lines) -> Iterator[str]:
    if versions.names_file_versions(lines):
        yield (
            "The version of a file, a driver, a product or BuildLabEx is not the server's revision."
        )


def _other_builds(
    build: Build, found: Iterable[tuple[Evidence, tuple[Build, ...]]]
) -> Iterator[str]:
    """Warn about other builds in less reliable places; a mere mention is not worth a warning."""
    for evidence, builds in found:
        if evidence is not Evidence.MENTION and builds != (build,):
            names = ", ".join(map(str, builds[:5]))
            yield f"The text also names {names}; {build} is used, from a more reliable place."


def _other_product(build: Build, lines: versions.Lines) -> Iterator[str]:
    bases = versions.named_products_in(lines)
    if bases and build.base not in bases:
        names = " and ".join(str(product_name(base)) for base in bases)
        yield f"The text names {names}, but {build} is another product's build: the build decides."


def _pending(build: Build, lines: versions.Lines) -> Iterator[str]:
    for pending in packages.pending_in(lines):
        if pending.includes(build) and pending != build:
            yield f"The update to {pending} waits for a restart; until then nothing changes."


def _disagreeing_kbs(build: Build, kbs: tuple[str, ...]) -> Iterator[str]:
    update = hotfixes.newest_of(kbs, build.base)
    if update and not build.includes(update.build):
        yield (
            f"{update.kb} ({update.build}) is in the hotfix list, but the build is {build}: "
            "a restart is pending, or the update was removed. The build decides."
        )
    yield from _foreign_kbs(build.base, kbs)


def _foreign_kbs(base: int, kbs: tuple[str, ...]) -> Iterator[str]:
    foreign = hotfixes.foreign_to(kbs, base)
    if foreign:
        names = ", ".join(foreign[:5])
        yield f"{names} in the hotfix list: not an update of base build {base}, so it is ignored."
