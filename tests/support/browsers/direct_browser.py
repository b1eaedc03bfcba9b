"""A browser without a network and without a web framework: requests and answers are values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers, MultiDict

from idp.federation.request_context import RequestContext
from idp.web.answer import Answer
from idp.web.web_request import NO_FIELDS, Activity, WebRequest

ADDRESS = "192.0.2.7"
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


def web_request(
    path: str = "/adfs/ls/",
    query: str = "",
    *,
    form: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> WebRequest:
    """Return a request as a value: a GET, or with a *form* a POST."""
    given = Headers(dict(headers or {}))
    agent = given.get("User-Agent", "")
    return WebRequest(
        method="GET" if form is None else "POST",
        path=path,
        query=query.encode(),
        form=NO_FIELDS if form is None else MultiDict(form),
        cookies=dict(cookies or {}),
        headers=given,
        request_context=RequestContext(client_ip=ADDRESS, user_agent=agent, endpoint_path=path),
        activity=Activity(),
    )


def fields_of(answer: Answer) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(answer.body.decode())}


@dataclass
class DirectBrowser:
    """Calls an endpoint with values, and keeps cookies; ``requests`` are those it has made."""

    endpoint: Callable[[WebRequest], Answer]
    cookies: dict[str, str] = field(default_factory=dict)
    requests: list[WebRequest] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        """Ask for a page."""
        return self._call(url, None)

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form, and follow the redirect to the next page of the sign-in."""
        answer = self.send(url, form)
        return self.get(answer.header("Location") or "") if answer.status == 302 else answer

    def send(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form, and follow nothing."""
        return self._call(url, form)

    def _call(self, url: str, form: Mapping[str, str] | None) -> Answer:
        parts = urlsplit(url)
        request = web_request(parts.path, parts.query, form=form, cookies=self.cookies)
        self.requests.append(request)
        answer = self.endpoint(request)
        for name, value in answer.headers:
            if name == "Set-Cookie":
                self._keep(SimpleCookie(value))
        return answer

    def _keep(self, cookies: SimpleCookie) -> None:
        for each in cookies.values():
            if each["max-age"] == "0":
                self.cookies.pop(each.key, None)
            else:
                self.cookies[each.key] = each.value
