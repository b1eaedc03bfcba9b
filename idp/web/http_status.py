"""The HTTP status of every error, and when a client may repeat a request: one table for all hosts.

An error that is an :class:`~adapter.errors.Unavailable` is answered with 503. A code that is not
in the table gets the status that the host names: 400 for sign-ins, 409 for phones, 422 for
administration.
"""

from __future__ import annotations

from adapter.errors import TallystickError, Unavailable
from idp.web.answer import Header

NO_CONTENT = 204
"""The status of an answer without news: whoever waits asks again."""

UNPROCESSABLE = 422
"""The status in administration of an error whose code has none of its own."""

STATUS = {
    # code                             status
    # Sign-ins, /adfs/
    "MSIS5007":                        403,
    "MSIS7065":                        404,
    "adapter_error":                   403,
    "from_another_site":               403,
    "method_not_announced":            403,
    "method_not_available":            403,
    "no_strong_authentication_method": 403,
    # Phones, /authenticator/api/
    "activation_unknown":              404,
    "already_answered":                409,
    "bad_key":                         400,
    "bad_platform":                    400,
    "bad_request":                     400,
    "bad_signature":                   401,
    "bad_version":                     400,
    "call_replayed":                   401,
    "device_unknown":                  401,
    "no_such_call":                    404,
    "not_signed":                      401,
    "number_required":                 422,
    "request_expired":                 410,
    "stale_call":                      401,
    "too_many_codes":                  429,
    "too_large":                       413,
    "unknown_request":                 404,
    "user_disabled":                   403,
    "wrong_method":                    405,
    "wrong_nonce":                     403,
    # Password reset, /account/reset/
    "reset_off":                       404,
    "too_many_resets":                 429,
    # Administration, /admin/
    "already_undone":                  409,
    "changed_since":                   409,
    "no_such_change":                  404,
    "admin_off":                       403,
    "bad_body":                        400,
    "body_too_large":                  413,
    "configuration_changed":           409,
    "csrf":                            403,
    "fault_not_possible":              422,
    "faults_not_allowed":              403,
    "foreign_origin":                  403,
    "method_not_known":                405,
    "no_second_factor":                403,
    "no_session":                      403,
    "not_an_administrator":            403,
    "proofs_too_old":                  403,
    "role_refused":                    403,
    "no_such_key":                     404,
    "no_token":                        401,
    "not_found":                       404,
    "token_expired":                   401,
    "no_timeline":                     404,
    "too_many_tries":                  429,
    "bad_idempotency_key":             400,
    "idempotency_key_in_use":          409,
    "idempotency_key_reused":          422,
    "policy_changed":                  409,
    "precondition_failed":             412,
    "unknown_application":             404,
    "unknown_api_token":               404,
    "unknown_fault":                   404,
    "unknown_method":                  404,
    "unknown_nps_client":              404,
    "unknown_nps_host":                404,
    "unknown_trust":                   404,
    "unknown_user":                    404,
    "unsupported_media_type":          415,
    "unreadable_trust":                422,
    "wrong_token":                     401,
}  # fmt: skip


def status_of(error: TallystickError, otherwise: int = 400) -> int:
    """Return the HTTP status of *error*: *otherwise* for a code that is not in the table."""
    if isinstance(error, Unavailable):
        return 503
    return STATUS.get(error.code, otherwise)


def retry_after(seconds: int) -> Header:
    """Return the header that asks a client to wait before it repeats its request (RFC 9110)."""
    return ("Retry-After", str(seconds))


RETRY_LATER = retry_after(5)
"""For what is away: the database, a key file."""

RETRY_SOON = retry_after(1)
"""For phones, and for what only lacked a free place."""


def unavailable_text(code: str) -> str:
    """Return the one sentence of a 503 that no host has a page for."""
    return f"The service is not available. Try again. [{code}]\n"
