"""An address of the REST API with its views."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from flask import Response

from idp.audit.roles import CHANGE, READ

READING = ("GET", "HEAD")

View = Callable[..., Response]
Views = Mapping[str, View]
"""The view for each HTTP method that an address has; GET stands for HEAD too."""

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """An address with its views; *part* is the module that added it."""

    rule: str
    views: Views
    verbs: Mapping[str, str]
    part: ModuleType | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variable parts of the address."""
        return tuple(_VARIABLE.findall(self.rule))

    @property
    def template(self) -> str:
        """The address as OpenAPI writes it: ``/nodes/{name}``."""
        return _VARIABLE.sub(r"{\1}", self.rule)

    def verb_of(self, method: str) -> str:
        """Return what a request does (:mod:`idp.audit.roles`).

        Unless the module says it, a GET reads, and all else is a change for administrators only.
        """
        return self.verbs.get(method, READ if method in READING else CHANGE)


def shown_at(route: Route, routes: Mapping[str, Route]) -> Route | None:
    """Return where what *route* changes is shown: there, or at the nearest address above it.

    *routes* are all of them by their rules.
    """
    rule = route.rule
    while rule:
        found = routes.get(rule)
        if found is not None and "GET" in found.views:
            return found
        rule = rule.rpartition("/")[0]
    return None
