"""The marker ``federation``: how the federation server of a test, class or module is set up.

``@pytest.mark.federation(build="20348.349")``. Markers that stand nearer to the test win, value by
value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from adapter.errors import TallystickError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idp.testing.federation import Federation

NAME = "federation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the marker says; what is None stays as it is without it.

    ``build`` is that of the first node. ``settings`` are those of the server's configuration, by
    ``section.key``. ``policy`` are changes of the policies by key; it and the others are the
    arguments of ``federation.policy``.
    """

    build: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    push_policy: str | None = None
    migration: str | None = None
    reset: str | Sequence[str] | None = None
    reset_methods: int | None = None
    must_register: bool | None = None
    campaign: bool | None = None

    def apply(self, federation: Federation) -> None:
        """Set up a running server, apart from its settings."""
        if self.build is not None:
            federation.set_build(self.build)
        words = {each.name: getattr(self, each.name) for each in fields(self)[3:]}
        if self.policy or any(word is not None for word in words.values()):
            federation.policy(self.policy, **words)


KNOWN = tuple(each.name for each in fields(Setup))


def setup_of(node: pytest.Item | pytest.Collector) -> Setup:
    """Return what the markers of a test or class say; fails it for an argument that is unknown."""
    values: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers(NAME))):  # the nearest one last
        if marker.args:
            _fail(f"takes its arguments by name: {', '.join(KNOWN)}")
        for name, value in marker.kwargs.items():
            if name not in KNOWN:
                close = get_close_matches(name, KNOWN, n=1)
                meant = f"did you mean {close[0]}? " if close else ""
                _fail(f"has no argument {name!r} ({meant}there are {', '.join(KNOWN)})")
            if name in ("settings", "policy"):
                if not isinstance(value, Mapping):
                    _fail(f"needs a dictionary for {name}, not {value!r}")
                value = {**values.get(name, {}), **value}
            values[name] = value
    return Setup(**values)


@contextmanager
def failing_by_marker() -> Iterator[None]:
    """Let a test fail with one line for what the server refuses of its marker."""
    try:
        yield
    except (TallystickError, ValueError) as error:
        _fail(f"cannot be used: {error}")


def _fail(problem: str) -> NoReturn:
    raise pytest.fail.Exception(f"@pytest.mark.{NAME} {problem}", pytrace=False) from None
