"""NPS hosts in a thread of this process: quick to start, clean to stop.

For real use there is :mod:`idp.serving.radius_process`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.radius.listeners import Listener, open_listeners, serve
from idp.radius.process import choose_hosts, make_receiver
from idp.radius.receiver import REJECT_DELAY, Receiver

if TYPE_CHECKING:
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class RunningRadius:
    """Hosts that answer; ``listeners`` are where."""

    listeners: tuple[Listener, ...]
    receiver: Receiver

    def port_of(self, host: str) -> int:
        """Return the port of a host."""
        return next(each.address[1] for each in self.listeners if each.host == host)


@contextmanager
def radius_in_thread(
    services: Services,
    names: Sequence[str] = (),
    *,
    at: str | None = None,
    reject_delay: float = REJECT_DELAY,
) -> Iterator[RunningRadius]:
    """Answer for the hosts of *names* (all without any) until the block is left.

    With *at*, an IP address, each has a free port there. Raises what
    :func:`idp.radius.process.choose_hosts` and :func:`~idp.radius.listeners.open_listeners` raise.
    """
    with ExitStack() as stack:
        listeners = open_listeners(choose_hosts(services, names), stack, at)
        receiver = make_receiver(services, reject_delay=reject_delay)
        is_ready, stop = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        thread = threading.Thread(
            target=lambda: loop.run_until_complete(serve(listeners, receiver, is_ready.set, stop)),
            name="radius",
            daemon=True,
        )
        thread.start()
        is_ready.wait()
        try:
            yield RunningRadius(tuple(listeners), receiver)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
