"""The answer to a web request as a value, whatever framework sends it."""

from __future__ import annotations

from idp.request_value import request_value

Header = tuple[str, str]
HTML: Header = ("Content-Type", "text/html; charset=utf-8")


@request_value
class Answer:
    """One answer: its body, its HTTP status, and its headers in the order they are sent.

    ``Set-Cookie`` may occur several times. Whoever sends the answer adds ``Content-Length``, and
    the headers that all answers have (:data:`idp.web.headers.HEADERS`). ``page`` names the template
    of a page, for the flight recorder.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[Header, ...] = ()
    page: str = ""

    def with_header(self, name: str, value: str) -> Answer:
        """Return the answer with one header more."""
        return Answer(self.body, self.status, (*self.headers, (name, value)), self.page)

    def header(self, name: str) -> str | None:
        """Return the value of the first header of this name, None without one."""
        wanted = name.lower()
        for each, value in self.headers:
            if each.lower() == wanted:
                return value
        return None
