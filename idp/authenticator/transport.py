"""Makes signed calls from a phone to its server, by the server's clock."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec

from adapter.errors import TallystickError
from idp.authenticator.request_signing import API, SignedRequest, Stamp, sign

TIMEOUT_SECONDS = 10
DEFAULT_PAUSE = 1
"""Seconds."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class PhoneRefused(TallystickError):
    """Raised when the server refuses a call; code, problem and remedy are the server's."""


class ServerUnreachable(TallystickError):
    """Raised when there is no answer, or not one of a Tallystick server."""

    code = "server_unreachable"


class UnexpectedAnswer(ServerUnreachable):
    """Raised when a server answers with something else than its API promises."""

    def __init__(self, server: str) -> None:
        super().__init__(f"{server} answered with something unexpected", "Check its version")


class Transport:
    """Makes signed calls to one server; *verify* is True, False or a CA file, as in requests."""

    def __init__(
        self,
        server: str,
        *,
        verify: bool | str = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.server = server
        self._verify = verify
        self._now = now
        self.pause = DEFAULT_PAUSE
        """Seconds after which a server that was too busy to hold a call wants to be asked again."""
        self._ahead = 0.0
        """Seconds by which the server's clock is ahead of this machine's."""
        self._session = requests.Session()
        host = urlsplit(server).hostname or ""
        # A proxy that the environment names cannot reach a server on this machine.
        self._proxies = {"no_proxy": host} if host in LOOPBACK else None

    def now(self) -> float:
        """Return the time by the server's clock, as far as it is known; seconds since 1970."""
        return self._now() + self._ahead

    def call(
        self,
        method: str,
        name: str,
        *,
        device: str,
        key: ec.EllipticCurvePrivateKey,
        body: dict[str, Any] | None = None,
        wait: int = 0,
    ) -> dict[str, Any] | None:
        """Call the API and return its JSON, or None if the server is too busy to hold the call.

        ``name`` may include a query; *wait* is the number of seconds that the server may hold the
        call. A call refused for its time is repeated once by the server's clock. Raises
        :class:`PhoneRefused` or :class:`ServerUnreachable`.
        """
        data = b"" if body is None else json.dumps(body).encode()
        call = SignedRequest(self.server, method, API + name, data)
        response = self._send(call, device, key, wait)
        self.pause = _pause_of(response)
        if _json(response).get("error") == "stale_call":
            response = self._send(call, device, key, wait)
        return _content(response)

    def _send(
        self, call: SignedRequest, device: str, key: ec.EllipticCurvePrivateKey, wait: int
    ) -> requests.Response:
        stamp = Stamp(device, round(self.now() * 1000), secrets.token_urlsafe(16))
        try:
            response = self._session.request(
                call.method,
                self.server + call.target,
                data=call.body or None,
                headers={
                    "Authorization": sign(call, stamp, key),
                    "Content-Type": "application/json",
                },
                timeout=(TIMEOUT_SECONDS, TIMEOUT_SECONDS + wait),
                verify=self._verify,
                proxies=self._proxies,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise ServerUnreachable(
                f"The certificate of {self.server} is not trusted: {_cause(error)}",
                "Name the CA certificate: --ca-file FILE at activation, or REQUESTS_CA_BUNDLE",
                code="untrusted_certificate",
            ) from None
        except requests.RequestException as error:
            raise ServerUnreachable(
                f"{self.server} does not answer: {_cause(error)}",
                "Check that it runs, and that this is its address",
            ) from None
        self._set_clock(response)
        return response

    def _set_clock(self, response: requests.Response) -> None:
        """Remember how far the server's clock is ahead: codes and calls use its time."""
        try:
            theirs = datetime.fromisoformat(str(_json(response)["server_time"])).timestamp()
        except (KeyError, ValueError):
            return
        self._ahead = theirs - self._now()


def server_of(url: str) -> str:
    """Return the base URL of the server of *url*: scheme, host and port.

    Raises :class:`ServerUnreachable` for text that is not an http address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerUnreachable(
            f"{url!r} is not the address of a server", "Give one like https://sts.example.test"
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _content(response: requests.Response) -> dict[str, Any] | None:
    if response.status_code == 204:
        return None
    content = _json(response)
    if response.status_code == 200:
        return content
    if isinstance(content.get("error"), str):
        raise PhoneRefused(
            str(content.get("problem", "The server refused")),
            str(content.get("remedy", "")),
            code=content["error"],
        )
    raise ServerUnreachable(
        f"The answer does not come from a Tallystick server (status {response.status_code})",
        "Check the address",
    )


def _pause_of(response: requests.Response) -> int:
    told = response.headers.get("Retry-After", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 2 else DEFAULT_PAUSE


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _cause(error: requests.RequestException) -> str:
    """Return the innermost reason; the exceptions of requests around it say no more."""
    cause: BaseException = error
    while cause.__context__ is not None:
        cause = cause.__context__
    return str(cause) or type(cause).__name__
