"""What the flight recorder says to do about each rejection of NPS or its extension."""

from __future__ import annotations

from typing import Final

_ASK_FOR_PHONE = "Answer within the client's time-out; see that the phone reaches this server"
_OVERRIDE = "tallystick nps set NAME --override FALSE, and nps restart"
_SIGN_IN_AGAIN = "Sign in again"
_SHOW_POLICY = "See which methods the policies allow: tallystick policy show"

REMEDIES: Final = {
    # outcome                   what to do
    "unknown_user":             "Check the name: tallystick user list",
    "wrong_password":           "Try again; if every password is wrong, check the shared secret",
    "password_refused":         "Type one of 1 to 256 characters",
    "no_nt_hash":               "Keep one: tallystick user nt-hash NAME",
    "no_credentials":           "Let the client send PAP or MS-CHAPv2",
    "no_reversible_password":   "Let the client use PAP or MS-CHAPv2",
    "eap_not_supported":        "Let the client use PAP or MS-CHAPv2",
    "must_change_password":     "Change it at /adfs/portal/updatepassword",
    "disabled":                 "Enable the account: tallystick user enable NAME",
    "locked":                   "Wait, or unlock it: tallystick user unlock NAME",
    "protocol_not_allowed":     "Allow it: tallystick nps set NAME --protocol PROTOCOL",
    "no_method":                "Register a phone or a code: tallystick user activate NAME",
    "push_not_enabled":         _SHOW_POLICY,
    "code_not_enabled":         _SHOW_POLICY,
    "no_method_allowed":        _SHOW_POLICY,
    "policies_unreadable":      "See which one: tallystick doctor",
    "challenge_needs_pap":      f"Let the client use PAP, or push: {_OVERRIDE}",
    "client_cannot_answer_challenge": f"Use a client that can, or push: {_OVERRIDE}",
    "user_blocked":             "Unblock the user: tallystick user unblock NAME",
    "push_limit":               "Wait ten minutes, or answer the requests",
    "user_reported_suspicious_activity": "Ask the user; then tallystick user dismiss-risk NAME",
    "denied":                   "Sign in again, and approve",
    "denied_and_reported":      "Ask the user; then tallystick user dismiss-risk NAME",
    "no_answer":                _ASK_FOR_PHONE,
    "blocked_meanwhile":        "Unblock the user: tallystick user unblock NAME",
    "phone_removed":            _SIGN_IN_AGAIN,
    "replaced":                 "Answer the newest request",
    "already_collected":        "Send each request of a sign-in to one host only",
    "session_invalid":          _SIGN_IN_AGAIN,
    "code_missing":             "Type the code that is asked for",
    "wrong_code":               "Type the one that is shown now; see that its clock is right",
    "wrong_code_again":         "Type the one that is shown now; see that its clock is right",
    "code_already_used":        "Wait for the next code",
    "codes_locked":             "Wait, or unlock the account: tallystick user unlock NAME",
}  # fmt: skip
