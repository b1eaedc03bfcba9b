"""The log-out as a dispatcher: look at how far it is, take one step, send the browser on.

Our own session ends first, in the transaction that begins the log-out. What each service provider
answered is in the database; the browser's cookie only says whose log-out it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response

from idp.federation.relying_party.trust import RelyingPartyTrust, UnreadableTrust
from idp.saml import uris
from idp.saml.endpoints import logout_service
from idp.saml.logout import OutgoingMessage, send_logout_request, send_logout_response
from idp.saml.refusal import Refused, Status
from idp.saml.signing import SigningKey
from idp.saml.values import LogoutRequest, LogoutResponse
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.participants import AskedBy, LogOut, Outcome
from idp.session.sso import Session, new_session_id
from idp.signin import errors, pages
from idp.signin.assertion import new_id
from idp.signin.audit_log import Recorder
from idp.signin.logout.cookie import LIFETIME, LogOutCookies, handle_of
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
from idp.signin.loop_detection import RecentTokens
from idp.signin.request_reader import LogoutMessage
from idp.signin.sign_in_facts import FactsLoader
from idp.web.activity import activity_id, continue_activity

SUCCESS = (uris.SUCCESS, None)
PARTIAL = (uris.SUCCESS, uris.PARTIAL_LOGOUT)
"""Our own session has ended either way, so that the first is Success (saml-core §3.7.3.2)."""

END = "log-out-end"
"""Kind of what is used once: the end of a log-out, at which who asked for it is answered."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One web request: which session and cookies it brings, and which node answers it.

    ``recent_tokens`` are those that its browser was given.
    """

    session: Session | None
    cookies: Mapping[str, str]
    node: str
    look: FactsLoader
    recent_tokens: RecentTokens

    def trust(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return a trust; None where there is none any more, or one disabled or unreadable."""
        try:
            return self.look(entity_id).trust
        except (Refused, UnreadableTrust):
            return None

    def name_of(self, entity_id: str) -> str:
        """Return the name by which people know a service provider."""
        trust = self.trust(entity_id)
        return trust.display_name if trust else entity_id


