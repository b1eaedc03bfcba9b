"""Sends a response to the service provider: the page that posts it.

A server for testing has :class:`~idp.signin.faulty.FaultyResponses` in its place.
"""

from __future__ import annotations

from idp.saml.bindings import post_fields
from idp.saml.values import Assertion
from idp.signin import recorded_messages
from idp.signin.destination import SamlDestination
from idp.signin.posting import posting_page
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer


class Responses:
    """Sends responses as they were written."""

    def send(
        self, step: SignInStep, destination: SamlDestination, xml: bytes, assertion: Assertion
    ) -> Answer:
        """Return the page that posts *xml*, the response with *assertion*, to *destination*."""
        recorded_messages.message_out(step.request.activity, xml, destination.acs_url)
        return posting_page(destination.acs_url, post_fields(xml, destination.relay_state).items())
