"""Interrupts: what the policies ask of users about their methods before a sign-in goes on.

A sign-in that could be completed leads to security info first, which asks, and leads back to the
address of the sign-in. Whether a session was looked at is in the session, so a signed-in request
costs nothing. The rules are in :mod:`adapter.mfa.policy_registration`.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from adapter.mfa.service import MfaService
from idp.session.cookie import SessionCookie
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer

ASKS = "/account/interrupt"


class Interrupts:
    """The interrupts of one server."""

    def __init__(self, mfa: MfaService, cookie: SessionCookie) -> None:
        self._mfa = mfa
        self._cookie = cookie

    def is_due(self, step: SignInStep) -> bool:
        """Say whether the user of this step is asked something first."""
        session = step.facts.session
        if session is None or not session.interrupt_due or step.pending.asks_for_factor_later:
            return False
        return self._mfa.interrupt_of(session.user) is not None

    def lead_away(self, step: SignInStep) -> Answer:
        """Return the redirect to security info, from where the user comes back."""
        address = f"{ASKS}?continue={quote(step.request.address.path, safe='/')}"
        return Answer(status=303, headers=(("Location", address),))

    def passed(self, answer: Answer, step: SignInStep) -> Answer:
        """Return the last answer of a sign-in; its session is not looked at again."""
        session = step.facts.session
        if session is None or not session.interrupt_due or step.pending.asks_for_factor_later:
            return answer
        seen = replace(session, interrupt_due=False)
        return answer.with_header("Set-Cookie", self._cookie.set_header(seen))
