"""The web server as a process of the plan: which module runs it, and how it is probed."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from typing import Literal

from idp.config import CONFIG_VARIABLE
from idp.serving.process import OnExit, ProcessSpec, python_module
from idp.sockets import reachable_address

Engine = Literal["granian", "waitress"]

PROBE_FILE = "/static/tallystick.css"
"""A file, since ``/adfs/probe`` may refuse: it answers load balancers, and the farm may have no
node yet."""
PROBE_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the web server listens, and for which host: the authority of the base URL."""

    bind: str
    port: int
    authority: str
    is_tls: bool

    @property
    def url(self) -> str:
        """The URL of its address."""
        return f"{'https' if self.is_tls else 'http'}://{in_url(self.bind)}:{self.port}"

    def answers(self) -> bool:
        """Return whether the web server answers a request for its host."""
        connection = self._connection(reachable_address(self.bind))
        try:
            connection.request("GET", PROBE_FILE, headers={"Host": self.authority})
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def _connection(self, host: str) -> http.client.HTTPConnection:
        if not self.is_tls:
            return http.client.HTTPConnection(host, self.port, timeout=PROBE_TIMEOUT_SECONDS)
        return http.client.HTTPSConnection(
            host, self.port, timeout=PROBE_TIMEOUT_SECONDS, context=_unverified()
        )


def in_url(address: str) -> str:
    """Return an IP address as URLs have it."""
    return f"[{address}]" if ":" in address else address


def web_process(config_file: str, listening: Listening, engine: Engine) -> ProcessSpec:
    """Return the process that listens and starts the workers."""
    return ProcessSpec(
        name="web server",
        command=python_module(f"idp.serving.{engine}_server"),
        environment={CONFIG_VARIABLE: config_file},
        is_ready=listening.answers,
        on_exit=OnExit.END_SERVER,
    )


def _unverified() -> ssl.SSLContext:
    """Return a context that accepts any certificate: none is issued for the address we ask at."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
