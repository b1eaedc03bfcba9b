"""The process that answers RADIUS: ``tallystick nps run``, or beside the web server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp import logs
from idp.app import counters_of
from idp.assembly import assemble
from idp.operating_system import end_this_process
from idp.radius.process import run
from idp.serving import shutdown
from idp.serving.web_worker import load_config

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.radius.listeners import Listener


def answer(
    config: Config, names: Sequence[str], on_ready: Callable[[Sequence[Listener]], None]
) -> None:
    """Answer for the hosts of *names*, else of ``[radius]``, until a signal ends this process.

    Raises what :func:`idp.radius.process.run` raises.
    """
    counters = counters_of(config)
    services = assemble(config, counters=counters)
    try:
        run(services, names or config.radius.hosts, on_ready)
    finally:
        services.close()


def log_ready(listeners: Sequence[Listener]) -> None:
    """Write a log line for each address at which a host listens."""
    for listener in listeners:
        address, port = listener.address
        logs.get_logger().info("radius_listening", node=listener.host, address=address, port=port)


def main() -> None:
    """Answer until a signal ends it, or the process that started it has died."""
    config = load_config()
    logs.configure(config.logging.format)
    shutdown.end_when_stdin_closes(end_this_process)
    try:
        answer(config, (), log_ready)
    except TallystickError as error:
        logs.get_logger().critical(
            "radius_cannot_start", code=error.code, problem=error.problem, remedy=error.remedy
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
