"""Sends responses and log-out requests with the fault that is due, on a server for testing.

A fault is taken once the token is recorded, by one statement, so that of parallel sign-ins one gets
it. Every message with a fault is marked: in the ID of a response, in a header and on the page that
posts it, in the log, and by a row of the sign-in log (``fault=CODE``).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

from adapter.clock import Clock
from idp.audit.writer import AuditWriter, EventSource
from idp.events import Event
from idp.federation.token_signing.ring import SigningKeyRing
from idp.logs import get_logger
from idp.saml.bindings import post_fields
from idp.saml.logout import OutgoingMessage
from idp.saml.values import Assertion, LogoutRequest, SingleLogoutService
from idp.saml_faults.next_fault import NextFault, NextFaultStore, Occasion
from idp.saml_faults.possible import check_possible
from idp.saml_faults.response import faulty_logout_request, faulty_response
from idp.saml_faults.scene import Delivery, LogOutScene, Scene
from idp.services import Services
from idp.session.participants import LogOut
from idp.signin import recorded_messages
from idp.signin.destination import SamlDestination
from idp.signin.logout.log_out_step import LogOutStep
from idp.signin.logout.messages import LogOutMessages
from idp.signin.logout.steps import Target
from idp.signin.posting import posting_page
from idp.signin.sending import Responses
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer

FAULT_HEADER = "X-Tallystick-Fault"
"""Names the fault of the message that a page posts."""
FAULTY = "faulty_response"
"""The log line and the outcome of a message with a fault."""


@dataclass(frozen=True, slots=True)
class DueFaults:
    """Takes the faults that are due, and records those that were sent."""

    store: NextFaultStore
    writer: AuditWriter
    keys: SigningKeyRing
    clock: Clock

    def record(self, due: NextFault, source: EventSource, user: str) -> None:
        """Write that a message with a fault leaves."""
        get_logger().warning(
            FAULTY,
            fault=due.code,
            trust=due.entity_id,
            user=user,
            set_by=due.set_by,
            activity_id=source.activity_id,
        )
        self.writer.write(
            self.writer.row(
                Event.TOKEN_ISSUED,
                source,
                user=user,
                trust=due.entity_id,
                outcome=FAULTY,
                detail=f"fault={due.code}",
            )
        )


class FaultyResponses(Responses):
    """Sends a response with the fault that is due at the trust, or as it was written."""

    def __init__(self, due: DueFaults) -> None:
        self._due = due

    def send(
        self, step: SignInStep, destination: SamlDestination, xml: bytes, assertion: Assertion
    ) -> Answer:
        """Return what takes the response to *destination*."""
        user = step.facts.session.user if step.facts.session else ""
        due = self._due.store.take(destination.entity_id, Occasion.SIGN_IN)
        if due is not None and due.fault.repeats and due.kept_for != user:
            # Nobody is ever sent the response of somebody else.
            kept = replace(due, response=base64.b64encode(xml).decode(), kept_for=user)
            self._due.store.save(kept, Occasion.SIGN_IN)
            due = None
        if due is None:
            return super().send(step, destination, xml, assertion)
        delivery = self._delivery(due, step, destination, assertion)
        recorded_messages.faulty_out(step.request.activity, delivery, due.code)
        self._due.record(due, step.source, user)
        return faulty_page(delivery, due.code)

    def _delivery(
        self, due: NextFault, step: SignInStep, destination: SamlDestination, assertion: Assertion
    ) -> Delivery:
        if due.response is None:
            return faulty_response(due.fault, self._scene(due, step, destination, assertion))
        again = post_fields(base64.b64decode(due.response), destination.relay_state)
        return Delivery(destination.acs_url, tuple(again.items()))

    def _scene(
        self, due: NextFault, step: SignInStep, destination: SamlDestination, assertion: Assertion
    ) -> Scene:
        trust, now, ring = step.facts.existing_trust(), self._due.clock.now(), self._due.keys
        keys = ring.current()
        check_possible(due.fault, trust, keys, now)
        return Scene(
            assertion,
            response_id="",
            destination=destination.acs_url,
            relay_state=destination.relay_state,
            key=trust.signs_with(keys.primary.key),
            sign_assertion=trust.signs_assertion,
            sign_response=trust.signs_response,
            encryption=trust.encryption_at(now),
            now=now,
            next_key=keys.next.key if keys.next else None,
        )


@dataclass(frozen=True, slots=True)
class FaultyLogOutMessages(LogOutMessages):
    """Writes log-out requests with the fault that is due at the trust, or as usual."""

    due: DueFaults

    def send_request(
        self, request: LogoutRequest, target: Target, service: SingleLogoutService,
        log_out: LogOut, step: LogOutStep,
    ) -> OutgoingMessage:  # fmt: skip
        """Return the request as it is sent to *service*."""
        due = self.due.store.take(target.trust, Occasion.LOG_OUT)
        if due is None:
            return super(FaultyLogOutMessages, self).send_request(
                request, target, service, log_out, step
            )
        self.due.record(due, step.source, log_out.user)
        key = self._key_for(target.trust, step)
        scene = LogOutScene(request, service, log_out.id, key, self.clock.now())
        return faulty_logout_request(due.fault, scene)


def faulty_page(delivery: Delivery, code: str) -> Answer:
    """Return the page that posts a delivery, or the redirect; *code* names its fault."""
    if not delivery.is_form:
        page = Answer(status=302, headers=(("Location", delivery.address),))
    else:
        page = posting_page(delivery.address, delivery.fields, code)
    return page.with_header(FAULT_HEADER, code)


def due_faults(services: Services, writer: AuditWriter) -> DueFaults:
    """Return what takes the faults of a server that allows them."""
    return DueFaults(services.next_faults, writer, services.signing_keys, services.clock)
