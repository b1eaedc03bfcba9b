"""Reads and checks log-out messages, and writes and signs our own.

Sources: saml-core §3.7, saml-profiles §4.4. Requests and responses must be signed in the way of
their binding: a Redirect message in the query, since only there RelayState is signed as well.
Whether an ID was used before, and whether NameID and session indexes were issued, is not checked
here: the host knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import messages, uris
from idp.saml.assertions import name_id_element, status_element
from idp.saml.bindings import SamlMessage, encode_redirect, post_fields
from idp.saml.canonical import attribute, instant, optional, text
from idp.saml.messages import MAX_AGE, SKEW, FindTrust
from idp.saml.refusal import Refused
from idp.saml.signing import SigningKey, sign_enveloped
from idp.saml.values import (
    REDIRECT,
    UNSPECIFIED,
    LogoutRequest,
    LogoutResponse,
    NameID,
    ServiceProvider,
    SingleLogoutService,
)
from idp.saml.xml import parse, text_of

REQUEST = "LogoutRequest"
RESPONSE = "LogoutResponse"
NAMES = {"SAMLRequest": REQUEST, "SAMLResponse": RESPONSE}
"""The element that each parameter carries."""
MAX_SESSION_INDEXES = 100
_LIFETIME = timedelta(minutes=5)
"""How long our own requests are valid."""

_NAME_ID = f"{{{uris.ASSERTION}}}NameID"
_SESSION_INDEX = f"{{{uris.PROTOCOL}}}SessionIndex"
_STATUS_CODE = f"{{{uris.PROTOCOL}}}StatusCode"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to send: a GET of ``address``, or a POST of ``fields`` to it if there are any."""

    address: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class LogoutAsker:
    """The service provider of a request whose signature was right, and the request's ID."""

    entity_id: str
    request_id: str


class LogoutRefused(Refused):
    """Raised for a signed request that is refused: ``asker`` is told so by ``status``."""

    def __init__(self, refused: Refused, asker: LogoutAsker) -> None:
        second = STATUS_OF.get(refused.code, uris.REQUEST_DENIED)
        status = (uris.REQUESTER, second)
        super().__init__(refused.problem, refused.remedy, code=refused.code, status=status)
        self.asker = asker
        self.trust = asker.entity_id


STATUS_OF = {
    # code                second-level status (saml-core §3.2.2.2)
    "MSIS7054":           uris.UNKNOWN_PRINCIPAL,
    "unreadable_name_id": uris.REQUEST_UNSUPPORTED,
    "wrong_version":      uris.REQUEST_UNSUPPORTED,
}  # fmt: skip
"""All other refusals are answered with RequestDenied."""


def is_logout(message: SamlMessage) -> bool:
    """Say whether *message* is a log-out message and not an AuthnRequest."""
    if message.parameter == "SAMLResponse":
        return True
    # XML has one spelling of an element's name: an AuthnRequest need not be parsed twice.
    if REQUEST.encode() not in message.xml:
        return False
    return bool(parse(message.xml).tag == f"{{{uris.PROTOCOL}}}{REQUEST}")


def read_logout(
    message: SamlMessage,
    *,
    find_trust: FindTrust,
    destinations: Collection[str],
    now: datetime,
    skew: timedelta = SKEW,
    max_age: timedelta = MAX_AGE,
) -> LogoutRequest | LogoutResponse:
    """Return the request or response in *message*, checked against the trust of its issuer.

    *find_trust* returns the trust's rules; it is called once. *destinations* are our own addresses.
    Raises :class:`Refused`; for a signed request to us that is refused, :class:`LogoutRefused`.
    """
    name = NAMES[message.parameter]
    root = messages.parse_message(message, parameter=message.parameter, name=name)
    rules = messages.find_rules(messages.read_issuer(root), find_trust)
    service_provider = rules.service_provider
    messages.check_signatures(root, message, rules, required=False)
    _check_signed(root, message, service_provider)
    messages.check_destination(root, destinations, signed=True)
    if name == REQUEST:
        with _answerable(LogoutAsker(service_provider.entity_id, root.get("ID"))):
            return _request(root, service_provider.entity_id, now, skew, max_age)
    messages.check_fresh(root, now=now, skew=skew, max_age=max_age)
    _check_version(root)
    return _response(root, service_provider.entity_id)


def send_logout_request(
    request: LogoutRequest,
    *,
    to: SingleLogoutService,
    relay_state: str,
    now: datetime,
    key: SigningKey,
) -> OutgoingMessage:
    """Return our *request*, signed with *key*, as a message to a service provider's endpoint."""
    head = _head(REQUEST, request.id, request.issuer, to.location, now, until=now + _LIFETIME)
    indexes = "".join(
        f"<samlp:SessionIndex>{text(index)}</samlp:SessionIndex>"
        for index in request.session_indexes
    )
    tail = f"{name_id_element(request.name_id)}{indexes}</samlp:{REQUEST}>"
    return _outgoing(
        (head, tail, request.id), "SAMLRequest", to.binding, to.location, relay_state, key
    )


