"""The second factor in one step: offers adapters, begins one, and judges what it answers.

It is for any host: it knows users and adapters, and not what the user is on the way to.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapter.contract import (
    AUTHENTICATION_METHOD,
    AuthenticationContext,
    Explanation,
    HttpRequest,
    Json,
)
from idp.adapters.calls import AdapterAnswer, AdapterCall, AdapterFailed, AdapterPage
from idp.adapters.languages import negotiate
from idp.adapters.lcids import tag_of
from idp.adapters.registry import LoadedAdapter
from idp.audit.writer import NOTHING_TO_EXPLAIN
from idp.directory import User

ADAPTER_FAULTS = ("adapter_error", "method_not_announced")
"""Codes of what an adapter does wrong. After any other failure the user may try another way."""


def new_context_id() -> str:
    """Return a new id for one use of the second factor."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class AdapterProgress:
    """How far a user is with the adapters: JSON values, which a host seals into its page.

    ``context_id`` is the same on all pages of one second factor. ``provider`` is the adapter in
    use, empty on the choice page; ``data`` holds the data of every adapter that said it is
    available, by name. A sealed page can be kept and sent again, so nothing here may be needed
    against a rewind: what was answered, used or counted is in the database.
    """

    user: str
    context_id: str = field(default_factory=new_context_id)
    provider: str = ""
    data: Mapping[str, dict[str, Json]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passed:
    """The user has passed with an authentication method that the adapter announced."""

    method: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ShowPage:
    """The adapter wants its page shown; the next post goes on with *progress*.

    ``trace`` has the adapter's sentences on why.
    """

    progress: AdapterProgress
    page: AdapterPage
    explanation: Explanation
    trace: tuple[str, ...] = ()


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

    progress: AdapterProgress
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The second factor has failed, by a code.

    ``page`` is the last page of the adapter *provider*; None if the host shows its own.
    """

    code: str
    provider: str = ""
    page: AdapterPage | None = None
    explanation: Explanation = NOTHING_TO_EXPLAIN

    @property
    def is_final(self) -> bool:
        """Whether earlier pages of this second factor must not be taken any more."""
        return self.code in ADAPTER_FAULTS


Outcome = Passed | ShowPage | Choose | Failed


def announces(enabled: tuple[LoadedAdapter, ...], method: str) -> bool:
    """Say whether one of these adapters has announced the authentication method."""
    return any(method in each.announced.methods for each in enabled)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor in one step of one user.

    ``enabled`` are the adapters that :meth:`idp.adapters.registry.AdapterHost.enabled` returned
    at the start of the step; ``accept_language`` is the browser's header of that name.
    """

    enabled: tuple[LoadedAdapter, ...]
    activity_id: str
    accept_language: str = ""

    def start(
        self,
        user: User,
        request: HttpRequest,
        method: str | None = None,
        context_id: str | None = None,
    ) -> Outcome:
        """Ask every enabled adapter whether it is for this user; begin, or let the user choose.

        If a *method* is demanded, only adapters that announced it are asked. A host gives
        the same *context_id* twice for what the user began twice by pressing Enter twice.
        """
        if not self.enabled:
            return Failed("no_strong_authentication_method")
        asked = self.enabled
        if method is not None:
            asked = tuple(each for each in asked if method in each.announced.methods)
        progress = AdapterProgress(user.upn, context_id or new_context_id())
        noted = {each.name: self._call(each, progress).offer(user) for each in asked}
        offered = {name: data for name, data in noted.items() if data is not None}
        progress = AdapterProgress(user.upn, progress.context_id, data=offered)
        match tuple(each for each in asked if each.name in offered):
            case ():
                return Failed("method_not_available" if method is None else "context_not_met")
            case (single,):
                call = self._call(single, progress)
                return self._outcome(progress, single, lambda: call.begin(user, request))
            case several:
                return Choose(progress, tuple(map(self._choice, several)))

    def post(
        self, progress: AdapterProgress, proof: dict[str, str], user: User, request: HttpRequest
    ) -> Outcome:
        """Judge one post of the page, or follow the user to another adapter."""
        chosen = proof.get("AuthMethod") or progress.provider
        if not chosen:
            return Choose(progress, self.others(progress))
        loaded = next((each for each in self.enabled if each.name == chosen), None)
        if loaded is None or loaded.name not in progress.data:
            return Failed("method_not_available")
        call = self._call(loaded, progress)
        if chosen != progress.provider:
            return self._outcome(progress, loaded, lambda: call.begin(user, request))
        return self._outcome(progress, loaded, lambda: call.try_end(proof, request))

    def others(self, progress: AdapterProgress) -> tuple[Choice, ...]:
        """Return the adapters that may be used for *progress*, except the one in use."""
        return tuple(
            self._choice(each)
            for each in self.enabled
            if each.name in progress.data and each.name != progress.provider
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
        return negotiate(self.accept_language, loaded.announced.available_lcids)

    def _outcome(
        self, progress: AdapterProgress, loaded: LoadedAdapter, ask: Callable[[], AdapterAnswer]
    ) -> Outcome:
        """Return what comes of asking *loaded*, which is in use from then on."""
        try:
            answer = ask()
        except AdapterFailed as failed:
            return Failed("adapter_error", loaded.name, failed.page)
        if answer.page is None:
            return _judge(loaded, answer)
        data = {**progress.data, loaded.name: answer.data}
        progress = AdapterProgress(progress.user, progress.context_id, loaded.name, data)
        return ShowPage(progress, answer.page, answer.explanation, answer.trace)

    def _call(self, loaded: LoadedAdapter, progress: AdapterProgress) -> AdapterCall:
        data = dict(progress.data.get(loaded.name, {}))
        lcid = self._lcid(loaded)
        context = AuthenticationContext(self.activity_id, progress.context_id, lcid, data)
        return AdapterCall(loaded, context, lcid)


def _judge(loaded: LoadedAdapter, answer: AdapterAnswer) -> Outcome:
    """Accept claims only with exactly one method, one that the adapter announced.

    AD FS holds its adapters to the same: ``TryEndAuthentication`` must return a claim of the type
    ``…/authenticationmethod`` with a value of the adapter's ``AuthenticationMethods``.
    """
    methods = {claim.value for claim in answer.claims if claim.type == AUTHENTICATION_METHOD}
    if len(methods) != 1 or not methods <= loaded.announced.methods:
        return Failed("method_not_announced", loaded.name, explanation=answer.explanation)
    return Passed(methods.pop(), answer.explanation)
