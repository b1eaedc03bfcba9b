"""The flight recorder's steps about SAML messages: received, checked and sent.

Everything here is a no-op while the recorder is off. What is recorded is on a list: of a request,
the parameters of the SAML bindings and no others; of a response, its XML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote_to_bytes

from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.recorder.timeline import Fields
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, holds_message
from idp.saml.certificates import thumbprint_of
from idp.saml.logout import OutgoingMessage
from idp.saml.refusal import Refused
from idp.saml.signature_facts import signature_facts
from idp.saml.values import POST, REDIRECT
from idp.saml_faults.scene import Delivery
from idp.web.web_request import Activity, WebRequest

PARAMETERS = ("SAMLRequest", "SAMLResponse", "RelayState", "SAMLEncoding", "SigAlg", "Signature")
BY_NAME = ("loginToRp", "RelayState")
"""The parameters of an IdP-initiated address that are recorded."""
MAX_LENGTH = 128 * 1024
"""Characters of a parameter that are recorded; no message that is accepted has more."""


def message_in(web: WebRequest) -> None:
    """Record the message of a request as it arrived, and what it says once decoded."""
    recording = web.activity.recording
    if recording is None:
        return
    form = {name: web.form[name] for name in PARAMETERS if name in web.form}
    if "SAMLRequest" in form or "SAMLResponse" in form:
        weight = sum(map(len, form.values()))
        recording.add("message_in", lambda: _posted(form), weight)
    elif holds_message(web.query):
        query = web.query
        recording.add("message_in", lambda: _redirected(query), len(query))


def named_in(web: WebRequest) -> None:
    """Record an IdP-initiated address: the trust's name and RelayState in it."""
    recording = web.activity.recording
    if recording is not None:
        query = web.query
        recording.add("message_in", lambda: {"by_name": _parameters(query, BY_NAME)})


def trust_found(activity: Activity, trust: RelyingPartyTrust, *, must_sign: bool) -> None:
    """Record which trust a message belongs to, and what its messages are checked with."""
    recording = activity.recording
    if recording is None:
        return
    recording.trust = trust.entity_id
    recording.add("trust", lambda: _trust(trust, must_sign))


def verified(activity: Activity, certificate: str) -> None:
    """Record that a signature is right, and with which certificate of the trust."""
    recording = activity.recording
    if recording is None:
        return
    recording.is_proved = True
    recording.add(
        "signature", lambda: {"verdict": "right", "certificate": thumbprint_of(certificate)}
    )


def message_out(activity: Activity, xml: bytes, destination: str) -> None:
    """Record a response that is posted to *destination*."""
    recording = activity.recording
    if recording is not None:
        shown = {"binding": POST, "destination": destination}
        recording.add("message_out", lambda: {**shown, "xml": xml.decode()}, len(xml))


def faulty_out(activity: Activity, delivery: Delivery, fault: str) -> None:
    """Record what takes a response with a fault to the service provider, as it is sent."""
    recording = activity.recording
    if recording is None:
        return
    address, _, query = delivery.address.partition("?")
    form, shown = dict(delivery.fields), {"destination": address, "fault": fault}
    if form:
        recording.add("message_out", lambda: {**shown, **_posted(form)})
    else:
        recording.add("message_out", lambda: {**shown, **_redirected(query.encode())})


def log_out_sent(activity: Activity, message: OutgoingMessage) -> None:
    """Record a log-out message that is sent, without its RelayState."""
    recording = activity.recording
    if recording is not None:
        recording.add("message_out", lambda: _sent(message))


def before_encryption(activity: Activity, write: Callable[[], bytes]) -> None:
    """Record the response that is about to be encrypted; *write* makes it without encryption."""
    recording = activity.recording
    if recording is not None:
        recording.add("unencrypted", lambda: {"xml": write().decode()})


def _sent(message: OutgoingMessage) -> Fields:
    address, _, query = message.address.partition("?")
    if not message.fields:
        redirected = decode_redirect(query.encode())
        return {
            "binding": REDIRECT,
            "destination": address,
            "signed_with": list(signature_facts(redirected).algorithms),
            "xml": redirected.xml.decode(),
        }
    parameter = "SAMLRequest" if "SAMLRequest" in message.fields else "SAMLResponse"
    posted = decode_post(message.fields[parameter], parameter=parameter)
    return {"binding": POST, "destination": message.address, "xml": posted.xml.decode()}


def _posted(form: Mapping[str, str]) -> Fields:
    parameter = "SAMLRequest" if "SAMLRequest" in form else "SAMLResponse"
    raw = {name: value[:MAX_LENGTH] for name, value in form.items()}
    fields = {"binding": POST, "parameter": parameter, "raw": _without_own_state(raw)}
    try:
        return {**fields, **_decoded(decode_post(form[parameter], parameter=parameter))}
    except Refused as refused:
        return {**fields, "not_decoded": refused.problem}


def _redirected(query: bytes) -> Fields:
    raw = _without_own_state(_parameters(query, PARAMETERS))
    fields = {"binding": REDIRECT, "raw": raw}
    try:
        message = decode_redirect(query)
    except Refused as refused:
        return {**fields, "not_decoded": refused.problem}
    return {**fields, "parameter": message.parameter, **_decoded(message)}


def _decoded(message: SamlMessage) -> Fields:
    facts = signature_facts(message)
    return {
        "signed_with": list(facts.algorithms),
        "certificate_in_message": facts.certificate,
        "xml": message.xml.decode("utf-8", "replace"),
    }


def _parameters(query: bytes, names: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters of these names with their values as they came, still escaped."""
    wanted = {name.lower() for name in names}
    pairs = (part.partition(b"=") for part in query.split(b"&"))
    return {
        plain: value.decode("ascii", "backslashreplace")[:MAX_LENGTH]
        for name, _, value in pairs
        if (plain := unquote_to_bytes(name).decode("utf-8", "replace")).lower() in wanted
    }


def _without_own_state(raw: dict[str, str]) -> dict[str, str]:
    """Leave out the RelayState that comes back with an answer to our own log-out request.

    It names the log-out in progress, and nobody else needs it.
    """
    if "SAMLResponse" not in raw:
        return raw
    return {name: value for name, value in raw.items() if name != "RelayState"}


def _trust(trust: RelyingPartyTrust, must_sign: bool) -> Fields:
    provider = trust.service_provider
    return {
        "entity_id": trust.entity_id,
        "display_name": trust.display_name,
        "must_sign": must_sign or provider.authn_requests_signed,
        "signature_algorithm": trust.settings.signature_algorithm,
        "signing_certificates": [thumbprint_of(each) for each in provider.signing_certificates],
        "addresses": [each.location for each in provider.assertion_consumer_services],
    }
