"""An OS build: a base build and a revision (UBR), compared as integers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapter.errors import TallystickError
from adapter.sentences import sentence

HOW_TO_TELL = (
    "Run winver on the server and give the OS build it shows, or paste the output of: "
    r'reg query "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"'
)
"""Tells administrators how to find out a server's revision."""

# ASCII digits only: \d and int() also take those of other scripts. No leading zeros: Windows
# prints none, and 20348.035 leaves open whether .35 or .350 was meant.
BASE = r"[1-9][0-9]{3,4}"
REVISION = r"(?:0|[1-9][0-9]{0,9})"
VERSION = r"(?:10\.0|6\.[0-3])\."

_BARE = re.compile(rf"[vV]?({VERSION})?({BASE})\.({REVISION})")
_WITHOUT_REVISION = re.compile(rf"[vV]?(?:{VERSION})?({BASE})")


@dataclass(frozen=True, slots=True)
class Build:
    """An OS build such as 20348.350: base build 20348, revision (UBR) 350.

    Two builds are comparable only inside one base build, so there is no ordering, only
    :meth:`includes`.
    """

    base: int
    revision: int

    def includes(self, required: Build) -> bool:
        """Say whether a server of this build includes the update that brought *required*.

        Updates are cumulative: the base build is the same and the revision at least as high.
        """
        return self.base == required.base and self.revision >= required.revision

    def __str__(self) -> str:
        return f"{self.base}.{self.revision}"


class BuildError(TallystickError):
    """The base class of errors about a text that does not tell a build."""


class NotABuildError(BuildError):
    """Raised when a text names no Windows Server build."""

    code = "not_a_build"

    def __init__(self, text: str, why: str = "") -> None:
        super().__init__(
            problem=why or f"There is no Windows Server build in {_shorten(text)!r}",
            remedy=sentence("Give one like 20348.350, or paste what winver shows on the server"),
        )


class UpdateLevelUnknownError(BuildError):
    """Raised when a text names a Windows Server but not its revision."""

    code = "update_level_unknown"

    def __init__(self, known: str, why: str = "") -> None:
        problem = f"{known} is known, but its revision is not"
        super().__init__(
            problem=sentence("{problem}. {why}", problem=problem, why=why) if why else problem,
            remedy=HOW_TO_TELL,
        )


class TextTooLongError(BuildError):
    """Raised when a text is longer than anything a server prints about itself."""

    code = "text_too_long"

    def __init__(self, limit: int) -> None:
        super().__init__(
            problem=sentence("The text is longer than {limit} characters", limit=limit),
            remedy=sentence("Paste only what the command printed"),
        )


def parse_build(text: str) -> Build:
    """Read a build that stands alone: ``20348.350``, ``10.0.20348.350`` or ``v10.0.20348.350``.

    For text that servers print use :func:`adapter.windows.read_server_text`. Raises
    :class:`NotABuildError`, or :class:`UpdateLevelUnknownError` if the revision is missing.
    """
    text = text.strip()
    build = bare_build(text)
    if build is not None:
        return build
    if bare_base(text) is not None:
        raise UpdateLevelUnknownError(sentence("The base build {text}", text=text))
    raise NotABuildError(text)


def bare_build(text: str) -> Build | None:
    """Return the build if *text* is a build and nothing else, or None."""
    match = _BARE.fullmatch(text)
    if match is None:
        return None
    version, base, revision = match.groups()
    # The fourth part of 10.0.17763.0 is what .NET always prints, not a revision.
    return None if version and revision == "0" else Build(int(base), int(revision))


def bare_base(text: str) -> int | None:
    """Return the base build if *text* is just that (``17763``, ``10.0.17763.0``), or None."""
    match = _WITHOUT_REVISION.fullmatch(text.removesuffix(".0"))
    return int(match[1]) if match else None


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
