"""The second factor of a sign-in: offer adapters, begin one, and judge what it answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from adapter.contract import (
    AUTHENTICATION_METHOD,
    AuthenticationContext,
    Explanation,
    HttpRequest,
)
from idp.adapters.calls import AdapterFailed, AdapterPage, Answer, Call
from idp.adapters.languages import negotiate, tag_of
from idp.adapters.registry import AdapterHost, LoadedAdapter
from idp.directory import User
from idp.signin.audit_log import NOTHING_TO_EXPLAIN
from idp.signin.context import SecondFactorContext
from idp.signin.pending import PendingSignIn

FAULTS = ("adapter_error", "method_not_announced")
"""What an adapter does wrong; everything else is for the user to do in another way."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The user has passed with an authentication method that the adapter announced."""

    method: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ShowPage:
    """The adapter wants its page shown; the sign-in goes on with *context*."""

    context: SecondFactorContext
    page: AdapterPage
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Choice:
    """An adapter as it is offered, in the user's language."""

    name: str
    friendly_name: str
    description: str
    language: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Several adapters can be used: the user chooses."""

    context: SecondFactorContext
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The sign-in has ended. ``page`` is the last one of the adapter *provider*, None for ours."""

    code: str
    provider: str = ""
    page: AdapterPage | None = None
    explanation: Explanation = NOTHING_TO_EXPLAIN

    @property
    def is_final(self) -> bool:
        """Whether earlier pages of this sign-in are good for nothing any more."""
        return self.code in FAULTS


Outcome = Passed | ShowPage | Choose | Failed


class SecondFactor:
    """The second factor of one node."""

    def __init__(
        self, host: AdapterHost, activity: Callable[[], str], languages: Callable[[], str]
    ) -> None:
        self._host = host
        self._activity = activity
        self._languages = languages

    def announces(self, method: str) -> bool:
        """Say whether an enabled adapter has announced this authentication method."""
        return any(method in each.announced.methods for each in self._host.enabled())

    def start(
        self, pending: PendingSignIn, user: User, request: HttpRequest, method: str | None = None
    ) -> Outcome:
        """Ask every enabled adapter whether it is for this user; begin, or let the user choose.

        With a *method*, which the request demands, only adapters that announced it are asked.
        """
        enabled = self._host.enabled()
        if not enabled:
            return Failed("no_strong_authentication_method")
        if method is not None:
            enabled = tuple(each for each in enabled if method in each.announced.methods)
        context = SecondFactorContext(pending, user.upn, str(uuid.uuid4()))
        noted = {each.name: self._call(each, context).offer(user) for each in enabled}
        offered = {name: data for name, data in noted.items() if data is not None}
        context = replace(context, data=offered)
        match tuple(each for each in enabled if each.name in offered):
            case ():
                return Failed("method_not_available" if method is None else "context_not_met")
            case (single,):
                return self._begin(context, single, user, request)
            case several:
                return Choose(context, tuple(map(self._choice, several)))

    def post(
        self, context: SecondFactorContext, proof: dict[str, str], user: User, request: HttpRequest
    ) -> Outcome:
        """Judge one post of the page, or follow the user to another adapter."""
        chosen = proof.get("AuthMethod") or context.provider
        if not chosen:
            return Choose(context, self.choices(context))
        loaded = self._host.find(chosen)
        if loaded is None or loaded.name not in context.data:
            return Failed("method_not_available")
        if chosen != context.provider:
            return self._begin(context, loaded, user, request)
        call = self._call(loaded, context)
        return self._outcome(context, loaded, lambda: call.try_end(proof, request))

    def choices(self, context: SecondFactorContext) -> tuple[Choice, ...]:
        """Return the adapters that this sign-in may use."""
        return tuple(
            self._choice(each) for each in self._host.enabled() if each.name in context.data
        )

    def _choice(self, loaded: LoadedAdapter) -> Choice:
        lcid, announced = self._lcid(loaded), loaded.announced
        return Choice(
            loaded.name,
            announced.friendly_name(lcid),
            announced.description(lcid),
            tag_of(lcid),
        )

    def _lcid(self, loaded: LoadedAdapter) -> int:
        return negotiate(self._languages(), loaded.announced.available_lcids)

    def _begin(
        self,
        context: SecondFactorContext,
        loaded: LoadedAdapter,
        user: User,
        request: HttpRequest,
    ) -> Outcome:
        context = replace(context, provider=loaded.name)
        call = self._call(loaded, context)
        return self._outcome(context, loaded, lambda: call.begin(user, request))

    def _outcome(
        self, context: SecondFactorContext, loaded: LoadedAdapter, ask: Callable[[], Answer]
    ) -> Outcome:
        try:
            answer = ask()
        except AdapterFailed as failed:
            return Failed("adapter_error", loaded.name, failed.page)
        if answer.page is None:
            return _judge(loaded, answer)
        context = replace(context, data={**context.data, loaded.name: answer.data})
        return ShowPage(context, answer.page, answer.explanation)

    def _call(self, loaded: LoadedAdapter, context: SecondFactorContext) -> Call:
        data = dict(context.data.get(loaded.name, {}))
        lcid = self._lcid(loaded)
        inner = AuthenticationContext(self._activity(), context.context_id, lcid, data)
        return Call(loaded, inner, lcid)


def _judge(loaded: LoadedAdapter, answer: Answer) -> Outcome:
    """Accept claims only with exactly one method, one that the adapter announced (facts §A.1)."""
    methods = {claim.value for claim in answer.claims if claim.type == AUTHENTICATION_METHOD}
    if len(methods) != 1 or not methods <= loaded.announced.methods:
        return Failed("method_not_announced", loaded.name, explanation=answer.explanation)
    return Passed(methods.pop(), answer.explanation)
