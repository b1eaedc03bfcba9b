"""``tallystick nps run``: the process that answers RADIUS for hosts of the farm."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.operating_system import ENDING_SIGNALS
from idp.radius.event_log import EventLogFolder, NoEventLog
from idp.radius.listeners import Listener, open_listeners, serve
from idp.radius.live_hosts import LiveHosts
from idp.radius.outcome_log import OutcomeLog
from idp.radius.receiver import REJECT_DELAY, Receiver
from idp.radius.sign_in import NpsSignIn

if TYPE_CHECKING:
    from idp.nps.hosts import NpsHost
    from idp.services import Services

STARTED_BY = "start"
"""Who restarted the service of a host, in its row, when its process was started."""


class NoHost(TallystickError):
    """Raised if there is no NPS host to run."""

    code = "no_nps_host"

    def __init__(self) -> None:
        super().__init__(
            "There is no NPS host", "Add one: tallystick nps set NAME VERSION, and its clients"
        )


def choose_hosts(services: Services, names: Sequence[str]) -> tuple[NpsHost, ...]:
    """Return the hosts of these names, each once; all if none is named.

    Raises :class:`NoHost` and :class:`~idp.nps.hosts.BadNpsHost`.
    """
    chosen = tuple(map(services.nps.existing, dict.fromkeys(names))) or services.nps.hosts()
    if not chosen:
        raise NoHost
    return chosen


def make_receiver(services: Services, *, reject_delay: float = REJECT_DELAY) -> Receiver:
    """Return what answers requests, with the event log that ``[radius]`` asks for."""
    folder = services.config.radius.event_log
    events = EventLogFolder(folder, services.clock) if folder else NoEventLog()
    sign_in = NpsSignIn(services, OutcomeLog(services, events))
    return Receiver(services, LiveHosts(services.nps), sign_in, reject_delay=reject_delay)


def run(
    services: Services,
    names: Sequence[str],
    on_ready: Callable[[Sequence[Listener]], None],
) -> None:
    """Answer for the hosts of *names* (all without any) until a signal ends it.

    Starting the process starts the NPS service: what was set in the registry takes effect.
    *on_ready* is called with what listens. Raises :class:`NoHost` and
    :class:`~idp.sockets.AddressUnavailable`. Must be called in the main thread.
    """
    with ExitStack() as stack:
        hosts = choose_hosts(services, names)
        listeners = open_listeners(hosts, stack)
        for host in hosts:
            services.nps.restart(host.name, STARTED_BY)
        receiver = make_receiver(services)

        async def main() -> None:
            stop, loop = asyncio.Event(), asyncio.get_running_loop()

            def end(*_: object) -> None:
                loop.call_soon_threadsafe(stop.set)

            for number in ENDING_SIGNALS:
                signal.signal(number, end)
            await serve(listeners, receiver, lambda: on_ready(listeners), stop)

        asyncio.run(main())
