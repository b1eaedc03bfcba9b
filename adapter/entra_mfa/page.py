"""The page of the Entra MFA adapter, with the ids and names that AD FS clients read.

``docs/pages.md`` lists them, section "MFA page of ``AzureMfaAuthentication``". The texts are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from adapter.entra_mfa.broker import SCRIPT, STYLESHEET, broker_html
from adapter.mfa.push.challenge import NUMBER_MATCH
from adapter.mfa.verification.state import CODE, Verification
from adapter.texts import html_of, translate

NAME = "Microsoft Entra multifactor authentication"
DESCRIPTION = "Answer a request in the Authenticator app, or type a code."
TITLE = "Multi-Factor Authentication"

WAITING = "Waiting for your phone…"
OFFLINE = "No connection to the server. This page goes on asking by itself."
ANSWERED = "I have answered"
TIME = "You have one minute to answer. After that you can have another request sent."
SECONDS_LEFT = "{seconds} seconds left"
SPOKEN_NUMBER = "The number is {digits}."
NEW_REQUEST = "Send another request"
TRY_AGAIN = "Try again"
USE_CODE = "Use a code instead"
USE_APP = "Use the app instead"
CODE_LABEL = "Verification code"
CODE_PLACEHOLDER = "Code"
SIGN_IN = "Sign in"
OTHERWISE = "The sign-in could not go on. Try again."

INSTRUCTIONS = {
    "number": "Open your Authenticator app and enter this number to sign in.",
    "approve": "We sent a request to your Authenticator app. Approve it there to sign in.",
    "code": "Enter the code that your Authenticator app or token shows.",
    "code_instead": "Requests to the Authenticator app are not switched on for you. "
    "Enter the code that your Authenticator app or token shows.",
    "ended": "This sign-in needs your confirmation before it can go on.",
}

ERRORS = {
    # outcome                sentence
    "denied":                "The request was denied on the phone.",
    "denied_and_reported":   "The request was denied on the phone and reported.",
    "wrong_number":          "The number entered on the phone was not the one shown here.",
    "no_answer":             "There was no answer from the phone in time.",
    "replaced":              "A newer sign-in has sent its own request to the phone. "
                             "This one is no longer valid.",
    "blocked_meanwhile":    "Your account was blocked while the request was open, "
                            "so it does not count. Contact your administrator.",
    "phone_removed":        "A phone of yours was removed while the request was open, "
                            "which has ended it. Try again.",
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


@dataclass(frozen=True, slots=True)
class VerificationPage:
    """The page for the present state of a sign-in, in any language.

    ``is_answered`` tells the page's script that the phone has answered, so that it posts the form.
    ``seconds_left`` is the time to answer that remains of a pending request. ``is_broker`` says
    that the app may be on the device that shows this page: its script then lays the app's request
    over the number (docs/phone.md).
    """

    state: Verification
    is_answered: bool = False
    seconds_left: int = 0
    is_broker: bool = False

    @property
    def stylesheets(self) -> tuple[str, ...]:
        """The page's style sheets."""
        return ("mfa.css", STYLESHEET) if self.is_broker else ("mfa.css",)

    @property
    def scripts(self) -> tuple[str, ...]:
        """The page's scripts."""
        usual = ("mfa.js", "countdown.js")
        return (*usual, SCRIPT) if self.is_broker else usual

    def page_title(self, lcid: int) -> str:
        """Return the title, which browser scripts look for in English."""
        return translate(TITLE, lcid)

    def form_html(self, lcid: int) -> str:
        """Return the form."""
        is_pending = self.state.is_waiting and not self.is_answered
        data = "pending" if is_pending else "answered"
        return (
            f'<form method="post" id="loginForm" class="mfa" action="%Action%" autocomplete="off" '
            f'data-state="{data}">'
            '<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" />'
            '<input id="context" type="hidden" name="Context" value="%Context%" />'
            f"{''.join(self._parts(_Parts(lcid)))}"
            "</form>"
            f"{_Parts(lcid).broker() if self.is_broker else ''}"
        )

    def _parts(self, parts: _Parts) -> Iterator[str]:
        if self.state.way == CODE:
            return self._code_entry(parts)
        return self._waiting(parts) if self.state.is_waiting else self._ended(parts)

    def _ended(self, parts: _Parts) -> Iterator[str]:
        state = self.state
        yield parts.instructions("ended")
        yield parts.error(state.outcome)
        yield parts.buttons(
            parts.button("TryAgain", NEW_REQUEST if state.may_push else TRY_AGAIN, is_main=True),
            parts.button("UseCode", USE_CODE) if state.has_totp else "",
        )

    def _waiting(self, parts: _Parts) -> Iterator[str]:
        is_matching = self.state.experience == NUMBER_MATCH
        yield parts.instructions("number" if is_matching else "approve")
        if is_matching:
            yield parts.number(self.state.number or "")
        yield parts.countdown(self.seconds_left)
        yield parts.error("")
        yield (
            f'<p class="waiting" role="status" data-offline="{parts.text(OFFLINE)}">'
            f"{parts.text(WAITING)}</p>"
        )
        yield parts.buttons(
            f'<button type="submit" id="submitButton" class="main">{parts.text(ANSWERED)}</button>',
            parts.button("UseCode", USE_CODE) if self.state.has_totp else "",
        )

    def _code_entry(self, parts: _Parts) -> Iterator[str]:
        state = self.state
        is_wrong = ' aria-invalid="true"' if state.outcome else ""
        yield parts.instructions("code_instead" if state.is_code_instead else "code")
        yield (
            f'<label for="verificationCodeInput">{parts.text(CODE_LABEL)}</label>'
            '<input id="verificationCodeInput" name="VerificationCode" type="text" '
            'inputmode="numeric" autocomplete="one-time-code" maxlength="16" '
            f'placeholder="{parts.text(CODE_PLACEHOLDER)}" '
            f'aria-describedby="errorText"{is_wrong} autofocus />'
        )
        yield parts.error(state.outcome)
        yield parts.buttons(
            '<button type="submit" id="signInButton" name="SignIn" value="Sign in" '
            f'class="main">{parts.text(SIGN_IN)}</button>',
            parts.button("TryAgain", USE_APP) if state.may_push else "",
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The elements of the page in the language of an LCID."""

    lcid: int

    def text(self, message: str) -> str:
        """Return a message translated and escaped, with the gaps that it has."""
        return html_of(message, self.lcid)

    def number(self, number: str) -> str:
        """Return the number for eyes and clients, and its digits one by one for readers."""
        spoken = self.text(SPOKEN_NUMBER).format(digits=escape(" ".join(number)))
        return (
            f'<p id="validEntropyNumber" aria-hidden="true">{escape(number)}</p>'
            f'<p class="visually-hidden">{spoken}</p>'
        )

    def broker(self) -> str:
        """Return what lays the app's request over the number."""
        return broker_html(lambda message: translate(message, self.lcid))

    def countdown(self, seconds: int) -> str:
        """Return how long the user has to answer, which the script replaces by what is left."""
        return (
            f'<div class="countdown" data-seconds="{seconds}" '
            f'data-left="{self.text(SECONDS_LEFT)}">'
            f"<p>{self.text(TIME)}</p></div>"
        )

    def instructions(self, which: str) -> str:
        """Return what the user should do."""
        return f'<p id="instructions">{self.text(INSTRUCTIONS[which])}</p>'

    def error(self, outcome: str) -> str:
        """Return the place of the error, which is there without one too."""
        text = self.text(ERRORS.get(outcome, OTHERWISE)) if outcome else ""
        return f'<p id="error" role="alert"><span id="errorText">{text}</span></p>'

    def button(self, name: str, text: str, *, is_main: bool = False) -> str:
        """Return a button that posts *name*."""
        kind = ' class="main"' if is_main else ""
        return f'<button type="submit" name="{name}" value="1"{kind}>{self.text(text)}</button>'

    def buttons(self, *buttons: str) -> str:
        """Return a row of buttons."""
        return f'<div class="buttons">{"".join(buttons)}</div>'
