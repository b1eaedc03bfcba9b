"""The second factor of a sign-in: runs adapters, shows their pages, ends what they fail.

The progress of the adapters is sealed into the field ``Context``, together with the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from adapter.clock import Clock
from adapter.mfa.service import MfaService
from idp.adapters.second_factor import (
    AdapterProgress,
    Choose,
    Failed,
    Outcome,
    Passed,
    SecondFactor,
    ShowPage,
)
from idp.audit.writer import BY_PASSKEY
from idp.directory import User
from idp.saml.refusal import Refused
from idp.session.seal import Seal, SealBroken
from idp.session.sso import Session
from idp.signin import context as contexts
from idp.signin import errors, pages, passkey_factor, recorded, ways_on
from idp.signin.browser_request import BrowserRequest
from idp.signin.context import SecondFactorContext
from idp.signin.held_pages import HeldPages
from idp.signin.outcomes import SignInOutcomes
from idp.signin.passkey_factor import PasskeyFactor
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer
from idp.web.http_status import status_of
from idp.web.languages import FIELD
from idp.web.page_texts import page_language

WAITING_FIELDS = frozenset({"AuthMethod", "Context", "Poll", "__EVENTTARGET", FIELD})
"""The fields of a post that only shows the same page again, as one that waits for the phone."""


class SecondFactorSteps:
    """The second-factor steps of one node."""

    def __init__(
        self,
        context_seal: Seal,
        outcomes: SignInOutcomes,
        clock: Clock,
        mfa: MfaService,
        held: HeldPages,
    ) -> None:
        self._held = held
        self._seal = context_seal
        self._passkeys = PasskeyFactor(mfa)
        self._outcomes = outcomes
        self._clock = clock

    def open(self, sealed: str, session: Session | None) -> SecondFactorContext | None:
        """Open a ``Context``, only in the browser session and for the user it was made for.

        Returns None in any other.
        """
        if session is None:
            return None
        try:
            context = contexts.unseal(self._seal, sealed, session.id)
        except SealBroken:
            return None
        return context if context.progress.user == session.user else None

    def must_be_open(self, context_id: str, request: BrowserRequest) -> None:
        """Refuse a post of a second factor that was used up, whatever it would be now."""
        if self._outcomes.has_ended(context_id):
            raise self.ended(context_id, request)

    def ended(self, context_id: str, request: BrowserRequest) -> Refused:
        """Return the refusal of a post after the end; just after it, its page leads on."""
        is_second_press = self._outcomes.has_just_ended(context_id)
        return errors.sign_in_ended(request.address.absolute if is_second_press else "")

    def begin(self, step: SignInStep, user: User, method: str | None) -> Answer:
        """Offer the adapters, or begin the only one; with a *method*, only those that have it.

        Where none has anything for the user, ask for a passkey, if the user has one.
        """
        factor, context_id = _second_factor(step.request), step.factor_id
        outcome = factor.start(user, step.request.for_adapter(step.facts), method, context_id)
        if method is None:
            progress = self._passkeys.instead_of(outcome, user.upn, context_id)
            if progress is not None:
                recorded.factor_asked(step, progress.provider, BY_PASSKEY)
                return self._passkey_page(progress, step)
        return self._shown(outcome, step, factor)

    def post(self, step: SignInStep, progress: AdapterProgress, user: User) -> Answer | Passed:
        """Have the adapter judge one post of its page: the next page, or that the user passed."""
        if progress.provider == passkey_factor.PROVIDER:
            return self._post_passkey(step, progress)
        factor, request = _second_factor(step.request), step.request
        proof = request.web.form.to_dict()
        ask = partial(factor.post, progress, proof, user, request.for_adapter(step.facts))
        outcome = self._held.judge(ask, request, progress)
        if isinstance(outcome, Passed | Answer):
            return outcome
        if isinstance(outcome, Failed) and outcome.is_final:
            self._outcomes.end_second_factor(progress.context_id)
        return self._shown(outcome, step, factor)

    def _post_passkey(self, step: SignInStep, progress: AdapterProgress) -> Answer | Passed:
        answer = step.request.web.form.get("Passkey")
        if answer is None:  # another language was chosen
            return self._passkey_page(progress, step)
        checked = self._passkeys.check(progress, answer)
        if isinstance(checked, Passed):
            return checked
        why = checked
        self._outcomes.not_issued(step.pending, progress.user, why.outcome, step.source, why)
        recorded.factor_failed(step, progress.provider, why.outcome, why)
        return self._passkey_page(progress, step, error=pages.PASSKEY_NOT_ACCEPTED)

    def _passkey_page(
        self, progress: AdapterProgress, step: SignInStep, *, error: str = ""
    ) -> Answer:
        return pages.passkey_page(
            options=self._passkeys.options(progress),
            context=self._sealed(progress, step),
            address=step.request.address,
            user=progress.user,
            error=error,
            back=_way_back(step),
        )

    def _shown(self, outcome: Outcome, step: SignInStep, factor: SecondFactor) -> Answer:
        match outcome:
            case ShowPage():
                return self._page(outcome, step, factor)
            case Choose(progress, choices):
                recorded.factor_offered(step, choices)
                return pages.choice_page(
                    choices,
                    context=self._sealed(progress, step),
                    address=step.request.address,
                    user=progress.user,
                )
            case Failed():
                return self._failed(outcome, step)
        raise TypeError(outcome)  # only a post can be passed

    def _page(self, shown: ShowPage, step: SignInStep, factor: SecondFactor) -> Answer:
        progress, why = shown.progress, shown.explanation
        if why.outcome:
            self.must_be_open(progress.context_id, step.request)  # another post was quicker
            if self._outcomes.not_issued_once(
                step.pending, progress.user, progress.context_id, step.source, why
            ):
                recorded.factor_failed(step, progress.provider, why.outcome, why)
        elif shown.trace or _asks_anew(step.request.web.form):
            recorded.factor_asked(step, progress.provider, why, shown.trace)
        return pages.second_factor_page(
            shown.page,
            provider=progress.provider,
            context=self._sealed(progress, step),
            address=step.request.address,
            user=progress.user,
            others=factor.others(progress),
            back=_way_back(step),
        )

    def _failed(self, failed: Failed, step: SignInStep) -> Answer:
        """End the sign-in on the adapter's last page, or on our error page."""
        if failed.code == "context_not_met":
            raise errors.context_not_met(step.pending.destination)
        facts = step.facts
        user = facts.user.upn if facts.user else ""
        self._outcomes.not_issued(step.pending, user, failed.code, step.source, failed.explanation)
        recorded.factor_failed(step, failed.provider, failed.code, failed.explanation)
        if failed.page is not None:
            return pages.last_page(failed.page, failed.provider, _way_back(step))
        refused, now = errors.second_factor(failed.code), self._clock.now()
        node, status = facts.node.name, status_of(refused)
        back = _way_back(step)
        if failed.code == "method_not_available":
            back = ways_on.way_to_register(step.request.address)
        return pages.error_page(
            refused, step.request.web, status=status, at=now, node=node, back=back
        )

    def _sealed(self, progress: AdapterProgress, step: SignInStep) -> str:
        session = step.facts.session
        if session is None:
            raise errors.sign_in_ended()
        context = SecondFactorContext(step.pending, progress)
        return context.seal(self._seal, session.id, self._clock.now())


def _asks_anew(fields: Mapping[str, str]) -> bool:
    """Say whether a page asks the user for something new; a page that waits is no step."""
    return "Context" not in fields or not WAITING_FIELDS.issuperset(fields)


def _way_back(step: SignInStep) -> ways_on.WayBack | None:
    return ways_on.way_back(step.facts.trust, lists_applications=False)


def _second_factor(request: BrowserRequest) -> SecondFactor:
    web = request.web
    return SecondFactor(request.enabled_adapters, web.activity.id, page_language().wanted)
