"""How it is told that a sign-in is refused: to the service provider where it may be, else here.

Either way there is one line in the log, with the code.
"""

from __future__ import annotations

from flask import Response, request

from adapter.errors import TallystickError, Unavailable
from idp.saml.assertions import write_status_response
from idp.saml.bindings import post_fields
from idp.saml.refusal import Refused
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.signing import SigningKey
from idp.services import Services
from idp.session.node import AnsweringNode
from idp.session.seal import SealBroken
from idp.signin import errors, pages
from idp.signin.assertion import new_id
from idp.signin.audit_log import Recorder
from idp.web.activity import log_failure, log_refusal
from idp.web.http_status import RETRY_LATER, status_of


class ErrorHandlers:
    """The error handlers of one node."""

    def __init__(self, services: Services, recorder: Recorder, node: AnsweringNode) -> None:
        self._services = services
        self._recorder = recorder
        self._node = node

    def refused(self, refused: Refused) -> Response:
        """Tell the service provider where it may be told, else the user."""
        acs_url, status = refused.acs_url, refused.status
        if acs_url is None or status is None:
            return self._page(refused)
        return self._status(refused, acs_url, status)

    def seal_broken(self, _error: SealBroken) -> Response:
        """Show the page for a form that we did not make, or too long ago."""
        return self._page(errors.sign_in_ended())

    def unavailable(self, error: Unavailable) -> Response:
        """Say that the service is away for the moment; why is for the log alone."""
        log_failure("unavailable", error)
        page = self._error(errors.try_later(error.code), status=status_of(error))
        page.headers.add(*RETRY_LATER)
        return page

    def failed(self, error: TallystickError) -> Response:
        """Let nobody in where something went wrong that no step of a sign-in answers for."""
        log_failure("sign_in_failed", error)
        refused = errors.not_possible()
        return self._error(refused, status=status_of(refused))

    def _page(self, refused: Refused) -> Response:
        log_refusal(refused.code, refused.problem)
        return self._error(refused, status=status_of(refused))

    def _error(self, refused: Refused, *, status: int) -> Response:
        now = self._services.clock.now()
        return pages.error(refused, status=status, now=now, node=self._node_name())

    def _status(self, refused: Refused, acs_url: str, status: tuple[str, str | None]) -> Response:
        """Answer by a SAML status; that is an answer too, and spends the request."""
        if refused.code == UNEXPECTED_ALGORITHM:
            log_refusal(refused.code, refused.problem)  # AD FS has an event of its own for it
        xml = write_status_response(
            response_id=new_id(),
            issuer=self._services.config.server.entity_id,
            destination=acs_url,
            in_response_to=refused.in_response_to,
            issue_instant=self._services.clock.now(),
            status=status,
            key=self._key_for(refused.issuer),
        )
        spends = (refused.issuer or "", refused.in_response_to or "")
        if not self._recorder.refused(spends, self._node_name(), refused.code):
            return self._page(errors.answered_already())
        return pages.post_form(acs_url, post_fields(xml, refused.relay_state))

    def _key_for(self, issuer: str | None) -> SigningKey:
        trust = self._services.trusts.find(issuer) if issuer else None
        return trust.signs_with(self._services.signing_key) if trust else self._services.signing_key

    def _node_name(self) -> str:
        """Return the name for the page; the page is shown without one, too."""
        try:
            return self._node.name(request.cookies)
        except Unavailable:
            return "unknown"
