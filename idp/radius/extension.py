"""The NPS extension: asks the user's phone, or for a code, after NPS found the password right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from adapter.contract import Explanation
from adapter.decision import Decision, decide
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.policy_store import UnreadablePolicies
from adapter.mfa.push.challenge import APPROVE_DENY, State
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.pauses import PushPaused
from adapter.mfa.verification.verifier import FAILURES
from idp.radius.primary import password_of
from idp.radius.results import Accepted, CodeDue, Rejected, Result, SignedIn, Waiting
from idp.session.seal import SealBroken

if TYPE_CHECKING:
    from adapter.mfa.permissions import Way
    from idp.radius.request import RadiusRequest
    from idp.services import Services

APPLICATION = "Network sign-in"
"""What the phone shows as the application if the client's row has no label."""

STATE_LIFETIME = timedelta(seconds=180)
"""How long a code can be given: a session of the extension lives three minutes in all."""

CODE_METHOD = "totp"
USED_STATE = "nps-state"
APPROVAL_TAKEN = "nps-approval"
"""Kinds of what is used once: a State; the approval of a request, by each host."""


class Asked(NamedTuple):
    """What the extension asks a user for, by which way the user can pass, and the decision."""

    way: Way
    decision: Decision

    @property
    def why(self) -> Explanation:
        """The experience and its reason, as the sign-in log has them."""
        return Explanation(self.decision.experience or "", self.decision.reason)


class CodeSession(NamedTuple):
    """A sign-in that asked for a code, as its State says; ``user`` is a UPN.

    ``id`` is the Activity ID of the request with the password. ``valid_from`` is the user's at
    that moment.
    """

    id: str
    user: str
    reason: str
    valid_from: datetime


