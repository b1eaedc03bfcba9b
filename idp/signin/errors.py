"""Sign-ins that end on our error page: sentences for the codes, and the refusals raised here."""

from __future__ import annotations

from idp.saml import uris
from idp.saml.contexts import not_met
from idp.saml.refusal import Refused
from idp.signin.pending import PendingSignIn

ENDED_BY_SECOND_FACTOR = {
    # code                             (what is wrong, what to do)
    "no_strong_authentication_method": (
        "No second factor is set up on this server",
        "Enable one: tallystick adapters enable NAME",
    ),
    "method_not_available": (
        "The second factor that was asked for cannot be used by this account",
        "Register a phone or a source of codes, or contact your administrator",
    ),
    "method_not_announced": (
        "The second factor reported a method that it had not announced",
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
    """The user has signed in, and is not let in to this relying party trust (facts §C.13)."""
    return Refused(
        f"{user} has no access to {trust}",
        "Ask your administrator for access, and give the Activity ID",
        code="MSIS5007",
    )


def try_later(code: str) -> Refused:
    """Something that everybody needs is away for the moment."""
    return Refused("The service is not available", "Try again in a few seconds", code=code)


def not_possible() -> Refused:
    """Something is wrong with what this server has been given; the log says what, and its code."""
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
    """No message, no name, or a page that is switched off."""
    return Refused(
        "There is nothing here that this request asks for",
        "Start at the application, or at /adfs/ls/idpinitiatedsignon.aspx if that page is on",
        code="MSIS7065",
    )


def sign_in_ended() -> Refused:
    """A page was posted whose sign-in is over, or is not this browser's."""
    return Refused(
        "This page does not belong to a sign-in that is under way in this browser",
        "Start again at the application",
        code="MSIS7001",
    )


def answered_already() -> Refused:
    """The request, or this sign-in, has had its one answer."""
    return Refused(
        "This request was answered already",
        "Start again at the application",
        code="request_replayed",
    )


def loop(tokens: int, seconds: int) -> Refused:
    """The service provider sends the browser back for one token after another (facts §C.13)."""
    return Refused(
        f"This browser was given {tokens} tokens for the same application in {seconds} seconds",
        "Close the application; its administrator has to see why it takes none of them",
        code="MSIS7042",
    )


def not_a_participant() -> Refused:
    """A log-out message is about no session, or no request, of ours (facts §C.11)."""
    return Refused(
        "The SAML log-out did not complete: its NameID and SessionIndex, or InResponseTo, are not "
        "those that this server gave this service provider",
        "Send back exactly what the assertion said, or sign in and out again",
        code="MSIS7054",
    )


def log_out_elsewhere() -> Refused:
    """An answer came in a browser that has no part in the log-out."""
    return Refused(
        "The answer was noted, but the log-out it belongs to is not under way in this browser",
        "Go on in the browser in which it began",
        code="log_out_elsewhere",
    )


def not_passive(pending: PendingSignIn) -> Refused:
    """The service provider allows no page, but one would be needed (saml-core §3.4.1)."""
    refused = Refused(
        "The sign-in needs the user, and the request forbids to ask",
        "Send the request without IsPassive",
        code="no_passive",
        status=(uris.RESPONDER, uris.NO_PASSIVE),
    )
    return addressed(refused, pending)


def context_not_met(pending: PendingSignIn) -> Refused:
    """The request demands a second factor that this user cannot give, or did not give."""
    return addressed(not_met(), pending)


def addressed(refused: Refused, pending: PendingSignIn) -> Refused:
    """Return the refusal with the address of the service provider, where it may be told."""
    if pending.request is None:
        return refused
    return refused.for_service_provider(
        issuer=pending.entity_id,
        acs_url=pending.acs_url,
        in_response_to=pending.request.id,
        relay_state=pending.relay_state,
    )
