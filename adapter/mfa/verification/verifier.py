"""Decides what a user is asked for, sends the request, and judges the answers of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapter.decision import Decision
from adapter.mfa.codes.factor import CodeFactor, CodeOutcome
from adapter.mfa.permissions import Permissions, way_of
from adapter.mfa.push.challenge import APPROVE_DENY, CANNOT_BE_APPROVED, NUMBER_MATCH, State
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.pauses import PushPaused
from adapter.mfa.service import MfaService
from adapter.mfa.verification.first_step import decide_push, first_step
from adapter.mfa.verification.state import CODE, PUSH, PUSH_NOT_ENABLED, Verification
from adapter.windows import Build

PHONE_APP_NOTIFICATION = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
OTP = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"

AUTHENTICATION_METHODS = {
    # kind of the method  the URI of what it proves
    PushFactor.kind:      PHONE_APP_NOTIFICATION,
    CodeFactor.kind:      OTP,
}  # fmt: skip

FAILURES = {
    # state                outcome in the log
    State.DENIED:        "denied",
    State.WRONG_NUMBER:  "wrong_number",
    State.EXPIRED:       "no_answer",
    State.REPLACED:      "replaced",
    State.BLOCKED:       "blocked_meanwhile",
    State.PHONE_REMOVED: "phone_removed",
    State.COLLECTED:     "already_collected",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the application and the address that the phone shows, and the host's build.

    ``attempt`` names the sign-in, so that the same one never sends two requests and never counts
    the same wrong code twice. ``host`` is for scenario ``adfs`` alone. ``on_decision`` is called
    with what was decided for the user.
    """

    application: str
    client_ip: str
    attempt: str
    host: str | Build = ""
    on_decision: Callable[[Decision], None] = lambda _decision: None


@dataclass(frozen=True, slots=True)
class Judged:
    """The verification after its begin, or after one post of its page.

    ``passed_by`` is the kind of the method that was passed, ``push`` or ``totp``, else None; what
    it proves is in :data:`AUTHENTICATION_METHODS`. ``is_answered`` says that the phone has approved
    and the page should post to collect that. ``seconds_left`` is the time to answer a request.
    """

    state: Verification
    passed_by: str | None = None
    is_answered: bool = False
    seconds_left: int = 0


