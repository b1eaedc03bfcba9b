"""Error handlers: answer the service provider with a SAML status if allowed, else show a page.

Either way there is one line in the log, with the code, and a row of the sign-in log, which is found
by the Activity ID of the page.
"""

from __future__ import annotations

from collections.abc import Callable

from adapter.clock import Clock
from adapter.errors import TallystickError, Unavailable
from idp.audit.writer import EventSource
from idp.counters import Counters
from idp.federation.relying_party.trust import RelyingPartyTrust, UnreadableTrust
from idp.federation.token_signing.ring import SigningKeyRing
from idp.saml.assertions import write_status_response
from idp.saml.bindings import post_fields
from idp.saml.refusal import Refused, Status
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.signing import SigningKey
from idp.session.node import AnsweringNode
from idp.session.seal import SealBroken
from idp.signin import errors, pages, recorded, recorded_messages, ways_on
from idp.signin.assertion import new_id
from idp.signin.outcomes import SignInOutcomes
from idp.signin.posting import posting_page
from idp.web.answer import Answer
from idp.web.http_status import RETRY_LATER, status_of
from idp.web.refusals import log_failure, log_refusal
from idp.web.web_request import WebRequest

FindTrust = Callable[[str], RelyingPartyTrust | None]


class ErrorHandler:
    """Turns an error into an answer."""

    def __init__(
        self,
        *,
        entity_id: str,
        keys: SigningKeyRing,
        find_trust: FindTrust,
        outcomes: SignInOutcomes,
        node: AnsweringNode,
        clock: Clock,
        counters: Counters,
        lists_applications: bool,
    ) -> None:
        self._lists_applications = lists_applications
        self._entity_id = entity_id
        self._keys = keys
        self._find_trust = find_trust
        self._outcomes = outcomes
        self._node = node
        self._clock = clock
        self._counters = counters

    def answer(self, error: TallystickError, request: WebRequest) -> Answer:
        """Return the answer to a *request* during which *error* was raised."""
        match error:
            case Refused():
                return self._refused(error, request)
            case SealBroken():  # a form that we did not make, or too long ago
                return self._refusal_page(errors.sign_in_ended(), request)
            case Unavailable():  # the cause is for the log only
                self._log_failure("unavailable", error, request)
                refused = errors.try_later(error.code)
                self._record(refused, request, error.problem)
                page = self._page(refused, request, status_of(error))
                return page.with_header(*RETRY_LATER)
            case _:
                self._log_failure("sign_in_failed", error, request)
                self._outcomes.failed(error, self._source(request))
                refused = errors.not_possible()
                self._record(refused, request, f"{error.code}: {error.problem}")
                return self._page(refused, request, status_of(refused))

    def _refused(self, refused: Refused, request: WebRequest) -> Answer:
        """Tell the service provider if its request allows that, else the user."""
        acs_url, status = refused.acs_url, refused.status
        if acs_url is None or status is None:
            return self._refusal_page(refused, request)
        return self._saml_status(refused, acs_url, status, request)

    def _saml_status(
        self, refused: Refused, acs_url: str, status: Status, request: WebRequest
    ) -> Answer:
        """Answer with a SAML status; that is an answer, too, and uses up the request."""
        if refused.code == UNEXPECTED_ALGORITHM:
            self._log_refusal(refused, request)  # AD FS has an event of its own for it
        issuer, request_id = refused.issuer or "", refused.in_response_to or ""
        xml = write_status_response(
            response_id=new_id(),
            issuer=self._entity_id,
            destination=acs_url,
            in_response_to=refused.in_response_to,
            issue_instant=self._clock.now(),
            status=status,
            key=self._key_for(issuer),
        )
        source = self._source(request)
        proved = refused.signed
        if not self._outcomes.refused(issuer, request_id, refused.code, source, proved=proved):
            return self._refusal_page(errors.answered_already(), request)
        self._record(refused, request)
        recorded_messages.message_out(request.activity, xml, acs_url)
        return posting_page(acs_url, post_fields(xml, refused.relay_state).items())

    def _key_for(self, issuer: str) -> SigningKey:
        """Return our key as it signs for a trust."""
        key = self._keys.current().primary.key
        try:
            trust = self._find_trust(issuer) if issuer else None
        except UnreadableTrust:
            trust = None
        return trust.signs_with(key) if trust else key

    def _refusal_page(self, refused: Refused, request: WebRequest) -> Answer:
        self._log_refusal(refused, request)
        self._record(refused, request)
        self._outcomes.refused_on_page(refused, self._source(request))
        page = self._page(refused, request, status_of(refused))
        if not refused.leads_to:
            return page
        return page.with_header("Refresh", f"0; url={refused.leads_to}")

    def _source(self, request: WebRequest) -> EventSource:
        return EventSource(request.activity.id, request.client_ip, self._node_name(request))

    def _page(self, refused: Refused, request: WebRequest, status: int) -> Answer:
        now, node, back = self._clock.now(), self._node_name(request), self._way_back(refused)
        return pages.error_page(refused, request, status=status, at=now, node=node, back=back)

    def _way_back(self, refused: Refused) -> ways_on.WayBack | None:
        """Return where the user can go on; a database that is away hides no error page."""
        try:
            trust = self._find_trust(refused.trust) if refused.trust else None
        except TallystickError:
            trust = None
        return ways_on.way_back(trust, lists_applications=self._lists_applications)

    def _node_name(self, request: WebRequest) -> str:
        """Return the node's name for the page, which is shown without one, too."""
        try:
            return self._node.name(request.cookies)
        except Unavailable:
            return "unknown"

    def _record(self, refused: Refused, request: WebRequest, cause: str = "") -> None:
        """Record the refusal for administrators, with a *cause* that users are not told."""
        if request.activity.recording is not None:
            request.activity.recording.node = self._node_name(request)
            recorded.refused(request.activity, refused, cause)

    def _log_refusal(self, refused: Refused, request: WebRequest) -> None:
        log_refusal(
            self._counters,
            refused.code,
            refused.problem,
            activity_id=request.activity.id,
            client_ip=request.client_ip,
        )

    def _log_failure(self, event: str, error: TallystickError, request: WebRequest) -> None:
        log_failure(self._counters, event, error, activity_id=request.activity.id)
