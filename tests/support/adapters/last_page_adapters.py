"""Adapters that fail, and what they show as the last page of the sign-in, or fail to show."""

from __future__ import annotations

import threading

from support.adapters.odd_adapters import (
    METHOD,
    SAYS,
    Good,
    Thrown,
    ThrowsAtBegin,
    ThrowsInTheTitle,
    page,
    passed,
)
from support.nets import NET_SECONDS

from adapter import contract
from adapter.errors import Unavailable as Away


class OwnLastPage(ThrowsAtBegin):
    def on_error(self, request, error):
        return page("It is broken", '<p id="instructions">Call us.</p>')


class SaysWhy(Good):
    """Throws what the contract has for it, and explains itself on its last page."""

    def begin_authentication(self, identity_claim, request, context):
        raise contract.ExternalAuthenticationException("why", context)

    def on_error(self, request, error):
        same = error.context is not None and error.context.data.get("noted")
        return page("It is broken", f'<p id="instructions">{error}, {same}</p>')


class ThrowsTwice(ThrowsAtBegin):
    def on_error(self, request, error):
        raise Thrown(SAYS)


class NoLastPage(ThrowsAtBegin):
    def on_error(self, request, error):
        return "no page"


class Exits(Good):
    def begin_authentication(self, identity_claim, request, context):
        raise SystemExit(SAYS)


class ExitsTwice(Exits):
    def on_error(self, request, error):
        raise SystemExit(SAYS)


class Unprintable(Good):
    class Error(Exception):
        def __str__(self):
            raise Thrown(SAYS)

    def begin_authentication(self, identity_claim, request, context):
        raise self.Error


class LastPageOfClaims(ThrowsAtBegin):
    def on_error(self, request, error):
        return passed(METHOD)


class LastPageThrows(ThrowsAtBegin):
    def on_error(self, request, error):
        return ThrowsInTheTitle.Page()


class LastPageAway(ThrowsAtBegin):
    def on_error(self, request, error):
        raise Away(SAYS, "")


class HangsAtTheLastPage(ThrowsAtBegin):
    """Comes back only when it is let go."""

    let_go = threading.Event()

    def on_error(self, request, error):
        self.let_go.wait(NET_SECONDS)
        return page("Too late")


class ThrowsAnotherContext(Good):
    """Throws with a context that is none; the last page tells which one it was asked with."""

    def begin_authentication(self, identity_claim, request, context):
        context.data["begun"] = True
        raise contract.ExternalAuthenticationException("why", "no context")

    def on_error(self, request, error):
        return page("It is broken", f'<p id="instructions">{error.context.data["begun"]}</p>')
