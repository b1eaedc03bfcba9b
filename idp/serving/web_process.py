"""The web server as a process of the plan: which module runs it, and how it is probed."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from idp.config import CONFIG_VARIABLE
from idp.serving.process import OnExit, ProcessSpec, python_module
from idp.sockets import reachable_address

if TYPE_CHECKING:
    from idp.config.schema import Config

Engine = Literal["granian", "waitress"]

PROBE_FILE = "/static/tallystick.css"
"""A file, since ``/adfs/probe`` may refuse: it answers load balancers, and the farm may have no
node yet."""
PROBE_TIMEOUT_SECONDS = 5


def web_process(config_file: Path, config: Config, engine: Engine) -> ProcessSpec:
    """Return the process that listens at the address of ``[serve]`` and starts the workers."""
    return ProcessSpec(
        name="web server",
        command=python_module(f"idp.serving.{engine}_server"),
        environment={CONFIG_VARIABLE: str(config_file)},
        is_ready=lambda: answers(config),
        on_exit=OnExit.END_SERVER,
    )


def answers(config: Config) -> bool:
    """Return whether the web server answers a request for the host of the base URL."""
    serve = config.serve
    host = reachable_address(serve.bind)
    connection = (
        http.client.HTTPConnection(host, serve.port, timeout=PROBE_TIMEOUT_SECONDS)
        if serve.certificate is None
        else http.client.HTTPSConnection(
            host, serve.port, timeout=PROBE_TIMEOUT_SECONDS, context=_unverified()
        )
    )
    try:
        connection.request("GET", PROBE_FILE, headers={"Host": config.server.authority})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _unverified() -> ssl.SSLContext:
    """Return a context that accepts any certificate: none is issued for the address we ask at."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