class LogOutFlow:
    """The steps of a log-out on one node; each answers one web request."""

    def __init__(
        self, services: Services, recorder: Recorder, session_cookie: SessionCookie
    ) -> None:
        self._services = services
        self._log_outs = services.log_outs
        self._recorder = LogOutRecorder(recorder)
        self._session_cookie = session_cookie
        self._cookies = LogOutCookies(services)

    def take(self, message: LogoutMessage, caller: Caller) -> Response:
        """Take a log-out message of a service provider."""
        if isinstance(message.content, LogoutRequest):
            return self._asked(message.content, message, caller)
        return self._answered(message.content, caller)

    def start(self, session: Session, caller: Caller, *, everywhere: bool) -> Response:
        """End the session of somebody who pressed the button here, or all of theirs."""
        if everywhere:
            self._services.directory.sign_out(session.user)
        log_out = self._new(session.user, (session.root,), caller)
        return self._begin(log_out, caller, everywhere=everywhere)

    def resume(self, caller: Caller, handle: str = "") -> Response | None:
        """Go on with a log-out that the browser left, or show its end; None without any.

        Of several it is the one of that *handle*, else one that has not ended, the newest.
        """
        found = self._of_browser(caller)
        chosen = max(found, key=lambda each: self._rank(each, handle), default=None)
        return None if chosen is None else self._go_on(chosen, caller)

    def _rank(self, log_out: LogOut, handle: str) -> tuple[bool, bool, datetime]:
        has_ended = self._services.once.is_used(END, log_out.id)
        return handle_of(log_out) == handle, not has_ended, log_out.started_at

    def _asked(self, request: LogoutRequest, message: LogoutMessage, caller: Caller) -> Response:
        now, sender = self._services.clock.now(), request.issuer
        told = self._log_outs.named(sender, request.name_id.value, now)
        current = caller.session.root if caller.session else None
        named = sessions_named(request, told, current)
        if not named:
            refused = errors.not_a_participant()
            self._recorder.refused(sender, caller.node, refused.code)
            raise refused
        asked_by = AskedBy(sender, request.id, message.binding, message.relay_state)
        user = next(each.issued.user for each in told if each.issued.session in named)
        return self._begin(self._new(user, named, caller, asked_by), caller)

    def _answered(self, response: LogoutResponse, caller: Caller) -> Response:
        outcome = Outcome.SIGNED_OUT if response.status == SUCCESS else Outcome.FAILED
        asked_in = self._log_outs.answered(response.issuer, response.in_response_to, outcome)
        if asked_in is None:
            raise errors.not_a_participant()
        is_ours = asked_in in self._cookies.ids(caller.cookies)
        log_out = self._log_outs.find(asked_in) if is_ours else None
        if log_out is None:
            raise errors.log_out_elsewhere()
        return self._go_on(log_out, caller)

    def _of_browser(self, caller: Caller) -> list[LogOut]:
        ids = self._cookies.ids(caller.cookies)
        return [found for each in ids if (found := self._log_outs.find(each)) is not None]

    def _new(
        self, user: str, ended: Sequence[str], caller: Caller, asked_by: AskedBy | None = None
    ) -> LogOut:
        """Return a log-out; only what was a session of this browser goes on through it.

        Whoever brings a request for somebody else's would be handed that user's other names.
        """
        own = {root for each in self._of_browser(caller) for root in each.sessions}
        if caller.session is not None:
            own.add(caller.session.root)
        return LogOut(
            id=new_session_id(),
            user=user,
            sessions=tuple(each for each in ended if each in own),
            elsewhere=tuple(each for each in ended if each not in own),
            activity_id=activity_id(),
            started_at=self._services.clock.now(),
            asked_by=asked_by,
        )

    def _begin(self, log_out: LogOut, caller: Caller, *, everywhere: bool = False) -> Response:
        """End the sessions; the browser's cookie goes with its own."""
        now, config = log_out.started_at, self._services.config
        record = self._recorder.began(log_out, caller.node, everywhere=everywhere)
        if not self._log_outs.begin(
            log_out,
            expires_at=now + LIFETIME,
            sessions_end_by=now + config.sign_in.session_lifetime,
            request_expires_at=now + config.trusts.longest_freshness,
            log=record,
        ):
            raise errors.answered_already()
        self._recorder.log(record)
        response = self._cookies.give(self._go_on(log_out, caller), log_out, caller.cookies)
        if caller.session is not None and caller.session.root in log_out.sessions:
            self._session_cookie.take_away(response)
            caller.recent_tokens.forget(response)
        return response

    def _go_on(self, log_out: LogOut, caller: Caller) -> Response:
        """Take the log-out as far as it goes without the browser leaving us."""
        continue_activity(log_out.activity_id)
        while True:
            targets = targets_of(self._log_outs.participants(log_out.sessions))
            now = self._services.clock.now()
            match next_step(targets, now):
                case Ask(target):
                    carried = self._ask(log_out, target, caller)
                    if carried is not None:
                        return _sent(carried)
                case GiveUp(target):
                    self._log_outs.settle(target.latest.number, Outcome.NO_ANSWER)
                case Wait(waiting, until):
                    names = [caller.name_of(each.trust) for each in waiting]
                    return pages.signing_out(names, handle_of(log_out), left=until - now)
                case _:
                    return self._end(log_out, targets, caller)

    def _ask(self, log_out: LogOut, target: Target, caller: Caller) -> OutgoingMessage | None:
        """Return the request to a service provider; None where there is none to send."""
        how = how_to_ask(caller.trust(target.trust), target)
        if isinstance(how, Outcome):
            self._log_outs.settle(target.latest.number, how)
            return None
        service, name_id = how
        me = self._services.config.server.entity_id
        request = LogoutRequest(new_id(), me, name_id, target.session_indexes)
        now = self._services.clock.now()
        if not self._log_outs.ask(target.latest.number, request.id, log_out.id, now):
            return None  # another window was quicker
        key = self._key_for(target.trust, caller)
        return send_logout_request(request, to=service, relay_state=log_out.id, now=now, key=key)

    def _key_for(self, entity_id: str, caller: Caller) -> SigningKey:
        """Return our key as it signs for a trust."""
        key, trust = self._services.signing_key, caller.trust(entity_id)
        return trust.signs_with(key) if trust else key

    def _end(self, log_out: LogOut, targets: Sequence[Target], caller: Caller) -> Response:
        """Answer who asked for it, the first time; else show what happened."""
        ends = [End(each.trust, each.latest.outcome) for each in targets]
        not_reached = missed((*ends, *self._elsewhere(log_out, caller)))
        expires_at = log_out.started_at + 2 * LIFETIME
        is_first = self._services.once.claim(END, log_out.id, expires_at, durable=False)
        if is_first and not_reached:
            self._recorder.partial(log_out, caller.node, not_reached)
        status = PARTIAL if not_reached else SUCCESS
        answer = self._answer(log_out, status, caller) if is_first else None
        if answer is not None:
            return _sent(answer)
        began_here = log_out.asked_by is None
        return pages.signed_out(
            [(caller.name_of(each.trust), each.outcome) for each in ends],
            leads_back=began_here and self._services.config.sign_in.idp_initiated,
        )

    def _elsewhere(self, log_out: LogOut, caller: Caller) -> Iterator[End]:
        """Yield what is left in other browsers: for the log and the status, for no page."""
        for target in targets_of(self._log_outs.participants(log_out.elsewhere)):
            how = how_to_ask(caller.trust(target.trust), target)
            hindered = how if isinstance(how, Outcome) else Outcome.ELSEWHERE
            yield End(target.trust, target.latest.outcome or hindered)

    def _answer(self, log_out: LogOut, status: Status, caller: Caller) -> OutgoingMessage | None:
        """Return the response to who asked; None where nobody did, or takes no response."""
        asked_by = log_out.asked_by
        trust = caller.trust(asked_by.trust) if asked_by else None
        if asked_by is None or trust is None:
            return None
        service = logout_service(trust.service_provider, asked_by.binding)
        if service is None:
            return None
        me = self._services.config.server.entity_id
        return send_logout_response(
            LogoutResponse(new_id(), me, asked_by.request_id, status),
            to=service,
            relay_state=asked_by.relay_state,
            now=self._services.clock.now(),
            key=self._key_for(asked_by.trust, caller),
        )


def _sent(carried: OutgoingMessage) -> Response:
    if carried.fields:
        return pages.post_form(carried.address, carried.fields)
    return Response(status=302, headers={"Location": carried.address})
