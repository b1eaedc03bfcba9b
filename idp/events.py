"""AD FS's and NPS's audit events, by their numbers, as this server writes them: ``docs/log.md``."""

from __future__ import annotations

from enum import IntEnum


class Event(IntEnum):
    """An event; its number is the ``event_id`` of log lines and sign-in records."""

    STARTED = 100
    STOPPED = 103
    PROVIDER_NOT_LOADED = 105
    PROVIDER_LOADED = 106
    CLAIMS_SENT = 299
    MESSAGE_NOT_SIGNED_RIGHT = 320
    AUTHORIZATION_REFUSED = 324
    REQUEST_FAILED = 364
    WRONG_SIGNATURE_ALGORITHM = 378
    REQUEST_RECEIVED = 403
    RESPONSE_SENT = 404
    REQUEST_CONTEXT = 410
    CREDENTIALS_REFUSED = 411
    CALLER_AUTHENTICATED = 412
    ISSUED_CLAIMS = 500
    CALLER_CLAIMS = 501
    LOCKED_BUT_ALLOWED = 512
    RIGHT_PASSWORD_WHILE_LOCKED = 515
    LOCKED_OUT = 516
    TOKEN_ISSUED = 1200
    TOKEN_NOT_ISSUED = 1201
    CREDENTIALS_VALID = 1202
    CREDENTIALS_NOT_VALID = 1203
    PASSWORD_CHANGED = 1204
    PASSWORD_NOT_CHANGED = 1205
    SIGNED_OUT = 1206
    NOT_SIGNED_OUT = 1207
    EXTRANET_LOCKOUT = 1210
    NPS_GRANTED = 6272
    NPS_DENIED = 6273

    __repr__ = int.__repr__  # a line on a console shows the number


VERBOSE = frozenset(
    {
        Event.REQUEST_RECEIVED,
        Event.RESPONSE_SENT,
        Event.REQUEST_CONTEXT,
        Event.CREDENTIALS_REFUSED,
        Event.AUTHORIZATION_REFUSED,
        Event.CALLER_AUTHENTICATED,
        Event.CLAIMS_SENT,
        Event.ISSUED_CLAIMS,
        Event.CALLER_CLAIMS,
    }
)
"""The events that are only written with ``[logging] audit = "verbose"``."""

_SIGNATURE_CODES = frozenset(
    {"MSIS0038", "MSIS7084", "signature_required", "signature_shape", "incomplete_signature"}
)


def event_of_refusal(code: str) -> Event:
    """Return the event of a request that was refused with the error code *code*."""
    if code == "signature_algorithm":
        return Event.WRONG_SIGNATURE_ALGORITHM
    return Event.MESSAGE_NOT_SIGNED_RIGHT if code in _SIGNATURE_CODES else Event.REQUEST_FAILED
