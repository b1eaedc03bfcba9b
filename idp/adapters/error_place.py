"""Where an adapter's code failed: the deepest line of its own package, in words without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType, TracebackType

from idp.adapters.source_files import package_of

MAX_CHAIN = 10
"""Exceptions of a chain that are looked at: an exception and what caused it, and so on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of code: ``package/module.py:LINE``, and the function it is in."""

    at: str = ""
    function: str = ""


def place_of(error: BaseException, package: str) -> Place:
    """Return the deepest line inside the top-level *package* that led to *error*.

    If no line of the package did, it is the line that raised the error.
    """
    chain = list(chain_of(error))
    for each in chain:
        inside = [frame for frame in _frames(each.__traceback__) if _package(frame[0]) == package]
        if inside:
            return _place(*inside[-1])
    frames = list(_frames(chain[0].__traceback__))
    return _place(*frames[-1]) if frames else Place()


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception, the one that it was raised from, and so on."""
    each: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if each is None:
            return
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def frames_of(error: BaseException) -> list[str]:
    """Return the traceback's lines: file, line and function, without the text of the code."""
    frames = traceback.StackSummary.from_list(
        traceback.FrameSummary(f.f_code.co_filename, line, f.f_code.co_qualname, line="")
        for f, line in _frames(error.__traceback__)
    )
    return [line.strip() for line in frames.format()]


def _frames(at: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while at is not None:
        yield at.tb_frame, at.tb_lineno
        at = at.tb_next


def _package(frame: FrameType) -> str:
    return package_of(_module(frame))


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _place(frame: FrameType, line: int) -> Place:
    file = PurePath(frame.f_code.co_filename)
    below = len(_module(frame).split(".")) + (file.name == "__init__.py")
    return Place(f"{'/'.join(file.parts[-below:])}:{line}", frame.f_code.co_qualname)