class Verifier:
    """Verifies users in one *scenario* of :func:`adapter.decide`.

    *permissions_of* returns what a user may use there; by default, what the policies allow for
    sign-ins. It is asked again before anything is accepted (factors look themselves whether the
    user is blocked), and may raise
    :class:`~adapter.mfa.policy_store.UnreadablePolicies`, as every method here. Devices that cannot
    match a number are told why, unless *tells_devices* is false. With *nobody*, a name without
    devices, a request that may not be sent is sent to that name: it then has a number, too, besides
    the outcome. If the *host ends* durably what has passed, before it tells anybody, an approval is
    taken without waiting for the disk: the host's commit makes it durable, too.
    """

    def __init__(
        self,
        service: MfaService,
        scenario: str,
        permissions_of: Callable[[str], Permissions] | None = None,
        *,
        tells_devices: bool = True,
        nobody: str = "",
        host_ends: bool = False,
    ) -> None:
        self._service = service
        self._host_ends = host_ends
        self._scenario = scenario
        self._tells_devices = tells_devices
        self._nobody = nobody
        self._permissions_of = permissions_of or service.permissions_of
        self._policies_for = permissions_of or service.policies_for

    def begin(self, user: str, asker: Asker) -> Judged:
        """Decide what *user* (a UPN) is asked for, and send a request to the phone if it is due.

        Raises :class:`~adapter.mfa.verification.first_step.Undecided`.
        """
        return self._push(self._decide(user, asker), asker, asker.attempt)

    def begin_again(self, state: Verification, asker: Asker) -> Judged:
        """Ask once more for what is asked for first; what was decided stays."""
        if not state.may_push:
            return self._push(state, asker)
        if self._way_asks(state.user) == CodeFactor.kind:
            return Judged(state.by_code())
        return self._push_again(state, asker)

    def judge(self, state: Verification, fields: Mapping[str, str], asker: Asker) -> Judged:
        """Judge one post: a button, a code, or the script's question for the phone's answer.

        The fields are ``Poll``, ``UseCode`` and ``TryAgain`` (each ``1``), and
        ``VerificationCode``. Raises :class:`~adapter.mfa.verification.first_step.Undecided`.
        """
        if fields.get("Poll") == "1":
            return look(self._service.push, state)
        if fields.get("UseCode") == "1" and state.has_totp:
            return Judged(state.by_code())
        if fields.get("TryAgain") == "1" and state.may_push:
            return self._push_again(state, asker)
        if fields.get("TryAgain") == "1" and state.way == PUSH:
            # No push was possible: the user may have upgraded the app, or taken another phone.
            return self._push(self._decide(state.user, asker), asker)
        if state.way == CODE:
            return self._try_code(state, fields.get("VerificationCode", ""), asker)
        return self._try_push(state)

    def _decide(self, user: str, asker: Asker) -> Verification:
        """Decide what a push shows, if there is a phone for one, and what is asked for first."""
        methods, after_table = self._service.asked_of(user), self._service.products_after_table
        way = way_of(methods, self._permissions_of(user))
        decision = decide_push(self._scenario, asker.host, way, methods.device, after_table)
        asker.on_decision(decision)
        return first_step(user, way, decision)

    def _way_asks(self, user: str) -> str | None:
        return way_of(self._service.asked_of(user), self._permissions_of(user)).asks

    def _may_push(self, user: str) -> bool:
        return self._policies_for(user).push_policy != "none"

    def _push_again(self, state: Verification, asker: Asker) -> Judged:
        """Send a further push, unless the policies have stopped to allow it meanwhile."""
        if not self._may_push(state.user):
            return Judged(state.by_push().failed(PUSH_NOT_ENABLED))
        return self._push(state.by_push(), asker)

    def _push(self, state: Verification, asker: Asker, attempt: str = "") -> Judged:
        """Send a push if the decision allows one; else fail with the reason why not.

        One that was already sent for *attempt* is shown instead.
        """
        if state.way == CODE:
            return Judged(state)
        told = CANNOT_BE_APPROVED if self._tells_devices else ()
        if state.experience not in (NUMBER_MATCH, APPROVE_DENY, *told):
            return Judged(state.failed(state.reason))
        try:
            started = self._service.push.start(
                state.user,
                state.experience,
                application=asker.application,
                client_ip=asker.client_ip,
                attempt=attempt,
                nobody=self._nobody,
            )
        except PushPaused as paused:
            return Judged(state.failed(paused.code if state.may_push else state.reason))
        asked = state.waiting_for(started.challenge.id, started.number)
        if started.paused is not None:
            return Judged(replace(asked, outcome=started.paused.code))
        if not state.may_push:  # the devices were told why
            return Judged(state.failed(state.reason))
        return Judged(asked, seconds_left=started.seconds_left)

    def _try_push(self, state: Verification) -> Judged:
        """Take the approval if there is one; of several posts at once, only one gets it.

        It is not taken if the policies have stopped to allow push since the request was sent.
        """
        push, user = self._service.push, state.user
        may_push = state.awaits_phone and self._may_push(user)
        if may_push and push.take(state.challenge, user, durable=not self._host_ends):
            return Judged(state.passed("approved"), PushFactor.kind)
        judged = look(push, state)
        if judged.is_answered and not may_push:
            return Judged(state.failed(PUSH_NOT_ENABLED))
        return judged

    def _try_code(self, state: Verification, code: str, asker: Asker) -> Judged:
        if not code:
            return Judged(state)
        permissions = self._policies_for(state.user)
        sources = self._service.codes.methods_of(state.user)
        if sources and not any(permissions.of(source).is_allowed for source in sources):
            return Judged(state.failed("code_not_enabled"))
        apps = permissions.code_apps
        outcome = self._service.codes.check(state.user, code, attempt=asker.attempt, apps=apps)
        if outcome is CodeOutcome.RIGHT:
            return Judged(state.passed("right_code"), CodeFactor.kind)
        return Judged(state.failed(outcome.value))


def look(push: PushFactor, state: Verification) -> Judged:
    """Return the present state and change nothing; a page's script asks in this way."""
    if not state.awaits_phone:
        return Judged(state)
    answer, seconds_left = push.look(state.challenge, state.user)
    if answer is State.APPROVED:
        return Judged(state, is_answered=True)
    return Judged(_after(push, state, answer), seconds_left=seconds_left)


def _after(push: PushFactor, state: Verification, answer: State) -> Verification:
    """Return the verification with the outcome of its request."""
    if answer is State.PENDING:
        return state
    if answer is State.DENIED and push.is_reported(state.challenge):
        return state.failed("denied_and_reported")
    return state.failed(FAILURES[answer])
