"""Asks for one proof of a reset: sends the request with its number, or checks a code.

Where the user cannot be asked, the same is asked of the reset's stand-in, which has no phone and no
codes: the page shows a number, and the answer never comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from adapter.contract import Explanation
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.permissions import Permissions
from adapter.mfa.policy import CODE_METHODS, PUSH
from adapter.mfa.push.challenge import NUMBER_MATCH
from adapter.mfa.verification.state import UNAVAILABLE, Verification
from adapter.mfa.verification.verifier import Asker, Judged, Verifier, look
from idp.account.reset.asked import Asked
from idp.account.reset.eligibility import Standing
from idp.mfa.password_reset import Reset

if TYPE_CHECKING:
    from idp.services import Services

APPLICATION = "Password reset"
"""What the phone shows as the application."""

NOT_POSSIBLE = Explanation("", "", "reset_not_possible")
"""The explanation of every proof of a reset that cannot succeed; its first row says why."""


class Proofs:
    """Asks users of resets, by the factors of the MFA service."""

    def __init__(self, services: Services) -> None:
        self._mfa = services.mfa

    def send(
        self, reset: Reset, standing: Standing, client_ip: str, now: datetime, *, is_real: bool
    ) -> Asked:
        """Send a request with a number to the user's phone, to the stand-in if not *is_real*."""
        asker = Asker(APPLICATION, client_ip, f"{reset.id}:{reset.step}")
        subject = reset.subject if is_real else reset.stand_in
        permissions = standing.push_permissions
        # Before the first proof all accounts cost the same: an old app is not told, either, and
        # where no request may be sent, the stand-in is asked by the same work.
        is_known = reset.is_recognised
        verifier = Verifier(
            self._mfa,
            "sspr",
            lambda _: permissions,
            tells_devices=is_known,
            nobody="" if is_known else reset.stand_in,
        )
        state = verifier.begin(subject, asker).state
        if state.is_waiting:
            return Asked(PUSH, "", state, now)
        why = _why_not_sent(state, permissions) if is_real else NOT_POSSIBLE
        if is_real and is_known:
            return Asked(PUSH, why.outcome, state, now, why)
        return Asked(PUSH, "", self._ask_nobody(reset, asker, state), now, why)

    def look(self, push: Verification) -> Judged:
        """Return how a request stands, and change nothing."""
        return look(self._mfa.push, push)

    def collect(self, push: Verification, permissions: Permissions) -> Judged:
        """Take the approval of a request, once."""
        verifier = Verifier(self._mfa, "sspr", lambda _: permissions)
        return verifier.judge(push, {}, Asker(APPLICATION, "", ""))

    def check_code(
        self, reset: Reset, standing: Standing, code: str, *, is_real: bool
    ) -> tuple[str, Explanation]:
        """Check a code; return the method that it proves, empty if none, and the outcome."""
        subject = reset.subject if is_real else reset.stand_in
        left = standing.left(reset) if is_real else CODE_METHODS
        apps = [method for method in left if method in CODE_METHODS]
        attempt = f"{reset.id}:{reset.step}"
        outcome, app = self._mfa.codes.check_app(subject, code, attempt=attempt, apps=apps)
        word = "right_code" if outcome is CodeOutcome.RIGHT else outcome.value
        return app, Explanation("totp", "method_unchanged", word)

    def _ask_nobody(self, reset: Reset, asker: Asker, state: Verification) -> Verification:
        """Return a request to the stand-in, with its number: the one of *state* if it has one."""
        name = reset.stand_in
        asked = Verification(name, NUMBER_MATCH, "always", PUSH, has_totp=True)
        if state.challenge:
            return asked.waiting_for(state.challenge, state.number)
        started = self._mfa.push.start(
            name,
            NUMBER_MATCH,
            application=asker.application,
            client_ip=asker.client_ip,
            attempt=asker.attempt,
            nobody=name,
        )
        return asked.waiting_for(started.challenge.id, started.number)


def _why_not_sent(state: Verification, permissions: Permissions) -> Explanation:
    """Return the explanation of a request that did not go to the user's phone, for the log."""
    if permissions.push_policy == "none":
        return Explanation("unavailable", "push_not_enabled", "push_not_enabled")
    has_phone = bool(state.outcome) and state.experience != UNAVAILABLE
    return state.explanation if has_phone else Explanation("", "", "reset_no_phone")
