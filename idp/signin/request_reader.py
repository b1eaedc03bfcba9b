"""Reads a web request: a sign-in or a log-out, by a binding, by a trust's name, or by our page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from werkzeug.datastructures import MultiDict

from idp.saml.bindings import (
    SamlMessage,
    check_relay_state,
    decode_post,
    decode_redirect,
    holds_message,
)
from idp.saml.endpoints import default_acs
from idp.saml.logout import LogoutRefused, is_logout, read_logout
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.values import LogoutRequest, LogoutResponse
from idp.session.seal import Seal
from idp.signin import errors, recorded_messages
from idp.signin.destination import IdpInitiated, SamlDestination, SpInitiated
from idp.signin.pending import PendingSignIn, unseal
from idp.signin.sign_in_facts import FactsLoader, SignInFacts
from idp.web.web_request import Activity, WebRequest


@dataclass(frozen=True, slots=True)
class LogoutMessage:
    """A checked log-out message, with its binding and RelayState.

    ``content`` is a :class:`LogoutRefused` for a request whose sender is told that it is refused.
    """

    content: LogoutRequest | LogoutResponse | LogoutRefused
    binding: str
    relay_state: str | None

    @property
    def sender(self) -> str:
        """The entity ID of the service provider that sent it."""
        content = self.content
        return content.asker.entity_id if isinstance(content, LogoutRefused) else content.issuer


class RequestReader:
    """Reads the requests of one server, within its addresses and limits."""

    def __init__(
        self,
        *,
        destinations: Collection[str],
        seal: Seal,
        now: Callable[[], datetime],
        skew: timedelta,
        lifetime: timedelta,
        relay_state_names_trust: bool,
        only_signed: bool,
    ) -> None:
        self._destinations = destinations
        self._seal = seal
        self._now = now
        self._skew = skew
        self._lifetime = lifetime
        self._relay_state_names_trust = relay_state_names_trust
        self._only_signed = only_signed

    def read(
        self,
        request: WebRequest,
        load_facts: FactsLoader,
        *,
        by_name: bool,
    ) -> PendingSignIn | LogoutMessage | None:
        """Return the sign-in or log-out that *request* begins or continues, None for neither.

        *by_name* also accepts IdP-initiated addresses. If the form has a sealed sign-in of one of
        our pages, that is used, whatever the address says. Raises :class:`Refused` and
        :class:`idp.session.seal.SealBroken`.
        """
        if "SamlSession" in request.form:
            return unseal(self._seal, request.form["SamlSession"])
        recorded_messages.message_in(request)
        message, activity = _message(request.form, request.query), request.activity
        if message is not None:
            if is_logout(message):
                return self._read_logout(message, load_facts, activity)
            destination: SamlDestination | None = self._read_authn_request(
                message, load_facts, activity
            )
        else:
            destination = self._choose_by_name(request, load_facts) if by_name else None
        if destination is None:
            return None
        return PendingSignIn(destination, self._now(), request.activity.id)

    def _read_logout(
        self, message: SamlMessage, load_facts: FactsLoader, activity: Activity
    ) -> LogoutMessage:
        content: LogoutRequest | LogoutResponse | LogoutRefused
        try:
            content = read_logout(
                message,
                find_trust=lambda issuer: self._rules(load_facts(issuer), activity),
                destinations=self._destinations,
                now=self._now(),
                skew=self._skew,
                max_age=self._lifetime,
            )
        except LogoutRefused as refused:
            content = refused
        return LogoutMessage(content, message.binding, message.relay_state)

    def _read_authn_request(
        self, message: SamlMessage, load_facts: FactsLoader, activity: Activity
    ) -> SpInitiated:
        request = read_authn_request(
            message,
            find_trust=lambda issuer: self._rules(load_facts(issuer), activity),
            destinations=self._destinations,
            now=self._now(),
            skew=self._skew,
            max_age=self._lifetime,
        )
        return SpInitiated(request, message.relay_state)

    def _rules(self, facts: SignInFacts, activity: Activity) -> RequestRules:
        trust = facts.existing_trust()
        must_sign = self._only_signed or trust.requires_signed_requests
        recorded_messages.trust_found(activity, trust, must_sign=must_sign)
        return RequestRules(
            trust.service_provider,
            require_signed=must_sign,
            algorithm=trust.settings.signature_algorithm,
            min_rsa_bits=trust.settings.min_rsa_bits,
            on_verified=lambda each: recorded_messages.verified(activity, each),
        )

    def _choose_by_name(self, request: WebRequest, load_facts: FactsLoader) -> IdpInitiated | None:
        named = self._named(request)
        if named is None:
            return None
        identifier, relay_state = named
        recorded_messages.named_in(request)
        trust = load_facts(identifier).existing_trust()
        recorded_messages.trust_found(request.activity, trust, must_sign=False)
        return IdpInitiated(
            entity_id=trust.entity_id,
            audience=identifier,
            acs_url=default_acs(trust.service_provider).location,
            relay_state=check_relay_state(relay_state),
        )

    def _named(self, request: WebRequest) -> tuple[str, str | None] | None:
        """Return the trust's identifier and the RelayState in an IdP-initiated address.

        As in AD FS, it is ``loginToRp=ID&RelayState=…``, or a RelayState that holds both:
        ``RelayState=RPID%3DID%26RelayState%3D…`` (``Set-AdfsProperties
        -EnableRelayStateForIdpInitiatedSignOn``).
        """
        arguments = _lower_case_arguments(request)
        relay_state = arguments.get("relaystate")
        if "logintorp" in arguments:
            return arguments["logintorp"], relay_state
        inner = _parse_fields(relay_state or "")
        if "RPID" not in inner:
            return None
        if not self._relay_state_names_trust:
            raise errors.no_handler()
        return inner["RPID"][0], inner.get("RelayState", [None])[0]


def _message(form: MultiDict[str, str], query: bytes) -> SamlMessage | None:
    for parameter in ("SAMLRequest", "SAMLResponse"):
        if parameter in form:
            _check_single(form, "SAMLRequest", "SAMLResponse", "RelayState")
            if holds_message(query):
                raise _duplicate()  # by both bindings at once
            return decode_post(form[parameter], form.get("RelayState"), parameter=parameter)
    if holds_message(query):
        return decode_redirect(query)
    return None


def _lower_case_arguments(request: WebRequest) -> dict[str, str]:
    """Return the query with names in lower case, since AD FS accepts them in any case."""
    pairs = [(name.lower(), value) for name, value in request.arguments.items(multi=True)]
    arguments = dict(pairs)
    if len(arguments) != len(pairs):
        raise _duplicate()
    return arguments


def _parse_fields(relay_state: str) -> dict[str, list[str]]:
    try:
        return parse_qs(relay_state, keep_blank_values=True, max_num_fields=8)
    except ValueError:  # too many fields
        return {}


def _check_single(form: MultiDict[str, str], *names: str) -> None:
    """Refuse a form that could be read as two messages."""
    given = [name for name in names for _ in form.getlist(name)]
    if len(set(given)) != len(given) or {"SAMLRequest", "SAMLResponse"} <= set(given):
        raise _duplicate()


def _duplicate() -> Refused:
    return Refused(
        "A parameter of the request stands there twice",
        "Send each parameter once",
        code="duplicate_parameter",
    )
