"""Faults of log-out requests (saml-core §3.7, saml-profiles §4.4).

A service provider that refuses one leaves its user signed in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lxml import etree

from idp.saml.logout import OutgoingMessage
from idp.saml_faults.edits import all_of, remove
from idp.saml_faults.fault import Fault, Group, Needs, Rows
from idp.saml_faults.scene import ELSEWHERE, IMPOSTOR, LogOutScene
from idp.saml_faults.signing import serialize, stranger

AGO = timedelta(hours=1)
_rows = Rows(Group.LOG_OUT)


def _request(**values: Any) -> Callable[[LogOutScene], LogOutScene]:
    return lambda scene: replace(scene, request=replace(scene.request, **values))


def _for_impostor(scene: LogOutScene) -> LogOutScene:
    name_id = replace(scene.request.name_id, value=IMPOSTOR)
    return replace(scene, request=replace(scene.request, name_id=name_id))


def _elsewhere(scene: LogOutScene) -> LogOutScene:
    return replace(scene, to=replace(scene.to, location=ELSEWHERE))


def _unsigned(message: OutgoingMessage) -> OutgoingMessage:
    if not message.fields:
        parts = urlsplit(message.address)
        query = "&".join(
            each
            for each in parts.query.split("&")
            if not each.startswith(("SigAlg=", "Signature="))
        )
        return replace(message, address=urlunsplit(parts._replace(query=query)))
    root = etree.fromstring(base64.b64decode(message.fields["SAMLRequest"]))
    for signature in all_of(root, "ds:Signature"):
        remove(signature)
    unsigned = base64.b64encode(serialize(root)).decode()
    return replace(message, fields={**message.fields, "SAMLRequest": unsigned})


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "log_out_unsigned",
        "The log-out request is not signed",
        "It refuses an unsigned log-out request that came by the browser.",
        "saml-profiles §4.4.4.1",
        needs=Needs.LOG_OUT,
        log_out_message=_unsigned,
    ),
    _rows.refused(
        "log_out_key_unknown",
        "A key that nobody trusts has signed the log-out request",
        "It checks log-out requests with the keys of the metadata.",
        "saml-profiles §4.4.4.1",
        needs=Needs.LOG_OUT,
        log_out=lambda scene: replace(scene, key=stranger()),
    ),
    _rows.refused(
        "log_out_expired",
        "The log-out request has expired",
        "It refuses a log-out request after its NotOnOrAfter.",
        "saml-core §3.7.1",
        needs=Needs.LOG_OUT,
        log_out=lambda scene: replace(scene, now=scene.now - AGO),
    ),
    _rows.refused(
        "log_out_issuer_wrong",
        "The log-out request is by another issuer",
        "It refuses a log-out request whose Issuer is not the one that signed the user in.",
        "saml-profiles §4.4.4.1",
        needs=Needs.LOG_OUT,
        log_out=_request(issuer=ELSEWHERE),
    ),
    _rows.refused(
        "log_out_destination_wrong",
        "The destination of the log-out request is another address",
        "It refuses a signed message whose Destination is not the address that received it.",
        "saml-bindings §3.4.5.2, §3.5.5.2",
        needs=Needs.LOG_OUT,
        log_out=_elsewhere,
    ),
    _rows.refused(
        "log_out_other_user",
        "The log-out request is about somebody else",
        "It ends the sessions of the NameID in the request, and no others.",
        "saml-core §3.7.3.1",
        needs=Needs.LOG_OUT,
        log_out=_for_impostor,
    ),
    _rows.refused(
        "log_out_other_session",
        "The log-out request is about another session of the user",
        "It ends the sessions that SessionIndex names, and no others.",
        "saml-core §3.7.3.1",
        needs=Needs.LOG_OUT,
        log_out=_request(session_indexes=("_another-session",)),
    ),
    _rows.accepted(
        "log_out_all_sessions",
        "The log-out request names no session",
        "It ends all sessions of the NameID if there is no SessionIndex.",
        "saml-core §3.7.3.1",
        needs=Needs.LOG_OUT,
        log_out=_request(session_indexes=()),
    ),
)
