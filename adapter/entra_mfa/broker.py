"""The iOS broker flow on a page with a number: the app's request comes up over the number.

It is for users who sign in on the device that has the app (docs/phone.md). Every page that shows a
number may have it: that of the adapter, and those of security info and password reset, which serve
the same files.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

SCRIPT = "broker.js"
STYLESHEET = "broker.css"

APP_PAGE = "/authenticator/?broker=1"
"""The phone page of the same server, as it is in a broker flow."""

APP = "Authenticator"
"""The name of the app, the same in every language."""
BACK_TO_REQUEST = "Back to the request in Authenticator"


def broker_html(translate: Callable[[str], str]) -> str:
    """Return the place for the app's page, and the way back to it once the number is shown.

    Both are hidden until the script needs them; without script the number simply stays.
    *translate* returns a text in the language of the page.
    """
    back = escape(translate(BACK_TO_REQUEST))
    return (
        f'<p class="broker"><button type="button" id="backToRequest" hidden>{back}</button></p>'
        f'<dialog id="brokerRequest" class="broker" aria-label="{APP}" data-app="{APP_PAGE}">'
        "</dialog>"
    )
