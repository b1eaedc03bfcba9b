"""From a web request to the sign-in it is about: by a binding, by name, or by a page of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from werkzeug.datastructures import MultiDict

from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.bindings import (
    SamlMessage,
    check_relay_state,
    decode_post,
    decode_redirect,
    holds_message,
)
from idp.saml.endpoints import default_acs
from idp.saml.logout import is_logout, read_logout
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.values import LogoutRequest, LogoutResponse
from idp.session.seal import Seal
from idp.signin import errors
from idp.signin.pending import PendingSignIn, unseal
from idp.signin.sign_in_facts import FactsLoader
from idp.web.web_request import WebRequest


@dataclass(frozen=True, slots=True)
class LogoutMessage:
    """A log-out message that has been checked, and how it came."""

    content: LogoutRequest | LogoutResponse
    binding: str
    relay_state: str | None


class RequestReader:
    """Reads requests for one server: its addresses, its limits, its clock."""

    def __init__(
        self,
        *,
        base_url: str,
        seal: Seal,
        now: Callable[[], datetime],
        skew: timedelta,
        lifetime: timedelta,
        relay_state_names_trust: bool,
        only_signed: bool,
    ) -> None:
        self._destinations = frozenset({f"{base_url}/adfs/ls/", f"{base_url}/adfs/ls"})
        self._seal = seal
        self._now = now
        self._skew = skew
        self._lifetime = lifetime
        self._relay_state_names_trust = relay_state_names_trust
        self._only_signed = only_signed

    def read(
        self,
        request: WebRequest,
        look: FactsLoader,
        *,
        by_name: bool,
    ) -> PendingSignIn | LogoutMessage | None:
        """Return what *request* is about: a sign-in, a log-out or nothing.

        ``by_name`` also takes an IdP-initiated address. A page of ours that was sealed for a
        sign-in outranks the address it is posted to. Raises :class:`Refused` and
        :class:`idp.session.seal.SealBroken`.
        """
        sealed = request.form.get("SamlSession")
        if sealed is not None:
            return unseal(self._seal, sealed)
        activity_id = request.activity.id
        message = _message(request.form, request.query)
        if message is not None:
            if is_logout(message):
                return self._logout(message, look)
            return self._requested(message, activity_id, look)
        named = self._named(request) if by_name else None
        return self._initiated_here(*named, activity_id, look) if named else None

    def _logout(self, message: SamlMessage, look: FactsLoader) -> LogoutMessage:
        content = read_logout(
            message,
            find_trust=lambda issuer: self._rules(look(issuer).trust),
            destinations=self._destinations,
            now=self._now(),
            skew=self._skew,
            max_age=self._lifetime,
        )
        return LogoutMessage(content, message.binding, message.relay_state)

    def _requested(
        self, message: SamlMessage, activity_id: str, look: FactsLoader
    ) -> PendingSignIn:
        now = self._now()
        request = read_authn_request(
            message,
            find_trust=lambda issuer: self._rules(look(issuer).trust),
            destinations=self._destinations,
            now=now,
            skew=self._skew,
            max_age=self._lifetime,
        )
        return PendingSignIn(
            entity_id=request.issuer,
            acs_url=request.acs_url,
            received_at=now,
            activity_id=activity_id,
            relay_state=message.relay_state,
            request=request,
            audience=request.audience,
        )

    def _rules(self, trust: RelyingPartyTrust) -> RequestRules:
        return RequestRules(
            trust.service_provider,
            require_signed=self._only_signed or trust.requires_signed_requests,
            algorithm=trust.settings.signature_algorithm,
        )

    def _initiated_here(
        self, entity_id: str, relay_state: str | None, activity_id: str, look: FactsLoader
    ) -> PendingSignIn:
        trust = look(entity_id).trust
        return PendingSignIn(
            entity_id=trust.entity_id,
            audience=entity_id,
            acs_url=default_acs(trust.service_provider).location,
            received_at=self._now(),
            activity_id=activity_id,
            relay_state=check_relay_state(relay_state),
        )

    def _named(self, request: WebRequest) -> tuple[str, str | None] | None:
        """Return trust and RelayState of an IdP-initiated address (docs/pages.md)."""
        arguments = _any_case(request)
        relay_state = arguments.get("relaystate")
        if "logintorp" in arguments:
            return arguments["logintorp"], relay_state
        inner = _fields_of(relay_state or "")
        if "RPID" not in inner:
            return None
        if not self._relay_state_names_trust:
            raise errors.no_handler()
        return inner["RPID"][0], inner.get("RelayState", [None])[0]


def _message(form: MultiDict[str, str], query: bytes) -> SamlMessage | None:
    for parameter in ("SAMLRequest", "SAMLResponse"):
        if parameter in form:
            _must_be_single(form, "SAMLRequest", "SAMLResponse", "RelayState")
            return decode_post(form[parameter], form.get("RelayState"), parameter=parameter)
    if holds_message(query):
        return decode_redirect(query)
    return None


def _any_case(request: WebRequest) -> dict[str, str]:
    """Return the query by names in lower case: AD FS takes them in any."""
    pairs = [(name.lower(), value) for name, value in request.arguments.items(multi=True)]
    arguments = dict(pairs)
    if len(arguments) != len(pairs):
        raise _twice()
    return arguments


def _fields_of(relay_state: str) -> dict[str, list[str]]:
    try:
        return parse_qs(relay_state, keep_blank_values=True, max_num_fields=8)
    except ValueError:  # too many fields
        return {}


def _must_be_single(form: MultiDict[str, str], *names: str) -> None:
    """Refuse a message that could be read as two."""
    given = [name for name in names for _ in form.getlist(name)]
    if len(set(given)) != len(given) or {"SAMLRequest", "SAMLResponse"} <= set(given):
        raise _twice()


def _twice() -> Refused:
    return Refused(
        "A parameter of the request stands there twice",
        "Send each parameter once",
        code="duplicate_parameter",
    )
