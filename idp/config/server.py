"""``[server]`` and ``[serve]``: what this server is called, and how it listens."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from idp.config.section import Section

_HOST = re.compile(r"[\w\u0080-\U0010ffff-]+(\.[\w\u0080-\U0010ffff-]+)*\.?", re.ASCII)
"""Letters of any script, digits and hyphens between dots; underscores, since there are such."""


def _origin(url: str) -> str | None:
    """Return scheme, host and port of *url* if it has nothing else, and these are possible."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        if parts.netloc.startswith("["):
            ip_address(host)
        elif not (_HOST.fullmatch(host) and host.isprintable() and host.encode("idna")):
            return None
    except ValueError:  # of the port, the address, or a label that is too long
        return None
    has_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    is_web = parts.scheme in ("http", "https")
    return None if has_more or not is_web else f"{parts.scheme}://{parts.netloc}"


class ServerSection(Section):
    """``[server]``: its public address, its node of the farm, its administrator's token."""

    base_url: str = "http://localhost:8080"
    """The address of the server as browsers and service providers use it."""
    node: str | None = None
    """Name of the node that this server is. None: the first node of the farm."""
    node_cookie: bool = False
    """Let a cookie, set by ``/node/NAME``, choose the node for a browser. For the demo."""
    admin_token_file: Path | None = None
    """File with the digest of the administrator's token. None: no administration over the web."""
    hsts: bool = True
    """Send Strict-Transport-Security (RFC 6797) if base_url is https and not localhost."""
    hsts_max_age: int = Field(default=31_536_000, ge=0)
    """max-age of that header in seconds; 0 makes browsers forget it."""

    @field_validator("base_url")
    @classmethod
    def _must_be_origin(cls, value: str) -> str:
        origin = _origin(value)
        if origin is None:
            raise ValueError("give only scheme, host and port, like https://sts.example.test")
        return origin

    @property
    def authority(self) -> str:
        """Host and port, as clients send them in the header ``Host``."""
        return urlsplit(self.base_url).netloc

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the server by TLS."""
        return self.base_url.startswith("https:")

    @property
    def strict_transport_security(self) -> str | None:
        """The value of the header Strict-Transport-Security, None if it is not sent.

        Never for localhost: browsers would apply it to every other server on this machine.
        """
        host = (urlsplit(self.base_url).hostname or "").rstrip(".")
        is_local = host == "localhost" or host.endswith(".localhost")
        if not self.hsts or not self.is_secure or is_local:
            return None
        return f"max-age={self.hsts_max_age}"

    @property
    def entity_id(self) -> str:
        """The federation service identifier; with http even under TLS, as AD FS forms it."""
        return f"http://{self.authority}/adfs/services/trust"

    @property
    def destinations(self) -> tuple[str, ...]:
        """The addresses that SAML messages may be meant for, with their paths in lower case."""
        return f"{self.base_url}/adfs/ls/", f"{self.base_url}/adfs/ls"


class ServeSection(Section):
    """``[serve]``: how ``tallystick serve`` listens. It or a reverse proxy terminates TLS."""

    bind: str = "127.0.0.1"
    """The address that the server listens on."""
    port: int = Field(default=8080, ge=1, le=65535)
    """The port that it listens on."""
    certificate: Path | None = None
    """The TLS certificate with its chain, as PEM. Set it together with ``key``."""
    key: Path | None = None
    """Its private key: PKCS#8, PEM, not encrypted."""
    workers: int | None = Field(default=None, ge=1, le=256)
    """Number of worker processes. None: one for each processor."""
    engine: Literal["granian", "waitress"] | None = None
    """None: granian, or waitress (one process, no TLS) where granian cannot run."""
    threads: int | None = Field(default=None, ge=64, le=10_000)
    """Requests that a process serves at a time. None: 600, or with granian up to 2,400 that fit."""
    body_seconds: float = Field(default=10, gt=0, le=3600)
    """How long the whole body of a request may take after its headers."""

    @model_validator(mode="after")
    def _must_have_both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("set certificate and key together, or neither")
        return self
