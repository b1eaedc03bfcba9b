"""The part of a preview that holds for every node and device: account, access, methods, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.errors import said_by
from adapter.mfa.policy_registration import Interrupt
from adapter.mfa.policy_store import UnreadablePolicies
from adapter.sentences import Sentence, joined, sentence
from idp.management.access_simulation import simulate_access
from idp.management.user_by_name import find_user
from idp.management.user_views import view_user
from idp.management.users import UserMethods, methods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.mfa.codes.factor import CodeOutcome
    from adapter.mfa.methods import RegisteredMethod
    from adapter.mfa.push.pauses import PushPaused
    from idp.directory import User
    from idp.services import Services

REGISTERED = "registered"
SIMULATED = "AzureMfaAuthentication"
ACCOUNT, ACCESS, SECOND_FACTOR, METHODS, LIMITS, AFTERWARDS = (
    sentence("account"),
    sentence("access"),
    sentence("second factor"),
    sentence("methods"),
    sentence("limits"),
    sentence("afterwards"),
)
"""The names of the steps, in the order of a sign-in."""

ASKS_AFTERWARDS = {
    Interrupt.REGISTER: sentence(
        "The user is asked to register a method before the sign-in goes on."
    ),
    Interrupt.CONFIRM: sentence(
        "The user is asked to confirm the methods before the sign-in goes on."
    ),
    Interrupt.CAMPAIGN: sentence(
        "The registration campaign asks the user to register an Authenticator."
    ),
}
WAYS = {
    "push": sentence("a request on the phone"),
    "totp": sentence("a code"),
    None: sentence("nothing"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a sign-in looks at; ``code`` is empty if the sign-in goes on as usual."""

    name: str
    sentence: str
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the step for scripts."""
        return {"step": self.name, "explanation": self.sentence, "code": self.code or None}


@dataclass(frozen=True, slots=True)
class Person:
    """A user with the methods, and what refuses requests, codes and passkeys at this moment."""

    user: User
    known: UserMethods
    paused: PushPaused | None
    codes_refused: CodeOutcome | None
    may_use_passkey: bool


class Found(NamedTuple):
    """The steps, and the one after which no second factor is asked for; None if it begins."""

    steps: tuple[Step, ...]
    ends_with: Step | None


def person_of(services: Services, name: str) -> Person:
    """Return a user; raises :class:`~idp.management.user_by_name.UnknownUser`."""
    user = find_user(services, name)
    mfa = services.mfa
    return Person(
        user,
        methods_of(services, user.upn),
        mfa.push.pause_of(user.upn),
        mfa.codes.refusal_of(user.upn),
        mfa.may_use_passkeys(user.upn),
    )


def steps(services: Services, person: Person | None, trust: str) -> Found:
    """Return what a sign-in at *trust* (an entity ID, or empty) looks at before the node counts."""
    account = [] if person is None else [_account(services, person.user)]
    before, after = _access(services, person, trust)
    adapters = _adapters(services)
    ends = next((each for each in (*account, *before, adapters) if each.code in ENDING), None)
    methods = [] if person is None else [*_methods(person), *_limits(person)]
    interrupts = [] if person is None else _afterwards(services, person.user.upn)
    return Found((*account, *before, adapters, *methods, *after, *interrupts), ends)


ENDING = (
    "user_disabled",
    "unreadable_user",
    "trust_disabled",
    "access_denied",
    "second_factor_not_required",
    "no_strong_authentication_method",
    "adapter_not_simulated",
)
"""The codes of steps after which no second factor begins."""


def _account(services: Services, user: User) -> Step:
    view = view_user(services, user)
    outcome = "unreadable_user" if user.unreadable else "user_disabled" if user.disabled else ""
    if not outcome and view.lockout is not None and view.lockout.locked:
        outcome = "locked_out"
    return Step(
        ACCOUNT, sentence("The account is: {states}.", states=joined(", ", view.states)), outcome
    )


def _access(
    services: Services, person: Person | None, trust: str
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps of access: those before the second factor, and those after it."""
    if not trust:
        assumed = sentence("No trust is chosen: one that asks for the second factor is assumed.")
        return (Step(SECOND_FACTOR, assumed),), ()
    settings = services.trusts.existing(trust).settings
    if not settings.enabled:
        return (Step(ACCESS, sentence("The trust is disabled."), "trust_disabled"),), ()
    if person is None:
        assumed = sentence(
            "Without a user it is assumed that the trust asks for the second factor."
        )
        return (Step(SECOND_FACTOR, assumed),), ()
    simulated = simulate_access(services, trust, user=person.user.upn)
    if simulated.denied_by:
        denied = sentence("Denied: {rules}.", rules="; ".join(simulated.denied_by))
        access = Step(ACCESS, denied, "access_denied")
    else:
        permitted = "; ".join(simulated.permitted_by)
        access = Step(ACCESS, sentence("Permitted by {rules}.", rules=permitted))
    if simulated.second_factor_by:
        asked = Step(
            SECOND_FACTOR,
            sentence("Asked for by {rules}.", rules="; ".join(simulated.second_factor_by)),
        )
        return (asked,), (access,)
    none = Step(SECOND_FACTOR, sentence("Nothing asks for it."), "second_factor_not_required")
    return (access, none), ()


