"""The page of MFA Server's adapter, with the ids and names that AD FS clients read.

``docs/pages.md`` lists them, section "MFA page of ``AzureMfaServerAuthentication``". The texts are
ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapter.mfa_server.state import ServerSignIn
from adapter.texts import html_of, translate

NAME = "Azure Multi-Factor Authentication Server"
DESCRIPTION = (
    "Approve a request on your phone. Microsoft has ended this product; "
    "use Microsoft Entra multifactor authentication instead."
)
TITLE = "Multi-Factor Authentication"

WAITING = "Waiting for your phone…"
CONTINUE = "Continue"
NEW_REQUEST = "Send another request"
TRY_AGAIN = "Try again"

NO_PLACE = "no_waiting_place"
"""The outcome of a post that cannot wait, because too many do; no request was sent."""

INSTRUCTIONS = {
    "ready": "A request goes to your phone as soon as you continue. Approve it there: "
    "this page waits for your answer, up to a minute.",
    "pending": "Your phone has not answered yet. Approve the request there, then continue.",
    "ended": "This sign-in needs your confirmation before it can go on.",
}

ERRORS = {
    # outcome              sentence
    "denied":              "The request was denied on the phone.",
    "denied_and_reported": "The request was denied on the phone and reported.",
    "no_answer":           "There was no answer from the phone in time.",
    "replaced":            "A newer sign-in has sent its own request to the phone. "
                           "This one is no longer valid.",
    "blocked_meanwhile":  "Your account was blocked while the request was open, "
                          "so it does not count. Contact your administrator.",
    "phone_removed":      "A phone of yours was removed while the request was open, "
                          "which has ended it. Try again.",
    "already_collected":   "This request was used already.",
    "push_limit":          "Too many requests to your phone were not answered. "
                           "Wait ten minutes, then try again.",
    "user_reported_suspicious_activity":
                           "No request was sent, because one to this account was reported. "
                           "Ask your administrator to allow requests again.",
    "push_not_enabled":    "Requests to the Authenticator app are not switched on for you. "
                           "Contact your administrator.",
    "user_blocked":        "Your account is blocked, so no request was sent. "
                           "Contact your administrator.",
    NO_PLACE:              "Too many sign-ins wait for their phones at the moment. No request was "
                           "sent. Try again in a minute.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServerPage:
    """The page for the present state of a sign-in, in any language.

    Its form says by ``data-state`` what the script does: ``ready`` posts it at once, ``pending``
    a little later, and ``ended`` waits for the user.
    """

    sign_in: ServerSignIn
    stylesheets: tuple[str, ...] = ("mfa-server.css",)
    scripts: tuple[str, ...] = ("mfa-server.js",)

    def page_title(self, lcid: int) -> str:
        """Return the title, which browser scripts look for in English."""
        return translate(TITLE, lcid)

    def form_html(self, lcid: int) -> str:
        """Return the form."""
        sign_in = self.sign_in
        state = "ended" if sign_in.outcome else "pending" if sign_in.has_posted else "ready"
        error = ERRORS[sign_in.outcome] if sign_in.outcome else ""
        return (
            '<form method="post" id="loginForm" class="mfa-server" action="%Action%" '
            f'autocomplete="off" data-state="{state}">'
            '<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" />'
            '<input id="context" type="hidden" name="Context" value="%Context%" />'
            f'<p id="instructions">{_text(INSTRUCTIONS[state], lcid)}</p>'
            f'<p id="error" role="alert"><span id="errorText">{_text(error, lcid)}</span></p>'
            f"{self._button(lcid)}"
            "</form>"
        )

    def _button(self, lcid: int) -> str:
        if not self.sign_in.outcome:
            return (
                f'<p class="waiting" role="status" hidden>{_text(WAITING, lcid)}</p>'
                '<div class="buttons"><button type="submit" id="submitButton">'
                f"{_text(CONTINUE, lcid)}</button></div>"
            )
        text = NEW_REQUEST if self.sign_in.may_push else TRY_AGAIN
        return (
            '<div class="buttons"><button type="submit" name="TryAgain" value="1" class="main">'
            f"{_text(text, lcid)}</button></div>"
        )


def _text(message: str, lcid: int) -> str:
    """Return a message translated and escaped; none for none."""
    return html_of(message, lcid) if message else ""
