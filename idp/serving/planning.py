"""Makes the plan of ``tallystick serve``, and checks what can be checked before it starts."""

from __future__ import annotations

import importlib
import ssl
from pathlib import Path

from adapter.errors import TallystickError
from idp.config.schema import Config, ServeSection
from idp.operating_system import IS_WINDOWS, processor_count
from idp.serving.plan import Plan
from idp.serving.web_process import Engine, Listening
from idp.sockets import listen

PKCS8 = b"-----BEGIN PRIVATE KEY-----"
SET_WITH = ("serve.bind", "serve.port")


class CannotServe(TallystickError):
    """Raised when the settings of ``[serve]`` cannot be used as they are."""

    code = "cannot_serve"


def make_plan(config_file: Path, config: Config) -> Plan:
    """Return the plan of a configuration, after checking its port and its certificate.

    The port is tried because two servers with SO_REUSEPORT would share one silently. Raises
    :class:`CannotServe` and :class:`~idp.sockets.AddressUnavailable`.
    """
    serve = config.serve
    engine = choose_engine(serve)
    check_tls(serve, engine)
    listen(serve.bind, serve.port, chosen_by=SET_WITH).close()
    return Plan(
        config_file=str(config_file.resolve()),
        base_url=config.server.base_url,
        listening=Listening(
            serve.bind, serve.port, config.server.authority, is_tls=serve.certificate is not None
        ),
        engine=engine,
        workers=count_workers(serve, engine),
        answers_radius=config.radius.supervised,
        metrics_bind=config.metrics.bind,
        metrics_port=config.metrics.port,
    )


def choose_engine(serve: ServeSection) -> Engine:
    """Return the web server to use: the one that is set, else granian, else waitress.

    Windows prefers waitress where no TLS is wanted: granian has one process there, too, and cuts
    off running requests when it ends.
    """
    if serve.engine is not None:
        return serve.engine
    if IS_WINDOWS and serve.certificate is None:
        return "waitress"
    return "granian" if _can_be_loaded("granian") else "waitress"


def count_workers(serve: ServeSection, engine: Engine) -> int:
    """Return how many processes answer requests: one if *engine* cannot have more here.

    Granian has one on Windows, where processes cannot share a socket without losing connections.
    """
    if engine == "waitress" or IS_WINDOWS:
        return 1
    return serve.workers or processor_count()


def _can_be_loaded(engine: str) -> bool:
    """Return whether a web server can be imported; its compiled part may not fit this machine."""
    try:
        importlib.import_module(engine)
    except ImportError:
        return False
    return True


def check_tls(serve: ServeSection, engine: Engine) -> None:
    """Raise :class:`CannotServe` if TLS is configured and *engine* cannot speak it with these."""
    if serve.certificate is None or serve.key is None:
        return
    if engine == "waitress":
        raise CannotServe(
            "waitress speaks no TLS", "Install granian, or terminate TLS at a reverse proxy"
        )
    try:
        if PKCS8 not in serve.key.read_bytes():
            raise CannotServe(
                f"{serve.key} contains no unencrypted PKCS#8 key",
                f"Convert it with openssl pkcs8 -topk8 -nodes -in {serve.key} -out NEW and set "
                "serve.key to the new file",
                code="bad_tls_key",
            )
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(serve.certificate, serve.key)
    except ssl.SSLError as error:
        raise _bad_tls(serve, error.reason or "not PEM") from None
    except OSError as error:
        raise _bad_tls(serve, f"{error.filename or ''} {error.strerror}".strip()) from None


def _bad_tls(serve: ServeSection, cause: str) -> CannotServe:
    return CannotServe(
        f"{serve.certificate} and {serve.key} cannot be used for TLS: {cause}",
        "Set serve.certificate to a certificate with its chain, and serve.key to its key",
        code="bad_tls_certificate",
    )
