"""The way of a password reset, from the user name to the new password, step by step.

Each post first takes the step of its page (:meth:`~idp.mfa.password_reset.ResetStore.claim`), which
only one request can; then it acts, and stores what became of it. A page of an earlier step changes
nothing and is answered with the present one. A try is debited before it is checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapter.contract import Explanation
from adapter.mfa.policy import PUSH
from adapter.mfa.verification.state import CODE, Verification
from idp.account.reset.asked import WRONG_CODE, Asked, AskedSeal, for_a_code, shown_end
from idp.account.reset.eligibility import Eligibility, Standing, offered_to_strangers
from idp.account.reset.handle import new_id
from idp.account.reset.outcomes import ResetLog
from idp.account.reset.proofs import Proofs
from idp.admission import client_of
from idp.directory.new_passwords import check_reset_password
from idp.directory.users import MAX_NAME_LENGTH, canonical_name
from idp.mfa.password_reset import DONE, LIFETIME, OPEN, Reset, ResetEnded, StepTaken
from idp.web.web_request import WebRequest

if TYPE_CHECKING:
    from idp.account.frame import Frame
    from idp.services import Services

LOCKED = "reset_locked"
NO_TRIES = Explanation("", "", LOCKED)
"""The explanation of a proof that was not taken: too many of the account have failed."""
DIFFERENT = "new_passwords_differ"


@dataclass(frozen=True, slots=True)
class View:
    """The present page of a reset: ``choose``, ``push``, ``code``, ``password`` or ``done``.

    ``offers`` are the methods that may be chosen. ``number`` is shown while the page waits for the
    phone, and ``is_answered`` says that the phone has approved. ``outcome`` is why the last proof
    failed, or what is wrong with the new password; it is a key of ``idp.account.texts``.
    ``is_broker`` says that the phone may be the device that shows the page; before the first proof
    it is true for every account.
    """

    page: str
    offers: tuple[str, ...] = ()
    is_recognised: bool = False
    number: str = ""
    is_answered: bool = False
    outcome: str = ""
    is_broker: bool = False


class ResetFlow:
    """The steps, over the rooms of one server."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._resets = services.resets
        self._directory = services.directory
        self._clock = services.clock
        self._eligibility = Eligibility(services)
        self._proofs = Proofs(services)
        self._push = services.mfa.push
        self._seal = AskedSeal(services.sealer.purpose("password-reset-asked"))
        self._log = ResetLog(services, frame)

    def begin(self, web: WebRequest, typed: str) -> Reset:
        """Begin a reset for the name that was typed, whether or not it can succeed."""
        now, typed = self._clock.now(), typed[: MAX_NAME_LENGTH + 1]
        name = canonical_name(typed) or ""
        stand_in = self._directory.unknown_account(name or typed)
        standing = self._eligibility.standing(name or stand_in, stand_in)
        user = standing.user
        account = user.upn if user else stand_in
        reason = LOCKED if self._resets.is_locked(account, now) else ""
        reason = standing.reason or reason
        reset_id = new_id()
        offers_push = PUSH in offered_to_strangers(standing.policies)
        reset = Reset(
            id=reset_id,
            account=account,
            stand_in=stand_in,
            name=user.upn if user else name,
            user=user.upn if user and not reason else None,
            valid_from=user.valid_from if user and not reason else None,
            required=standing.rules.required,
            proved=(),
            asked=self._seal.close(reset_id, Asked() if offers_push else for_a_code()),
            state=OPEN,
            step=0,
            ends_at=now + LIFETIME,
        )
        self._resets.add(reset)
        self._log.begun(web, reset, reason)
        return reset

    def find(self, reset_id: str | None) -> Reset:
        """Return a reset by its id; raises :class:`~idp.mfa.password_reset.ResetEnded`."""
        return self._resets.find(reset_id or "", self._clock.now())

    def view(self, reset: Reset) -> View:
        """Return the present page of a reset."""
        if reset.state == DONE:
            return View("done", is_recognised=True)
        standing = self._standing(reset)
        if standing.is_proved(reset):
            return View("password", is_recognised=True)
        asked = self._seal.open(reset)
        known = reset.is_recognised
        offers = standing.left(reset) if known else offered_to_strangers(standing.policies)
        push = asked.push
        if push is None or asked.outcome:
            return View(asked.way or "choose", offers, known, outcome=asked.outcome)
        judged = self._proofs.look(push)
        outcome = shown_end(reset, asked, judged, self._clock.now())
        number = "" if outcome else push.number or ""
        # A stranger must not learn which phone the account has, so every account has the flow.
        is_broker = bool(number) and (not known or self._push.has_broker_device(push.user))
        return View(PUSH, offers, known, number, judged.is_answered, outcome, is_broker)

    def take(self, web: WebRequest, reset: Reset, step: int) -> tuple[Reset, View]:
        """Take one post of the page of *step*; return the reset and its present page.

        Raises :class:`~idp.mfa.password_reset.ResetEnded` and
        :class:`~idp.directory.passwords.HashingBusy`.
        """
        try:
            return self._take(web, reset, step)
        except ResetEnded as ended:
            # Another post of the same page may have set the password since this one was read.
            done = self._done(reset)
            if done is None:
                self._log.not_done(web, reset, ended.code)
                raise
            return done, self.view(done)

    def _take(self, web: WebRequest, reset: Reset, step: int) -> tuple[Reset, View]:
        fault = ""
        if step == reset.step and reset.state == OPEN and web.form.get("Poll") != "1":
            try:
                reset, fault = self._act(web, reset)
            except StepTaken:
                reset = self.find(reset.id)
        view = self.view(reset)
        return reset, replace(view, outcome=fault) if fault else view

    def _act(self, web: WebRequest, reset: Reset) -> tuple[Reset, str]:
        """Do what was pressed; return what is wrong with a new password, else an empty text."""
        fields, standing, asked = web.form, self._standing(reset), self._seal.open(reset)
        if standing.is_proved(reset):
            return self._take_password(web, reset, standing)
        if fields.get("TryAgain") == "1":
            return self._send(web, reset, standing), ""
        if fields.get("UseCode") == "1":
            return self._save(reset, for_a_code()), ""
        if asked.way == CODE and fields.get("VerificationCode"):
            return self._try_code(web, reset, standing), ""
        if asked.push is not None and not asked.outcome:
            return self._collect(web, reset, standing, asked, asked.push), ""
        return reset, ""

    def _send(self, web: WebRequest, reset: Reset, standing: Standing) -> Reset:
        offers = standing.left(reset) if reset.is_recognised else ()
        if reset.is_recognised and PUSH not in offers:
            return reset
        now = self._clock.now()
        claimed, has_tries = self._resets.claim(reset, now, is_try=True)
        is_real = has_tries and standing.may_still(claimed)
        asked = self._proofs.send(claimed, standing, web.client_ip, now, is_real=is_real)
        if not has_tries:
            asked = replace(asked, failure=NO_TRIES)
        saved = self._save(claimed, asked)
        if asked.outcome and asked.failure is not None:
            self._log.not_proved(web, saved, asked.failure)
        return saved

    def _collect(
        self, web: WebRequest, reset: Reset, standing: Standing, asked: Asked, push: Verification
    ) -> Reset:
        """Take the phone's approval, or store that the request has failed."""
        judged = self._proofs.look(push)
        if judged.is_answered:
            claimed, _ = self._resets.claim(reset, self._clock.now())
            judged = self._proofs.collect(push, standing.push_permissions)
            if judged.passed_by is not None and standing.may_still(claimed):
                return self._proved(web, claimed, PUSH, judged.state.explanation)
            reset = claimed
        outcome = shown_end(reset, asked, judged, self._clock.now())
        if not outcome:
            return reset
        saved = self._save(reset, asked.ended(outcome))
        self._log.not_proved(web, saved, asked.failure or judged.state.explanation)
        return saved

    def _try_code(self, web: WebRequest, reset: Reset, standing: Standing) -> Reset:
        claimed, has_tries = self._resets.claim(reset, self._clock.now(), is_try=True)
        is_real = has_tries and standing.may_still(claimed)
        code = web.form["VerificationCode"]
        method, why = self._proofs.check_code(claimed, standing, code, is_real=is_real)
        if method:
            return self._proved(web, claimed, method, why)
        shown = why.outcome if claimed.is_recognised else WRONG_CODE
        saved = self._save(claimed, for_a_code(shown))
        self._log.not_proved(web, saved, why if has_tries else NO_TRIES)
        return saved

    def _proved(self, web: WebRequest, reset: Reset, method: str, why: Explanation) -> Reset:
        proved = replace(reset, proved=(*reset.proved, method))
        saved = self._save(proved, Asked(), gives_back=True)
        self._log.proved(web, saved, why)
        return saved

    def _take_password(
        self, web: WebRequest, reset: Reset, standing: Standing
    ) -> tuple[Reset, str]:
        """Set the new password, or say what is wrong with it."""
        new, user = web.form.get("NewPassword", ""), standing.user
        if user is None or "NewPassword" not in web.form:
            return reset, ""
        if web.form.get("ConfirmNewPassword", "") != new:
            return reset, DIFFERENT
        fault = check_reset_password(new, user)
        if fault is not None:
            return reset, fault
        claimed, _ = self._resets.claim(reset, self._clock.now())
        password_hash = self._directory.hash_new_password(new, client_of(web.client_ip))
        row = self._log.done_row(web, reset)
        self._resets.finish(claimed, password_hash, self._clock.now(), row)
        self._log.done(row)
        self._directory.keep_nt_hash(user.upn, password_hash, new)
        return self.find(reset.id), ""

    def _standing(self, reset: Reset) -> Standing:
        """Return how the user stands now; raises ResetEnded if a proof counts no longer."""
        standing = self._eligibility.standing(reset.subject, reset.stand_in)
        if reset.is_recognised and not standing.may_still(reset):
            raise ResetEnded
        return standing

    def _done(self, reset: Reset) -> Reset | None:
        """Return the reset as stored now if it has set the password, else None."""
        try:
            found = self.find(reset.id)
        except ResetEnded:
            return None
        return found if found.state == DONE else None

    def _save(self, reset: Reset, asked: Asked, *, gives_back: bool = False) -> Reset:
        closed = replace(reset, asked=self._seal.close(reset.id, asked))
        return self._resets.save(closed, gives_back=gives_back)
