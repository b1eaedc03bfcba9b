"""Asks what is decided on somebody who has signed in: the second factor first, then access."""

from __future__ import annotations

from idp.federation.access_control.caller import Caller
from idp.federation.access_control.decision import NO_RULE, Access, decide
from idp.federation.request_context import RequestContext
from idp.signin.assertion import AuthenticatedUser
from idp.signin.sign_in_facts import SignInFacts

NOT_DECIDED = Access((), (NO_RULE,), ())


def access_of(
    known: SignInFacts, proven: AuthenticatedUser | None, request_context: RequestContext
) -> Access:
    """Return what holds now for who has *proven* to be somebody; nobody is let in unknown."""
    if proven is None:
        return NOT_DECIDED
    at = proven.session.authenticated_at
    caller = Caller(proven.user, request_context, proven.methods, at)
    return decide(known.trust.settings, known.rules, caller)
