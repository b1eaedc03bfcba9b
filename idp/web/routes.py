"""Routes that many applications of one process have: what is the same in all is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import PathConverter, Rule

_Builder = Callable[..., tuple[str, str]]

_paths: dict[tuple[object, ...], tuple[Any, Any, Any]] = {}
_builders: dict[tuple[object, ...], _Builder] = {}


class WholePath(PathConverter):
    """The converter ``path``, which takes line breaks too.

    Werkzeug's does not, so that an address with one would be none of ours: it would be answered
    before anybody asks who sends it.
    """

    regex = r"[^/][\s\S]*?"


class Route(Rule):
    """A route that shares what follows from its path with all routes like it.

    werkzeug reads the path of each route and compiles two functions for it, which is most of what
    an application costs to make: the pytest plugin makes one for each test. The functions get the
    route as an argument and know its path alone; those with defaults know more and are made anew.
    """

    def compile(self) -> None:
        """Read the path, or take what was read of it for another map with the same converters."""
        converters = self.map.converters.values() if self.map else ()
        path = (self.rule, self.host, self.subdomain, self.merge_slashes, *converters)
        if path not in _paths:
            super().compile()
            _paths[path] = (self._parts, self._trace, self._converters)
            return
        self._parts, self._trace, self._converters = _paths[path]
        self.arguments.update(self._converters)
        self._build = self._compile_builder(append_unknown=False).__get__(self, None)
        self._build_unknown = self._compile_builder(append_unknown=True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> _Builder:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        path = (self.rule, *self._trace, append_unknown)
        if path not in _builders:
            _builders[path] = super()._compile_builder(append_unknown)
        return _builders[path]