def _adapters(services: Services) -> Step:
    enabled = services.policy.enabled_providers()
    if not enabled:
        says = sentence("No adapter is enabled.")
        return Step(SECOND_FACTOR, says, "no_strong_authentication_method")
    if SIMULATED not in enabled:
        says = sentence(
            "{adapters} asks, which a preview does not know.", adapters=", ".join(enabled)
        )
        return Step(SECOND_FACTOR, says, "adapter_not_simulated")
    others = [name for name in enabled if name != SIMULATED]
    if not others:
        return Step(SECOND_FACTOR, sentence("{adapter} asks.", adapter=SIMULATED))
    says = sentence(
        "{adapter} asks. Users for whom {others} is available, too, choose first.",
        adapter=SIMULATED, others=", ".join(others),
    )  # fmt: skip
    return Step(SECOND_FACTOR, says)


def _methods(person: Person) -> Iterator[Step]:
    known, way = person.known, person.known.way
    registered = [each for each in known.methods.registered if each.kind in ("push", "totp")]
    if not registered:
        says = sentence("No phone and no source of codes is registered.")
        yield Step(METHODS, says, "method_not_available")
        return
    says = sentence(
        "Registered: {methods}. Asked first: {first}.",
        methods=joined(", ", (_right(person, each) for each in registered)),
        first=WAYS[way.asks],
    )
    yield Step(METHODS, says, way.reason)


def _right(person: Person, method: RegisteredMethod) -> Sentence:
    permission, name = person.known.permissions.of(method), method.name or method.kind
    if permission.is_allowed:
        return sentence("{method} (allowed: {reason})", method=name, reason=permission.reason)
    return sentence("{method} (not allowed: {reason})", method=name, reason=permission.reason)


def _limits(person: Person) -> Iterator[Step]:
    if person.known.permissions.is_blocked:
        return  # the methods say so
    if person.paused is not None:
        yield Step(LIMITS, said_by(person.paused), person.paused.code)
    if person.codes_refused is not None and person.known.methods.has("totp"):
        says = sentence("Too many codes were wrong: every code is refused for now.")
        yield Step(LIMITS, says, person.codes_refused.value)


def _afterwards(services: Services, upn: str) -> Iterator[Step]:
    try:
        interrupt = services.mfa.interrupt_of(upn)
    except UnreadablePolicies as error:
        yield Step(AFTERWARDS, said_by(error), error.code)
        return
    if interrupt is not None:
        yield Step(AFTERWARDS, ASKS_AFTERWARDS[interrupt])
