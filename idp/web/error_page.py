"""The page of an HTTP error that no host has a page for: the sister of the sign-in's error page."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader

from idp.web import page_frame
from idp.web.filled_page import filled_page
from idp.web.page_texts import gettext

_TEMPLATES = Environment(
    loader=FileSystemLoader(page_frame.TEMPLATES), autoescape=True, auto_reload=False
)
page_frame.install(_TEMPLATES)

NAMES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
}
"""The names that Werkzeug gives to the statuses that people meet."""
SENTENCES = {
    # status  what the user can do
    404:      "There is nothing at this address. Check it, or start again at the application.",
    405:      "This address cannot be used in this way. Start again at the application.",
    413:      "The request is too large for this server. Send less.",
}  # fmt: skip
OTHERWISE = "The server did not understand the request. Start again at the application."
OUR_FAULT = "Something went wrong on this server. Try again in a moment."


def http_error_page(status: int, name: str, activity_id: str, sentence: str = "") -> bytes:
    """Return the page of a *status* and its *name* ("Not Found"), as HTML in UTF-8.

    *sentence* says what the user can do; without one, the page has that of the status.
    """
    usual = OUR_FAULT if status >= 500 else SENTENCES.get(status, OTHERWISE)
    texts = {
        "status": str(status),
        "name": name,
        "shown_name": gettext(name),
        "sentence": gettext(sentence or usual),
        "activity_id": activity_id,
    }
    return filled_page(_TEMPLATES, "http_error.html", texts, {})
