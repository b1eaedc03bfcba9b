"""What the error page says to a user in a language other than English, by the refusal's code.

In English the page has the refusal's own two sentences. They name details for administrators of the
application, which stay English: other languages have them under "Error details".
"""

from __future__ import annotations

from collections.abc import Mapping

from idp.saml.refusal import Refused
from idp.web.languages import ENGLISH
from idp.web.page_texts import gettext, page_language

START_AGAIN = "This sign-in has ended. Start again at the application."
NO_ACCESS = (
    "You are signed in, but have no access to this application. "
    "Ask your administrator for access, and give the Activity ID."
)
NO_SUCH_APPLICATION = (
    "This server does not know the application. "
    "Ask your administrator to add it, and give the Activity ID."
)
NOT_ACCEPTED = (
    "The application sent a request that this server does not accept. Start again at the "
    "application; if it happens again, give the Activity ID to its administrator."
)
NO_SECOND_FACTOR = (
    "This account cannot use the second factor that is required. "
    "Register a phone or a source of codes, or contact your administrator."
)
SECOND_FACTOR_FAILED = (
    "The second factor failed. "
    "Try again; if it happens again, give the Activity ID to your administrator."
)
TRY_LATER = "The service is not available. Try again in a few seconds."
OUR_FAULT = "The sign-in failed. Give the Activity ID to your administrator."
LOOP = (
    "The application sends you back here again and again. "
    "Close it; its administrator must find out why it does not accept your sign-in."
)
NOTHING_HERE = "There is nothing here to sign in to. Start at the application."
OTHER_SITE = "The form was sent by another site. Sign in from the page itself."
LOG_OUT_ELSEWHERE = "The log-out goes on in the browser in which it began."

SENTENCES: Mapping[str, str] = {
    "MSIS5007":                        NO_ACCESS,
    "MSIS7001":                        START_AGAIN,
    "MSIS7007":                        NO_SUCH_APPLICATION,
    "MSIS7012":                        OUR_FAULT,
    "MSIS7042":                        LOOP,
    "MSIS7065":                        NOTHING_HERE,
    "adapter_error":                   SECOND_FACTOR_FAILED,
    "from_another_site":               OTHER_SITE,
    "log_out_elsewhere":               LOG_OUT_ELSEWHERE,
    "method_not_announced":            SECOND_FACTOR_FAILED,
    "method_not_available":            NO_SECOND_FACTOR,
    "no_strong_authentication_method": SECOND_FACTOR_FAILED,
    "request_replayed":                START_AGAIN,
}  # fmt: skip


def sentence_of(refused: Refused, *, is_unavailable: bool = False) -> str:
    """Return what is wrong and what the user can do, in the language of the page."""
    if page_language().language == ENGLISH:
        return str(refused)
    otherwise = TRY_LATER if is_unavailable else NOT_ACCEPTED
    return gettext(SENTENCES.get(refused.code, otherwise))
