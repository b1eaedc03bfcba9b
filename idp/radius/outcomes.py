"""What became of a sign-in: in NPS's reason codes, and in the words of the extension's events.

Sources: Microsoft's "Troubleshoot NPS extension" (response codes of Azure MFA), and the reason
codes of NPS's events 6272 and 6273. The sentences are this server's own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

EXTENSION_REJECTED: Final = 21
"""The reason code for everything that the extension, a library in NPS, has rejected."""


class Rejection(NamedTuple):
    """Why a request is rejected.

    ``reason_code`` is NPS's. ``response`` is the code of Azure MFA's response, empty if NPS itself
    rejects: then the extension is not asked.
    """

    reason_code: int
    response: str
    sentence: str


def _by_extension(response: str, sentence: str) -> Rejection:
    return Rejection(EXTENSION_REJECTED, response, sentence)


REJECTIONS: Final = {
    # outcome                   what it means
    "unknown_user":             Rejection(8, "", "No user has this name"),
    "wrong_password":           Rejection(16, "", "The password is wrong"),
    "password_refused":         Rejection(16, "", "No password can look like this"),
    "no_nt_hash":               Rejection(16, "", "No NT hash is kept for the user"),
    "no_credentials":           Rejection(16, "", "The request has no password"),
    "no_reversible_password":   Rejection(19, "", "CHAP needs the password itself: none is kept"),
    "eap_not_supported":        Rejection(22, "", "No EAP type is supported"),
    "must_change_password":     Rejection(33, "", "The user has to change the password first"),
    "disabled":                 Rejection(34, "", "The user is disabled"),
    "locked":                   Rejection(36, "", "The user is locked after wrong passwords"),
    "protocol_not_allowed":     Rejection(66, "", "The host does not allow the protocol"),
    "no_method":                _by_extension(
        "ProofDataNotFound", "The user has not registered any verification method"),
    "push_not_enabled":         _by_extension(
        "AuthenticationMethodNotConfigured", "No policy lets the user be asked by notification"),
    "code_not_enabled":         _by_extension(
        "AuthenticationMethodNotConfigured", "No policy lets the user give a code"),
    "no_method_allowed":        _by_extension(
        "AuthenticationMethodNotConfigured", "No policy allows a method that the user has"),
    "policies_unreadable":      _by_extension(
        "CONTACT_SUPPORT", "The policies cannot be read, so nobody passes"),
    "challenge_needs_pap":      _by_extension(
        "AuthenticationMethodNotSupported", "A code can be asked for with PAP alone"),
    "client_cannot_answer_challenge": _by_extension(
        "AuthenticationMethodNotSupported", "The client cannot ask its user for a code"),
    "user_blocked":             _by_extension("AccessDenied", "The user is blocked"),
    "push_limit":               _by_extension(
        "AccessDenied", "Too many notifications to the user were not answered"),
    "user_reported_suspicious_activity": _by_extension(
        "AccessDenied", "The user has reported a request: none is sent"),
    "denied":                   _by_extension(
        "AccessDenied", "The user declined the authentication"),
    "denied_and_reported":      _by_extension(
        "AccessDenied", "The user declined the authentication and reported it"),
    "no_answer":                _by_extension(
        "AccessDenied", "The user did not respond to the notification"),
    "blocked_meanwhile":        _by_extension(
        "AccessDenied", "The user was blocked before the answer counted"),
    "phone_removed":            _by_extension(
        "AccessDenied", "A phone of the user was removed before the answer counted"),
    "replaced":                 _by_extension(
        "AccessDenied", "A later sign-in of the user took the notification's place"),
    "already_collected":        _by_extension(
        "InvalidSession", "The approval was used for another request"),
    "session_invalid":          _by_extension(
        "InvalidSession", "The State is unknown, used, too old or another user's"),
    "code_missing":             _by_extension("REQUEST_MISSING_CODE", "The answer has no code"),
    "wrong_code":               _by_extension("OathCodeIncorrect", "The user entered a wrong code"),
    "wrong_code_again":         _by_extension("OathCodeIncorrect", "The wrong code came again"),
    "code_already_used":        _by_extension(
        "OathCodeIncorrect", "The verification code was used once already"),
    "codes_locked":             _by_extension(
        "OathCodeIncorrect", "The user entered wrong codes too many times"),
}  # fmt: skip
"""Every outcome with which a request is rejected."""

ACCEPTED: Final = {
    # outcome           sentence
    "approved":         "The user approved the notification",
    "right_code":       "The user entered the right code",
    "ip_whitelisted":   "The client is on IP_WHITELIST",
    "not_enrolled":     "The user has no verification method, and REQUIRE_USER_MATCH is FALSE",
}  # fmt: skip
"""Every outcome with which a request is accepted."""
