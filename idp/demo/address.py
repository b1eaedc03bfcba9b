"""The addresses of a demo: the host name in all of them, and the ports of its two servers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

HOST = "localhost"
PORT = 8080
DEFAULT_PORTS = {"http": 80, "https": 443}

_NAME = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.I | re.A
)


def is_host(text: str) -> bool:
    """Return whether *text* is a host name, or an IP address without brackets."""
    try:
        ip_address(text)
    except ValueError:
        return _NAME.fullmatch(text) is not None
    return "%" not in text


@dataclass(frozen=True, slots=True)
class DemoAddress:
    """Host name and ports: ``port`` is the federation server, ``sp_port`` the service provider."""

    host: str = HOST
    port: int = PORT
    sp_port: int = PORT + 1
    tls: bool = False

    @property
    def base_url(self) -> str:
        """The federation server's base URL, without a path."""
        return self._url(self.port)

    @property
    def sp_url(self) -> str:
        """The test service provider's base URL, without a path."""
        return self._url(self.sp_port)

    def _url(self, port: int) -> str:
        scheme = "https" if self.tls else "http"
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{name}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


def choose_address(
    host: str | None, port: int | None, tls: bool | None, earlier: str | None
) -> DemoAddress:
    """Return the address that the options of the command line ask for; None was not given.

    Options that were not given are as in *earlier*, the base URL of the last run in this folder,
    and else the defaults.
    """
    before = urlsplit(earlier or "")
    was_tls = before.scheme == "https"
    tls = was_tls if tls is None else tls
    if port is None:
        port = before.port or DEFAULT_PORTS["https" if was_tls else "http"] if earlier else PORT
    return DemoAddress(host or before.hostname or HOST, port, port + 1 if port else 0, tls)
