"""The log-out as a dispatcher: looks at how far it is, takes one step, sends the browser on.

Our own session ends first, in the transaction that begins the log-out. The database holds what
each service provider answered; the browser's cookie only says which log-outs are its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from idp.audit.writer import AuditWriter
from idp.saml import uris
from idp.saml.logout import LogoutAsker, LogoutRefused, OutgoingMessage
from idp.saml.values import LogoutRequest, LogoutResponse
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.participants import AskedBy, LogOut, Outcome
from idp.session.sso import Session, new_session_id
from idp.signin import authenticated, errors, pages
from idp.signin import recorded as recorded_steps
from idp.signin.logout import recorded
from idp.signin.logout.cookie import LIFETIME, LogOutCookies, handle_of
from idp.signin.logout.log_out_step import LogOutStep
from idp.signin.logout.messages import LogOutMessages
from idp.signin.logout.record import LogOutRecorder
from idp.signin.logout.steps import (
    Ask,
    End,
    GiveUp,
    Target,
    Wait,
    how_to_ask,
    missed,
    next_step,
    sessions_named,
    targets_of,
)
from idp.signin.posting import posting_page
from idp.signin.request_reader import LogoutMessage
from idp.web.answer import Answer
from idp.web.refusals import log_refusal

SUCCESS = (uris.SUCCESS, None)
PARTIAL = (uris.SUCCESS, uris.PARTIAL_LOGOUT)
"""The top-level status is Success, since our own session has ended (saml-core §3.7.3.2)."""

END = "log-out-end"
"""The kind of what is used once: the end of a log-out, at which its requester is answered."""


class LogOutFlow:
    """The steps of a log-out on one node; each answers one web request."""

    def __init__(
        self,
        services: Services,
        writer: AuditWriter,
        session_cookie: SessionCookie,
        messages: LogOutMessages,
    ) -> None:
        config = services.config
        self._services = services
        self._log_outs = services.log_outs
        self._writer = writer
        self._recorder = LogOutRecorder(writer)
        self._session_cookie = session_cookie
        self._cookies = LogOutCookies(
            services.sealer.purpose("log-out"), is_secure=config.server.is_secure
        )
        self._messages = messages

    def take(self, message: LogoutMessage, step: LogOutStep) -> Answer:
        """Take a log-out message of a service provider."""
        match message.content:
            case LogoutRefused():
                return self._refuse(message.content, message, step)
            case LogoutRequest():
                return self._take_request(message.content, message, step)
            case _:
                return self._take_response(message.content, step)

    def start(self, session: Session, step: LogOutStep, *, everywhere: bool) -> Answer:
        """End the session of a user who pressed the button here, or all of their sessions."""
        if everywhere:
            self._services.directory.sign_out(session.user)
        log_out = self._new([session.user], (session.root,), step)
        return self._begin(log_out, step, everywhere=everywhere)

    def resume(self, step: LogOutStep, handle: str = "") -> Answer | None:
        """Go on with a log-out that the browser left, or show its end; None without any.

        Of several log-outs, the one of that *handle* comes first, then those that have not ended,
        then the newest.
        """
        own = self._of_browser(step)
        chosen = max(own, key=lambda each: self._rank(each, handle), default=None)
        return None if chosen is None else self._go_on(chosen, step)

    def _rank(self, log_out: LogOut, handle: str) -> tuple[bool, bool, datetime]:
        has_ended = self._services.once.is_used(END, log_out.id)
        return handle_of(log_out) == handle, not has_ended, log_out.started_at

    def _take_request(
        self, request: LogoutRequest, message: LogoutMessage, step: LogOutStep
    ) -> Answer:
        now, sender = self._services.clock.now(), request.issuer
        received = self._log_outs.named(sender, request.name_id.value, now)
        current = step.session.root if step.session else None
        sessions = sessions_named(request, received, current)
        if not sessions:
            asker = LogoutAsker(sender, request.id)
            refused = LogoutRefused(errors.not_a_participant(), asker)
            return self._refuse(refused, message, step)
        asked_by = AskedBy(sender, request.id, message.binding, message.relay_state)
        named = [each.issued.user for each in received if each.issued.session in sessions]
        return self._begin(self._new(named, sessions, step, asked_by), step)

    def _refuse(self, refused: LogoutRefused, message: LogoutMessage, step: LogOutStep) -> Answer:
        """Tell the service provider that its request ended nothing, as it takes answers.

        Raises *refused*, for a page, if it takes none.
        """
        asker = refused.asker
        self._recorder.refused(asker.entity_id, step.source, refused.code)
        refused.is_logged = True
        asked_by = AskedBy(asker.entity_id, asker.request_id, message.binding, message.relay_state)
        status = refused.status or (uris.REQUESTER, None)
        response = self._messages.send_response(asked_by, status, step)
        if response is None:
            raise refused
        recorded_steps.refused(step.request.activity, refused)
        log_refusal(
            self._services.counters,
            refused.code,
            refused.problem,
            activity_id=step.source.activity_id,
            client_ip=step.source.client_ip,
        )
        return _send(response)

    def _take_response(self, response: LogoutResponse, step: LogOutStep) -> Answer:
        outcome = Outcome.SIGNED_OUT if response.status == SUCCESS else Outcome.FAILED
        recorded.answered(step.request.activity, response.issuer, outcome)
        asked_in = self._log_outs.answered(response.issuer, response.in_response_to, outcome)
        if asked_in is None:
            raise errors.not_a_participant()
        is_own = asked_in in self._cookies.ids(step.request.web.cookies)
        log_out = self._log_outs.find(asked_in) if is_own else None
        if log_out is None:
            raise errors.log_out_elsewhere()
        return self._go_on(log_out, step)

    def _of_browser(self, step: LogOutStep) -> list[LogOut]:
        ids = self._cookies.ids(step.request.web.cookies)
        return [found for each in ids if (found := self._log_outs.find(each)) is not None]

    def _new(
        self,
        users: Sequence[str],
        ended: Sequence[str],
        step: LogOutStep,
        asked_by: AskedBy | None = None,
    ) -> LogOut:
        """Return a log-out; it goes on only through sessions of this browser.

        A browser that brings a request for another user's session would be sent requests that
        hold that user's other names.
        """
        own = {root for each in self._of_browser(step) for root in each.sessions}
        if step.session is not None:
            own.add(step.session.root)
        user, *namesakes = dict.fromkeys(users)
        return LogOut(
            id=new_session_id(),
            user=user,
            sessions=tuple(each for each in ended if each in own),
            elsewhere=tuple(each for each in ended if each not in own),
            activity_id=step.request.activity.id,
            started_at=self._services.clock.now(),
            asked_by=asked_by,
            namesakes=tuple(namesakes),
        )

    def _begin(self, log_out: LogOut, step: LogOutStep, *, everywhere: bool = False) -> Answer:
        """End the sessions; if the browser's own is among them, delete its cookie."""
        now, config = log_out.started_at, self._services.config
        row = self._recorder.began(log_out, step.source, everywhere=everywhere)
        if not self._log_outs.begin(
            log_out,
            expires_at=now + LIFETIME,
            sessions_end_by=now + config.sign_in.session_lifetime,
            request_expires_at=now + config.trusts.longest_freshness,
            log=row,
        ):
            raise errors.answered_already()
        self._writer.write_line(row)
        recorded.began(step.request.activity, log_out, everywhere=everywhere)
        answer = self._go_on(log_out, step)
        answer = self._cookies.add(answer, log_out, step.request.web.cookies)
        if step.session is None or step.session.root not in log_out.sessions:
            return answer
        answer = answer.with_header("Set-Cookie", self._session_cookie.delete_header())
        if authenticated.NAME in step.request.web.cookies:
            deleted = authenticated.delete_header(is_secure=config.server.is_secure)
            answer = answer.with_header("Set-Cookie", deleted)
        return step.request.recent_tokens.forget(answer)

    def _go_on(self, log_out: LogOut, step: LogOutStep) -> Answer:
        """Take the log-out as far as it goes before the browser has to leave us."""
        step.request.activity.continue_as(log_out.activity_id)
        while True:
            targets = targets_of(self._log_outs.participants(log_out.users, log_out.sessions))
            now = self._services.clock.now()
            match next_step(targets, now):
                case Ask(target):
                    message = self._ask(log_out, target, step)
                    if message is not None:
                        return _send(message)
                case GiveUp(target):
                    self._log_outs.settle(target.latest.number, Outcome.NO_ANSWER)
                case Wait(waiting, until):
                    names = [step.name_of(each.trust) for each in waiting]
                    return pages.signing_out_page(names, handle_of(log_out), left=until - now)
                case _:
                    return self._end(log_out, targets, step)

    def _ask(self, log_out: LogOut, target: Target, step: LogOutStep) -> OutgoingMessage | None:
        """Return the request to a service provider; None if it is not sent one."""
        how = how_to_ask(step.trust(target.trust), target)
        if isinstance(how, Outcome):
            self._log_outs.settle(target.latest.number, how)
            return None
        service, name_id = how
        request = self._messages.request(name_id, target)
        now = self._services.clock.now()
        if not self._log_outs.ask(target.latest.number, request.id, log_out.id, now):
            return None  # another window was quicker
        return self._messages.send_request(request, target, service, log_out, step)

    def _end(self, log_out: LogOut, targets: Sequence[Target], step: LogOutStep) -> Answer:
        """Answer the service provider that asked, the first time; else show what happened."""
        ends = [End(each.trust, each.latest.outcome) for each in targets]
        not_reached = missed((*ends, *self._elsewhere(log_out, step)))
        expires_at = log_out.started_at + 2 * LIFETIME
        is_first = self._services.once.claim(END, log_out.id, expires_at, durable=False)
        if is_first:
            recorded.ended(step.request.activity, ends, not_reached)
        if is_first and not_reached:
            self._recorder.partial(log_out, step.source, not_reached)
        status = PARTIAL if not_reached else SUCCESS
        asked_by = log_out.asked_by if is_first else None
        response = self._messages.send_response(asked_by, status, step)
        if response is not None:
            return _send(response)
        began_here = log_out.asked_by is None
        return pages.signed_out_page(
            [(step.name_of(each.trust), each.outcome) for each in ends],
            leads_back=began_here and self._services.config.sign_in.idp_initiated,
        )

    def _elsewhere(self, log_out: LogOut, step: LogOutStep) -> Iterator[End]:
        """Yield the service providers of other browsers' sessions, for log and status only."""
        for target in targets_of(self._log_outs.participants(log_out.users, log_out.elsewhere)):
            how = how_to_ask(step.trust(target.trust), target)
            hindered = how if isinstance(how, Outcome) else Outcome.ELSEWHERE
            yield End(target.trust, target.latest.outcome or hindered)


def _send(message: OutgoingMessage) -> Answer:
    if message.fields:
        return posting_page(message.address, message.fields.items())
    return Answer(status=302, headers=(("Location", message.address),))
