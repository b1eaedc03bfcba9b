"""The refusals that the sign-in raises, with codes and HTTP statuses (see docs/errors.md)."""

from __future__ import annotations

from idp.saml import uris
from idp.saml.contexts import not_met
from idp.saml.refusal import Refused
from idp.signin.destination import Destination, SpInitiated

ENDED_BY_SECOND_FACTOR = {
    # code                             (what is wrong, what to do)
    "no_strong_authentication_method": (
        "No second factor is set up on this server",
        "Enable one: tallystick adapters enable NAME",
    ),
    "method_not_available": (
        "This account cannot use the second factor that is required",
        "Register a phone or a source of codes, or contact your administrator",
    ),
    "method_not_announced": (
        "The second factor reported an authentication method that it had not announced",
        "Check the adapter: tallystick adapters check MODULE:CLASS",
    ),
    "adapter_error": (
        "The second factor failed",
        "Try again; if it happens again, give the Activity ID to your administrator",
    ),
}


def second_factor(code: str) -> Refused:
    """The second factor ended the sign-in, by one of the codes above."""
    problem, remedy = ENDED_BY_SECOND_FACTOR[code]
    return Refused(problem, remedy, code=code)


def denied(user: str, trust: str) -> Refused:
    """The user has signed in, but has no access to this relying party trust.

    AD FS: MSIS5007, the caller authorization failed.
    """
    return Refused(
        f"{user} has no access to {trust}",
        "Ask your administrator for access, and give the Activity ID",
        code="MSIS5007",
    )


def try_later(code: str) -> Refused:
    """A part that every sign-in needs, such as the database, is not available at the moment."""
    return Refused("The service is not available", "Try again in a few seconds", code=code)


def not_possible() -> Refused:
    """The server's own data or configuration are wrong; the log says how, with a code."""
    return Refused(
        "The sign-in failed", "Give the Activity ID to your administrator", code="MSIS7012"
    )


def from_elsewhere(base_url: str) -> Refused:
    """Another site posted a form that only our own pages may post."""
    return Refused(
        "The form was sent by another site",
        f"Sign in from the page itself, at {base_url}",
        code="from_another_site",
    )


def no_handler() -> Refused:
    """The request holds no message and names no trust, or the page is switched off.

    AD FS: MSIS7065, no registered protocol handler on the path.
    """
    return Refused(
        "The request asks for nothing that this server has",
        "Start at the application, or at /adfs/ls/idpinitiatedsignon.aspx if that page is on",
        code="MSIS7065",
    )


def sign_in_ended(leads_to: str = "") -> Refused:
    """A page was posted whose sign-in is over, or belongs to another browser.

    If Enter was pressed twice, it is over because of the first press: the page *leads_to* what
    follows that one.
    """
    refused = Refused(
        "This page does not belong to a sign-in in progress in this browser",
        "Start again at the application",
        code="MSIS7001",
    )
    refused.leads_to = leads_to
    return refused


def session_ended() -> Refused:
    """The page belongs to a sign-in of this browser, whose user was disabled or signed out."""
    return Refused(
        "This sign-in was ended: the account was disabled, locked or signed out,"
        " or has a new password",
        "Start again at the application, or ask your administrator",
        code="MSIS7001",
    )


def answered_already() -> Refused:
    """The request, or this sign-in, has been answered before."""
    return Refused(
        "This request has already been answered",
        "Start again at the application",
        code="request_replayed",
    )


def loop(tokens: int, seconds: int) -> Refused:
    """The service provider sends the browser back for one token after another (AD FS: MSIS7042)."""
    return Refused(
        f"This browser got {tokens} tokens for the same application in {seconds} seconds",
        "Close the application; its administrator must find out why it accepts none of them",
        code="MSIS7042",
    )


def not_a_participant() -> Refused:
    """A log-out message names no session, or no request, of this server (AD FS: MSIS7054)."""
    return Refused(
        "The SAML log-out did not complete: its NameID and SessionIndex, or InResponseTo, are not "
        "those that this server sent to this service provider",
        "Send back exactly what the assertion said, or sign in and out again",
        code="MSIS7054",
    )


def log_out_elsewhere() -> Refused:
    """A LogoutResponse came in a browser that has no part in the log-out."""
    return Refused(
        "The answer was noted, but the log-out it belongs to is not in progress in this browser",
        "Go on in the browser in which the log-out began",
        code="log_out_elsewhere",
    )


def not_passive(destination: Destination) -> Refused:
    """The service provider allows no page, but one would be needed (saml-core §3.4.1)."""
    refused = Refused(
        "The sign-in needs the user, but the request is passive",
        "Send the request without IsPassive",
        code="no_passive",
        status=(uris.RESPONDER, uris.NO_PASSIVE),
    )
    return addressed(refused, destination)


def context_not_met(destination: Destination) -> Refused:
    """The request demands a second factor that this user cannot use, or did not use."""
    return addressed(not_met(), destination)


def addressed(refused: Refused, destination: Destination) -> Refused:
    """Return the refusal with the address of the service provider, if it sent a request."""
    if not isinstance(destination, SpInitiated):
        return refused
    return refused.for_service_provider(
        issuer=destination.entity_id,
        acs_url=destination.acs_url,
        in_response_to=destination.request.id,
        relay_state=destination.relay_state,
        signed=destination.request.signed,
    )