class NpsExtension:
    """Asks for the second factor, with what :func:`adapter.decide` says for the host's version."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._mfa = services.mfa
        self._seal = services.sealer.purpose("nps-state")

    def ask(self, request: RadiusRequest, signed_in: SignedIn) -> Result:
        """Return how the sign-in of a user with the right password goes on, or ends."""
        user, in_force = signed_in.user, request.host.in_force
        if request.nas_address in in_force.whitelisted:
            return Accepted("ip_whitelisted", user, attributes=signed_in.on_accept)
        try:
            asked = self._decide(request, user)
        except UnreadablePolicies:
            return Rejected("policies_unreadable", user, attributes=signed_in.on_reject)
        if asked is None:
            if in_force.lets_unenrolled_in:
                return Accepted("not_enrolled", user, attributes=signed_in.on_accept)
            return Rejected("no_method", user, attributes=signed_in.on_reject)
        if asked.way.asks is None:
            return Rejected(asked.way.reason, user, asked.why, signed_in.on_reject)
        if asked.decision.experience == CODE_METHOD:
            return self._ask_for_code(request, signed_in, asked.why)
        if asked.decision.experience == APPROVE_DENY:
            return self._push(request, signed_in, asked.why)
        return Rejected(asked.decision.reason, user, asked.why, signed_in.on_reject)

    def look(self, waiting: Waiting) -> Result:
        """Return what the phone has answered; *waiting* itself while it has not.

        An approval is taken once by each host: a client that asks a second one after it gave up
        the first gets its answer there, too.
        """
        push, user = self._mfa.push, waiting.signed_in.user
        state = push.state(waiting.challenge, user)
        if state is State.PENDING:
            if self._services.clock.now() < waiting.until:
                return waiting
            return self._rejected(waiting, "no_answer")
        if state not in (State.APPROVED, State.COLLECTED):
            reported = state is State.DENIED and push.is_reported(waiting.challenge)
            return self._rejected(waiting, "denied_and_reported" if reported else FAILURES[state])
        outcome = self._why_not_any_more(waiting.request, user, waiting.signed_in.valid_from)
        if outcome is not None:
            return self._rejected(waiting, outcome)
        if state is State.APPROVED and not push.collect(waiting.challenge, user):
            return self.look(waiting)  # another phone has denied it, or another host collected it
        if not self._is_first_of_its_host(waiting):
            return self._rejected(waiting, "already_collected")
        return Accepted("approved", user, waiting.why, waiting.signed_in.on_accept)

    def session_of(self, request: RadiusRequest) -> CodeSession | None:
        """Return the sign-in that a request continues; None without a State of its user and client.

        Whether it was used already, :meth:`try_code` says.
        """
        if not request.state:
            return None
        user = self._services.directory.find(request.user_name)
        upn = user.upn if user else ""
        try:
            sealed = self._seal.open(request.state, bound_to=_binding(request, upn))
        except SealBroken:
            return None
        return CodeSession(
            id=sealed["id"],
            user=upn,
            reason=sealed["reason"],
            valid_from=datetime.fromisoformat(sealed["since"]),
        )

    def try_code(self, request: RadiusRequest, session: CodeSession | None) -> Result:
        """Return what the code is worth that answers a challenge; the State decides first."""
        if session is None or not self._is_first_use(session):
            user = self._services.directory.find(request.user_name)
            return Rejected("session_invalid", user.upn if user else "")
        upn, why = session.user, Explanation(CODE_METHOD, session.reason)
        code = password_of(request)
        if not code:
            return Rejected("code_missing", upn, why)
        outcome = self._why_not_any_more(request, upn, session.valid_from, by_push=False)
        if outcome is not None:
            return Rejected(outcome, upn, why)
        apps = self._mfa.permissions_of(upn).code_apps
        checked = self._mfa.codes.check(upn, code, attempt=session.id, apps=apps)
        if checked is CodeOutcome.RIGHT:
            return Accepted("right_code", upn, why)
        return Rejected(checked.value, upn, why)

    def _decide(self, request: RadiusRequest, user: str) -> Asked | None:
        """Decide what *user* is asked for; None for one without a phone or a source of codes."""
        way = self._mfa.way_of(user)
        if not (way.may_push or way.may_use_codes or way.reason):
            return None  # nothing is registered: what is not allowed has a reason
        device = self._mfa.push.best_device(user)
        decision = decide(
            scenario="nps",
            host=request.host.version,
            override=request.host.in_force.override,
            totp_registered="yes" if way.may_use_codes else "no",
            protocol=request.credentials.protocol,
            client_can_answer_challenge="yes" if request.client.can_answer_challenge else "no",
            push_policy=way.push_policy,
            requested_method="push" if way.asks == PushFactor.kind else CODE_METHOD,
            device=device.kind if device else "phone-current",
        )
        return Asked(way, decision)

    def _push(self, request: RadiusRequest, signed_in: SignedIn, why: Explanation) -> Result:
        """Send a request to the phone; one that this sign-in has sent already is waited for."""
        try:
            started = self._mfa.push.start(
                signed_in.user,
                APPROVE_DENY,
                application=request.client.label or APPLICATION,
                client_ip=request.user_address,
                attempt=request.attempt,
            )
        except PushPaused as paused:
            return Rejected(paused.code, signed_in.user, why, signed_in.on_reject)
        until = self._services.clock.now() + timedelta(seconds=request.client.timeout)
        return Waiting(request, signed_in, started.challenge.id, why, until)

    def _ask_for_code(
        self, request: RadiusRequest, signed_in: SignedIn, why: Explanation
    ) -> CodeDue:
        session = {
            "id": request.id,
            "reason": why.reason,
            "since": signed_in.valid_from.isoformat(),
        }
        bound_to = _binding(request, signed_in.user)
        state = self._seal.seal(session, bound_to=bound_to, lifetime=STATE_LIFETIME)
        return CodeDue(state, signed_in.user, why)

    def _is_first_use(self, session: CodeSession) -> bool:
        """Say whether the State was never used before."""
        until = self._services.clock.now() + STATE_LIFETIME
        return self._services.once.claim(USED_STATE, session.id, until)

    def _is_first_of_its_host(self, waiting: Waiting) -> bool:
        """Say whether this host has not used the approval for another request."""
        key = f"{waiting.challenge}:{waiting.request.host.name}"
        until = self._services.clock.now() + STATE_LIFETIME
        return self._services.once.claim(APPROVAL_TAKEN, key, until)

    def _why_not_any_more(
        self, request: RadiusRequest, user: str, since: datetime, *, by_push: bool = True
    ) -> str | None:
        """Return why *user* may no longer sign in this way, as an administrator may have decided.

        The state of the account and the policies are asked again after the wait. *since* is the
        user's ``valid_from`` when the password was right.
        """
        facts = self._services.sign_ins.facts(None, user, None, None)
        if facts.user is None or facts.user.disabled:
            return "disabled"
        if facts.user.valid_from != since:  # sign-ins in progress have ended, as by a new password
            return "session_invalid"
        if self._services.directory.is_locked(facts.account, request.origin):
            return "locked"
        try:
            permissions = self._mfa.permissions_of(user)
        except UnreadablePolicies:
            return "policies_unreadable"
        if permissions.is_blocked:
            return "user_blocked"
        if by_push:
            return "push_not_enabled" if permissions.push_policy == "none" else None
        return None if permissions.code_apps else "code_not_enabled"

    @staticmethod
    def _rejected(waiting: Waiting, outcome: str) -> Rejected:
        signed_in = waiting.signed_in
        return Rejected(outcome, signed_in.user, waiting.why, signed_in.on_reject)


def _binding(request: RadiusRequest, user: str) -> str:
    """Return what a State is good for: one user at one client, whichever host it is sent to."""
    return f"{user}\n{request.address}"
