"""The page of the Entra MFA adapter, with the ids and names that AD FS clients read.

``docs/pages.md`` lists them, section "MFA page of ``AzureMfaAuthentication``". The texts are ours.
"""

from __future__ import annotations

from html import escape

from adapter.contract import AdapterForm
from adapter.mfa.push.challenge import NUMBER_MATCH
from adapter.mfa.verification.state import CODE, Verification

TITLE = "Multi-Factor Authentication"

INSTRUCTIONS = {
    "number": "Open your Authenticator app and enter this number to sign in.",
    "approve": "We sent a request to your Authenticator app. Approve it there to sign in.",
    "code": "Enter the code that your Authenticator app or token shows.",
    "code_instead": "Requests to the Authenticator app are not switched on for you. "
    "Enter the code that your Authenticator app or token shows.",
    "ended": "This sign-in needs your confirmation before it can go on.",
}

WAITING = "Waiting for your phone…"
OFFLINE = "No connection to the server. This page goes on asking by itself."

ERRORS = {
    # outcome                sentence
    "denied":                "The request was denied on the phone.",
    "denied_and_reported":   "The request was denied on the phone and reported.",
    "wrong_number":          "The number entered on the phone was not the one shown here.",
    "no_answer":             "There was no answer from the phone in time.",
    "replaced":              "A newer sign-in has sent its own request to the phone. "
                             "This one is no longer valid.",
    "already_collected":     "This request was used already.",
    "push_limit":            "Too many requests to your phone were not answered. "
                             "Wait ten minutes, then try again.",
    "user_reported_suspicious_activity":
                             "No request was sent, because one to this account was reported. "
                             "Use a code, or ask your administrator to allow requests again.",
    "app_upgrade_required":  "Your Authenticator app is too old to enter a number. "
                             "Upgrade to the latest version of the app, then sign in again.",
    "wearable_cannot_match": "A watch cannot enter a number. "
                             "Use the Authenticator app on your phone to sign in.",
    "push_not_enabled":      "Requests to the Authenticator app are not switched on for you. "
                             "Contact your administrator.",
    "code_not_enabled":      "Codes are not switched on for you. Contact your administrator.",
    "no_method_allowed":     "None of the methods that you have registered is switched on for you. "
                             "Contact your administrator.",
    "wrong_code":            "That code is not right. Enter the code that is shown now.",
    "wrong_code_again":      "That code was not right. Enter the code that is shown now.",
    "code_already_used":     "That code was used already. Wait for the next one.",
    "codes_locked":          "Too many codes were wrong. Wait, then try again.",
    "user_blocked":          "Your account is blocked, so nothing was sent or checked. "
                             "Contact your administrator.",
}  # fmt: skip


def render(sign_in: Verification, *, answered: bool = False) -> AdapterForm:
    """Return the page for the present state of the sign-in.

    ``answered`` tells the page's script that the phone has answered, so that it posts the form.
    """
    state = "pending" if sign_in.is_waiting and not answered else "answered"
    body = _code_entry(sign_in) if sign_in.way == CODE else _push_status(sign_in)
    html = (
        f'<form method="post" id="loginForm" class="mfa" action="%Action%" autocomplete="off" '
        f'data-state="{state}">'
        '<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" />'
        '<input id="context" type="hidden" name="Context" value="%Context%" />'
        f"{body}"
        "</form>"
    )
    return AdapterForm(TITLE, html, stylesheets=("mfa.css",), scripts=("mfa.js",))


def _push_status(sign_in: Verification) -> str:
    if not sign_in.is_waiting:
        return (
            _instructions("ended")
            + _error(sign_in.outcome)
            + _buttons(
                _button(
                    "TryAgain",
                    "Send another request" if sign_in.may_push else "Try again",
                    main=True,
                ),
                _button("UseCode", "Use a code instead") if sign_in.has_totp else "",
            )
        )
    matching = sign_in.experience == NUMBER_MATCH
    return (
        _instructions("number" if matching else "approve")
        + (_number(sign_in.number or "") if matching else "")
        + _error("")
        + f'<p class="waiting" role="status" data-offline="{escape(OFFLINE)}">{escape(WAITING)}</p>'
        + _buttons(
            '<button type="submit" id="submitButton" class="main">I have answered</button>',
            _button("UseCode", "Use a code instead") if sign_in.has_totp else "",
        )
    )


def _code_entry(sign_in: Verification) -> str:
    return (
        _instructions("code_instead" if sign_in.is_code_instead else "code")
        + '<label for="verificationCodeInput">Verification code</label>'
        '<input id="verificationCodeInput" name="VerificationCode" type="text" '
        'inputmode="numeric" autocomplete="one-time-code" maxlength="16" placeholder="Code" '
        'aria-describedby="errorText" autofocus />'
        + _error(sign_in.outcome)
        + _buttons(
            '<button type="submit" id="signInButton" name="SignIn" value="Sign in" '
            'class="main">Sign in</button>',
            _button("TryAgain", "Use the app instead") if sign_in.may_push else "",
        )
    )


def _number(number: str) -> str:
    """Return the number for eyes and clients, and its digits one by one for screen readers."""
    return (
        f'<p id="validEntropyNumber" aria-hidden="true">{escape(number)}</p>'
        f'<p class="visually-hidden">The number is {escape(" ".join(number))}.</p>'
    )


def _instructions(which: str) -> str:
    return f'<p id="instructions">{escape(INSTRUCTIONS[which])}</p>'


def _error(outcome: str) -> str:
    text = ERRORS.get(outcome, "The sign-in could not go on. Try again.") if outcome else ""
    return f'<p id="error" role="alert"><span id="errorText">{escape(text)}</span></p>'


def _button(name: str, text: str, *, main: bool = False) -> str:
    kind = ' class="main"' if main else ""
    return f'<button type="submit" name="{name}" value="1"{kind}>{escape(text)}</button>'


def _buttons(*buttons: str) -> str:
    return f'<div class="buttons">{"".join(buttons)}</div>'
