"""The texts of the phone page's scripts: the page has them as JSON, in its own language.

``static/texts.js`` reads them. Scripts know texts by name, and what the server says (refusals,
notices) by its stable code: the API itself answers in English, as other phones expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.authenticator.replies import REFUSALS
from idp.notices.occasions import ANY_DEVICE, DEVICES, OCCASIONS, UNKNOWN
from idp.web.page_texts import gettext

TEXTS = {
    # name                text; {…} are values that the script fills in
    # An account
    "connecting":         "Connecting…",
    "ready":              "Ready for sign-in requests",
    "account_offline":    "No connection; trying again",
    "codes_only":         "Codes only",
    "copy_code":          "Copy the one-time code of {user}",
    "code_copied":        "The code of {user} was copied",
    "code_spoken":        "The code is {digits}",
    "remove":             "Remove",
    "remove_user":        "Remove {user}",
    "added":              "{user} was added to this phone",
    "codes_added":        "The codes of {user} were added to this phone",
    "removed":            "{user} was removed from this phone",
    # Adding one
    "point_camera":       "Point the camera at the QR code.",
    "no_camera":          "The camera cannot be used here. Paste the address instead.",
    "nine_digits":        "An activation code has nine digits.",
    "no_activation":      "This is not the address of an activation.",
    "other_server":       "This activation is not of this server but of {host}. Add it there.",
    "not_totp":           "Only codes that go by time can be added: otpauth://totp/…",
    "bad_secret":         "The secret in this address is missing or not Base32.",
    "bad_algorithm":      "The algorithm in this address is {value}, not one of {allowed}.",
    "bad_digits":         "The number of digits in this address is {value}, not one of {allowed}.",
    "bad_period":         "The period in this address is {value}, not one of {allowed}.",
    "unnamed_codes":      "Codes",
    "device_name":        "Web browser",
    # A request
    "are_you":            "Are you trying to sign in?",
    "two_digits":         "Type the two digits that the sign-in page shows.",
    "number_elsewhere":   "The sign-in page still shows the same number. "
                          "Look there, then come back; the time goes on.",
    "request_title":      "Sign-in request",
    "more_to_answer":     "{count} more to answer",
    "replaced_last":      "A newer request replaced the last one",
    "seconds_left":       "{seconds} seconds left",
    "not_sent":           "No connection: the answer was not sent. Try again.",
    # The connection
    "lost":               "No connection to the server, trying again. "
                          "New requests cannot be seen meanwhile; codes still work.",
    "lost_while_asked":   "No connection to the server, trying again. "
                          "An answer cannot be sent meanwhile.",
    "no_answer":          "The server does not answer.",
    "server_away":        "The server cannot answer now.",
    "not_dismissed":      "The notice was not dismissed. {problem}",
    "language_offline":   "No connection: the language was not changed.",
    # Why the page cannot work
    "insecure":           "Browsers make and keep keys only on pages that came by https, or from "
                          "localhost. This page came by plain http from {host}. "
                          "Start the server with TLS:",
    "other_address":      "This server is called by another address, and keys are kept by address. "
                          "Go to the right one:",
    "no_vault":           "This browser cannot keep keys here. "
                          "Private windows often cannot; use a normal one.",
}  # fmt: skip
"""What scripts say, by name."""

OUTCOMES = {
    # outcome: title and text
    "approved":     {"title": "Approved",
                     "text":  "You can go on at the sign-in page."},
    "denied":       {"title": "Denied",
                     "text":  "Nobody was signed in."},
    "reported":     {"title": "Denied and reported",
                     "text":  "Nobody was signed in. No more requests are sent to you until you "
                              "sign in with a code or an administrator allows them. If someone "
                              "knows your password, change it."},
    "wrong_number": {"title": "That was not the number",
                     "text":  "The request is over. Start again at the sign-in page."},
    "user_blocked": {"title": "Your account is blocked",
                     "text":  "The request is over, and nobody was signed in. "
                              "Contact your administrator."},
    "over":         {"title": "This request is over",
                     "text":  "It was answered elsewhere, replaced by a newer one, or its sign-in "
                              "was ended."},
    "refused":      {"title": "This request is over"},
    "expired":      {"title": "Too late",
                     "text":  "The time to answer is over. Start again at the sign-in page."},
    "unforeseen":   {"title": "That did not work"},
}  # fmt: skip
"""How a request ended. One without a text says why the server refuses."""

REFUSED_TITLES = {
    # reason of the decision   title of the request
    "app_upgrade_required":    "Upgrade this app",
    "wearable_cannot_match":   "Use your phone",
}  # fmt: skip

PROBLEMS = {
    # code of the API          what it means for the user of this page
    "activation_unknown":      "This activation code is not valid, or was used already. "
                               "Ask for a new one.",
    "already_answered":        "The request was answered already. Start again at the sign-in page.",
    "bad_version":             "The app version is not valid. "
                               "Use numbers with dots, like 6.2111.7701.",
    "broker_needs_ios":        "Only iOS has sign-in page and app on the same phone. Choose iOS.",
    "device_cannot_match":     "This app cannot match numbers, or is not registered. "
                               "Use a phone with a current app.",
    "device_unknown":          "This phone is not registered, or no longer. "
                               "Remove the account from the phone and add it again.",
    "no_app_for_watchos":      "There is no Authenticator for Apple Watch. Delete Authenticator "
                               "from the watch, and activate it on another device.",
    "number_required":         "This request needs the number that the sign-in page shows.",
    "stale_call":              "The clock of this phone is wrong. Set it, then try again.",
    "too_many_codes":          "Too many activation codes were typed at this address. "
                               "Use the QR code or the link, or wait ten minutes.",
    "too_many_methods":        "This user has as many apps and hardware tokens as are allowed. "
                               "Remove one first.",
    "unknown_request":         "There is no such request. Start again at the sign-in page.",
    "user_disabled":           "The account is disabled. Ask an administrator.",
}  # fmt: skip
"""The refusals that users of this page meet. :data:`OTHERWISE` is said of any other code."""

OTHERWISE = (
    "The server refused this ({code}). Try again; if it happens again, ask an administrator."
)


def phone_texts() -> Mapping[str, Any]:
    """Return all texts of the scripts in the language of the page."""
    return {
        "texts": _each(TEXTS),
        "outcomes": {code: _each(outcome) for code, outcome in OUTCOMES.items()},
        "refusedTitles": _each(REFUSED_TITLES),
        "refusals": _each(REFUSALS),
        "problems": _each(PROBLEMS),
        "otherwise": gettext(OTHERWISE),
        "occasions": _each(OCCASIONS),
        "unknownOccasion": gettext(UNKNOWN),
        "devices": _each(DEVICES),
        "anyDevice": gettext(ANY_DEVICE),
    }


def _each(table: Mapping[str, str]) -> dict[str, str]:
    return {name: gettext(text) for name, text in table.items()}
