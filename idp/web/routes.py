"""Routes that many applications of one process have: what is the same in all is compiled once."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import PathConverter, Rule

_Builder = Callable[..., tuple[str, str]]

_builders: dict[tuple[object, ...], _Builder] = {}


class WholePath(PathConverter):
    """The converter ``path``, which takes line breaks too.

    Werkzeug's does not, so that an address with one would be none of ours: it would be answered
    before anybody asks who sends it.
    """

    regex = r"[^/][\s\S]*?"


class Route(Rule):
    """A route whose addresses are built by functions that all routes like it share.

    werkzeug writes and compiles two functions for each route, which is most of what an application
    costs to make: the pytest plugin makes one for each test. The functions get the route as an
    argument and know its path alone; those with defaults know more and are made anew.
    """

    def _compile_builder(self, append_unknown: bool = True) -> _Builder:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        path = (self.rule, *self._trace, append_unknown)
        if path not in _builders:
            _builders[path] = super()._compile_builder(append_unknown)
        return _builders[path]
