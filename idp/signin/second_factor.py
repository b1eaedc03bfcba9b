"""Hosting an adapter: offer, begin, judge each post, and refuse what it never announced."""

from __future__ import annotations

import hashlib
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from adapter.contract import (
    AUTHENTICATION_METHOD,
    EMAIL_ADDRESS,
    ENGLISH,
    PRIMARY_SID,
    UPN,
    WINDOWS_ACCOUNT_NAME,
    AdapterPresentation,
    AuthenticationContext,
    Claim,
    ExplainsItself,
    Explanation,
    ExternalAuthenticationException,
    HttpRequest,
    Json,
    ProofData,
)
from idp.directory import User
from idp.logs import get_logger
from idp.signin.adapters import AdapterHost, LoadedAdapter
from idp.signin.context import SecondFactorContext
from idp.signin.pending import PendingSignIn

UNEXPLAINED = Explanation("", "")


@dataclass(frozen=True, slots=True)
class Passed:
    """The user has passed with an authentication method that the adapter announced."""

    method: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ShowPage:
    """The adapter wants its page shown; the sign-in goes on with *context*."""

    context: SecondFactorContext
    presentation: AdapterPresentation
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Choose:
    """Several adapters can be used: the user chooses."""

    context: SecondFactorContext
    adapters: tuple[LoadedAdapter, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The sign-in has ended. ``presentation`` is the last page of the adapter *provider*."""

    code: str
    provider: str = ""
    presentation: AdapterPresentation | None = None
    explanation: Explanation = UNEXPLAINED


Outcome = Passed | ShowPage | Choose | Failed


class SecondFactor:
    """The second factor of one node."""

    def __init__(self, host: AdapterHost, activity: Callable[[], str]) -> None:
        self._host = host
        self._activity = activity

    def start(self, pending: PendingSignIn, user: User, request: HttpRequest) -> Outcome:
        """Ask every enabled adapter whether it is for this user; begin, or let the user choose."""
        enabled = self._host.enabled()
        if not enabled:
            return Failed("no_strong_authentication_method")
        context = SecondFactorContext(pending, user.upn, str(uuid.uuid4()))
        asked = ((loaded, self._offer(loaded, user, context)) for loaded in enabled)
        offers = {loaded: data for loaded, data in asked if data is not None}
        context = replace(context, data={a.name: data for a, data in offers.items()})
        match tuple(offers):
            case ():
                return Failed("method_not_available")
            case (single,):
                return self.begin(context, single, user, request)
            case several:
                return Choose(context, several)

    def begin(
        self,
        context: SecondFactorContext,
        loaded: LoadedAdapter,
        user: User,
        request: HttpRequest,
    ) -> Outcome:
        """Start one adapter that said it is available."""
        if loaded.name not in context.data:
            return Failed("method_not_available")
        context = replace(context, provider=loaded.name)
        inner = self._inner(context)

        def ask() -> AdapterPresentation:
            claim = _identity_claim(loaded, user)
            return loaded.adapter.begin_authentication(claim, request, inner)

        return self._guarded(loaded, context, inner, request, ask)

    def post(
        self, context: SecondFactorContext, proof: dict[str, str], user: User, request: HttpRequest
    ) -> Outcome:
        """Judge one post of the page, or follow the user to another adapter."""
        chosen = proof.get("AuthMethod") or context.provider
        loaded = self._host.find(chosen)
        if loaded is None:
            return Failed("method_not_available")
        if chosen != context.provider:
            return self.begin(context, loaded, user, request)
        inner = self._inner(context)

        def ask() -> tuple[Claim, ...] | AdapterPresentation:
            return loaded.adapter.try_end_authentication(inner, ProofData(proof), request)

        return self._guarded(loaded, context, inner, request, ask)

    def choices(self, context: SecondFactorContext) -> tuple[LoadedAdapter, ...]:
        """Return the adapters that this sign-in may use."""
        return tuple(a for a in self._host.enabled() if a.name in context.data)

    def _offer(
        self, loaded: LoadedAdapter, user: User, context: SecondFactorContext
    ) -> dict[str, Json] | None:
        """Return what the adapter noted of a user it is available for, None when it is not."""
        inner = self._inner(context)
        try:
            claim = _identity_claim(loaded, user)
            available = loaded.adapter.is_available_for_user(claim, inner)
        except Exception as error:
            self._log(loaded, error)
            return None
        return inner.data if available is True else None

    def _guarded(
        self,
        loaded: LoadedAdapter,
        context: SecondFactorContext,
        inner: AuthenticationContext,
        request: HttpRequest,
        ask: Callable[[], tuple[Claim, ...] | AdapterPresentation],
    ) -> Outcome:
        """Ask the adapter; whatever it throws ends the sign-in, on its own page or on ours."""
        try:
            answer = ask()
            explanation = _explain(loaded, inner)
        except Exception as error:
            self._log(loaded, error)
            page = self._on_error(loaded, inner, request, error)
            return Failed("adapter_error", loaded.name, page)
        if isinstance(answer, tuple):
            return _judge(loaded, answer, explanation)
        context = replace(context, data={**context.data, loaded.name: inner.data})
        return ShowPage(context, answer, explanation)

    def _on_error(
        self,
        loaded: LoadedAdapter,
        inner: AuthenticationContext,
        request: HttpRequest,
        error: Exception,
    ) -> AdapterPresentation | None:
        if not isinstance(error, ExternalAuthenticationException):
            error = ExternalAuthenticationException(str(error), inner)
        try:
            return loaded.adapter.on_error(request, error)
        except Exception as second:
            self._log(loaded, second)
            return None

    def _inner(self, context: SecondFactorContext) -> AuthenticationContext:
        data = dict(context.data.get(context.provider, {}))
        return AuthenticationContext(self._activity(), context.context_id, ENGLISH, data)

    def _log(self, loaded: LoadedAdapter, error: Exception) -> None:
        get_logger().error(
            "adapter_error",
            activity_id=self._activity(),
            provider=loaded.name,
            error_type=type(error).__name__,
            at=_place(error),
        )


def _place(error: Exception) -> str:
    """Return where it was thrown, for the adapter's author; not its text, which may be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _judge(loaded: LoadedAdapter, claims: tuple[Claim, ...], explanation: Explanation) -> Outcome:
    """Accept claims only with exactly one method, one that the adapter announced (AD FS, §A.1)."""
    methods = {claim.value for claim in claims if claim.type == AUTHENTICATION_METHOD}
    announced = set(loaded.adapter.metadata.authentication_methods)
    if len(methods) != 1 or not methods <= announced:
        return Failed("method_not_announced", loaded.name, explanation=explanation)
    return Passed(methods.pop(), explanation)


def _explain(loaded: LoadedAdapter, inner: AuthenticationContext) -> Explanation:
    if isinstance(loaded.adapter, ExplainsItself):
        return loaded.adapter.explain(inner)
    return Explanation(experience=loaded.name, reason="adapter")


def _identity_claim(loaded: LoadedAdapter, user: User) -> Claim:
    """Return the first identity claim that the adapter asks for."""
    asked = loaded.adapter.metadata.identity_claims[0]
    values = {
        UPN: user.upn,
        WINDOWS_ACCOUNT_NAME: user.windows_account_name,
        EMAIL_ADDRESS: user.email,
        PRIMARY_SID: _sid(user),
    }
    return Claim(asked, values[asked])


def _sid(user: User) -> str:
    """Return a security identifier that is the user's on every node; our directory has none."""
    digest = hashlib.sha256(user.upn.encode()).digest()
    parts = (int.from_bytes(digest[at : at + 4], "big") for at in (0, 4, 8, 12))
    return "S-1-5-21-" + "-".join(map(str, parts))