def send_logout_response(
    response: LogoutResponse,
    *,
    to: SingleLogoutService,
    relay_state: str | None,
    now: datetime,
    key: SigningKey,
) -> OutgoingMessage:
    """Return our *response*, signed with *key*; RelayState goes back unchanged."""
    address = to.response_location or to.location
    head = _head(
        RESPONSE, response.id, response.issuer, address, now, in_response_to=response.in_response_to
    )
    tail = f"{status_element(response.status)}</samlp:{RESPONSE}>"
    return _outgoing(
        (head, tail, response.id), "SAMLResponse", to.binding, address, relay_state, key
    )


def _request(
    root: etree._Element, sender: str, now: datetime, skew: timedelta, max_age: timedelta
) -> LogoutRequest:
    messages.check_fresh(root, now=now, skew=skew, max_age=max_age)
    _check_not_expired(root, now - skew)
    _check_version(root)
    indexes = tuple(text_of(index) for index in root.findall(_SESSION_INDEX))
    if len(indexes) > MAX_SESSION_INDEXES:
        raise Refused(
            f"The request names more than {MAX_SESSION_INDEXES} sessions",
            "Name only those of this user",
            code="too_many_session_indexes",
        )
    return LogoutRequest(root.get("ID"), sender, _name_id(root), indexes)


@contextmanager
def _answerable(asker: LogoutAsker) -> Iterator[None]:
    """Let every refusal inside say whom to answer, and with which status."""
    try:
        yield
    except Refused as refused:
        raise LogoutRefused(refused, asker) from None


def _check_version(root: etree._Element) -> None:
    if root.get("Version") != "2.0":
        raise Refused("The message is not of SAML version 2.0", "Send 2.0", code="wrong_version")


def _response(root: etree._Element, sender: str) -> LogoutResponse:
    answered = root.get("InResponseTo")
    if not answered:
        raise Refused(
            "The log-out response answers no request", "Set InResponseTo", code="unsolicited"
        )
    return LogoutResponse(root.get("ID"), sender, answered, _status(root))


def _check_signed(
    root: etree._Element, message: SamlMessage, service_provider: ServiceProvider
) -> None:
    """Require the signature of the message's own binding (saml-bindings §3.4.4.1, §3.5.4.4)."""
    if message.binding == REDIRECT:
        signed = message.redirect_signature is not None
    else:
        signed = messages.is_signed(root)
    if not signed:
        raise Refused(
            f"The log-out message of {service_provider.entity_id} is not signed, but has to be",
            "Let the service provider sign log-out requests and responses",
            code="MSIS7084",
        )


def _check_not_expired(root: etree._Element, now: datetime) -> None:
    """Refuse a request after its own NotOnOrAfter (saml-core §3.7.1)."""
    until = root.get("NotOnOrAfter")
    if until is not None and messages.parse_instant(until) <= now:
        raise messages.not_fresh("has expired")


def _name_id(root: etree._Element) -> NameID:
    element = root.find(_NAME_ID)
    if element is None:
        raise Refused(
            "The log-out request names the user by an EncryptedID or BaseID",
            "Send the NameID of the assertion, in the clear",
            code="unreadable_name_id",
        )
    return NameID(
        text_of(element),
        element.get("Format", UNSPECIFIED),
        name_qualifier=element.get("NameQualifier"),
        sp_name_qualifier=element.get("SPNameQualifier"),
    )


def _status(root: etree._Element) -> tuple[str, str | None]:
    """Return the top-level code and the one inside it (saml-core §3.2.2.2)."""
    top = root.find(f"{{{uris.PROTOCOL}}}Status/{_STATUS_CODE}")
    second = top.find(_STATUS_CODE)
    return top.get("Value", ""), None if second is None else second.get("Value", "")


def _head(
    name: str,
    identifier: str,
    issuer: str,
    destination: str,
    now: datetime,
    *,
    in_response_to: str | None = None,
    until: datetime | None = None,
) -> str:
    """Return the start of a message up to its Issuer, in exclusive canonical form."""
    return (
        f'<samlp:{name} xmlns:samlp="{uris.PROTOCOL}" Consent="{uris.CONSENT_UNSPECIFIED}" '
        f'Destination="{attribute(destination)}" ID="{attribute(identifier)}"'
        f"{optional('InResponseTo', in_response_to)} "
        f'IssueInstant="{instant(now)}"'
        f"{optional('NotOnOrAfter', None if until is None else instant(until))} "
        f'Version="2.0"><Issuer xmlns="{uris.ASSERTION}">{text(issuer)}</Issuer>'
    )


def _outgoing(
    parts: tuple[str, str, str],
    parameter: str,
    binding: str,
    address: str,
    relay_state: str | None,
    key: SigningKey,
) -> OutgoingMessage:
    """Sign a message in the way of its binding; *parts* are its head, tail and ID."""
    head, tail, identifier = parts
    if binding == REDIRECT:
        query = encode_redirect(
            (head + tail).encode(), parameter=parameter, relay_state=relay_state, key=key
        )
        return OutgoingMessage(f"{address}{'&' if '?' in address else '?'}{query}", {})
    xml = sign_enveloped(head, tail, identifier, key).encode()
    return OutgoingMessage(address, post_fields(xml, relay_state, parameter=parameter))
