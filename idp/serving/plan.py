"""What is going to be served, checked before anything is started."""

from __future__ import annotations

import importlib
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from adapter.errors import TallystickError
from idp.config.schema import Config, Serve
from idp.sockets import listen

PKCS8 = b"-----BEGIN PRIVATE KEY-----"
SET_WITH = ("serve.bind", "serve.port")

Engine = Literal["granian", "waitress"]


class CannotServe(TallystickError):
    """Raised when the settings of ``[serve]`` cannot be served as they are."""

    code = "cannot_serve"


@dataclass(frozen=True, slots=True)
class Plan:
    """One server: where it listens, with what, and the file that all else is read from."""

    config_file: Path
    config: Config
    engine: Engine
    workers: int

    @property
    def is_tls(self) -> bool:
        """Whether it speaks TLS itself."""
        return self.config.serve.certificate is not None

    @property
    def address(self) -> str:
        """Where it listens, as a URL."""
        serve = self.config.serve
        return f"{'https' if self.is_tls else 'http'}://{_host(serve.bind)}:{serve.port}"

    @property
    def metrics_url(self) -> str | None:
        """Where Prometheus is answered, None where it is not."""
        metrics = self.config.metrics
        return f"http://{_host(metrics.bind)}:{metrics.port}/metrics" if metrics.port else None


def _host(bind: str) -> str:
    return f"[{bind}]" if ":" in bind else bind


def plan_of(config_file: Path, config: Config) -> Plan:
    """Return the plan of a configuration, after looking at its port and certificate.

    Two servers on one port would share it silently, so the port is tried first. Raises
    :class:`CannotServe` and :class:`~idp.sockets.AddressUnavailable`.
    """
    serve = config.serve
    engine = engine_of(serve)
    check_tls(serve, engine)
    listen(serve.bind, serve.port, chosen_by=SET_WITH).close()
    workers = serve.workers or cores() if engine == "granian" else 1
    return Plan(config_file.resolve(), config, engine, workers)


def engine_of(serve: Serve) -> Engine:
    """Return the server that will be used."""
    return serve.engine or ("granian" if _runs("granian") else "waitress")


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _runs(engine: str) -> bool:
    """Say whether a server can be loaded: its compiled part may not fit this machine."""
    try:
        importlib.import_module(engine)
    except ImportError:
        return False
    return True


def check_tls(serve: Serve, engine: Engine) -> None:
    """Raise :class:`CannotServe` where TLS is wanted and cannot be spoken."""
    if serve.certificate is None or serve.key is None:
        return
    if engine == "waitress":
        raise CannotServe(
            "waitress speaks no TLS", "Install granian, or let a proxy in front end TLS"
        )
    try:
        if PKCS8 not in serve.key.read_bytes():
            raise CannotServe(
                f"{serve.key} holds no unencrypted key in PKCS#8",
                f"openssl pkcs8 -topk8 -nodes -in {serve.key} -out NEW, and name that",
                code="bad_tls_key",
            )
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(serve.certificate, serve.key)
    except ssl.SSLError as error:
        raise _bad_tls(serve, error.reason or "not PEM") from None
    except OSError as error:
        raise _bad_tls(serve, f"{error.filename or ''} {error.strerror}".strip()) from None


def _bad_tls(serve: Serve, cause: str) -> CannotServe:
    return CannotServe(
        f"{serve.certificate} and {serve.key} cannot serve TLS: {cause}",
        "Name a certificate, with its chain, and its own key in serve.certificate and serve.key",
        code="bad_tls_certificate",
    )
