"""Asks what is decided on somebody who has signed in: the second factor first, then access."""

from __future__ import annotations

from idp.federation.access_control.caller import Caller
from idp.federation.access_control.decision import NO_RULE, Access, decide
from idp.federation.whereabouts import Whereabouts
from idp.signin.issuing import Proven
from idp.signin.known import Known

NOT_DECIDED = Access((), (NO_RULE,), ())


def access_of(known: Known, proven: Proven | None, whereabouts: Whereabouts) -> Access:
    """Return what holds now for who has *proven* to be somebody; nobody is let in unknown."""
    if proven is None:
        return NOT_DECIDED
    at = proven.session.authenticated_at
    caller = Caller(proven.user, whereabouts, proven.methods, at)
    return decide(known.trust.settings, known.rules, caller)
