"""UDP sockets of the hosts, and the loop that serves them until it is told to end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, cast

from idp.logs import get_logger
from idp.sockets import has_ipv6, open_udp

if TYPE_CHECKING:
    from idp.nps.hosts import NpsHost
    from idp.radius.receiver import Receiver

ALL_OF_IPV6 = "::"

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Bytes that wait in a socket while the loop is busy; the system may give less."""

SET_WITH = ("tallystick nps set NAME --listen", "tallystick nps set NAME --port")


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket of one host."""

    host: str
    socket: socket.socket

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self.socket.getsockname()[:2]
        return host, port


def open_listeners(
    hosts: Iterable[NpsHost], stack: ExitStack, at: str | None = None
) -> list[Listener]:
    """Bind a socket for each address and port of each host; *stack* closes them.

    With *at*, an IP address, each host has a free port there instead. Without IPv6, a host that
    listens on all addresses has those of IPv4 alone. Raises
    :class:`~idp.sockets.AddressUnavailable`.
    """
    listeners = []
    for host in hosts:
        places = [(at, 0)] if at else product(_addresses_of(host), host.ports)
        for address, port in places:
            bound = open_udp(address, port, chosen_by=SET_WITH)
            stack.enter_context(closing(bound))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            listeners.append(Listener(host.name, bound))
    return listeners


def _addresses_of(host: NpsHost) -> tuple[str, ...]:
    if ALL_OF_IPV6 not in host.addresses or len(host.addresses) == 1 or has_ipv6():
        return host.addresses
    get_logger().warning("no_ipv6", node=host.name)
    return tuple(address for address in host.addresses if address != ALL_OF_IPV6)


async def serve(
    listeners: Iterable[Listener],
    receiver: Receiver,
    on_ready: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Answer what comes in until *stop* is set; what waits for a phone then is not answered.

    Its client asks another host, which finds the same request on the phone.
    """
    loop = asyncio.get_running_loop()
    work = loop.create_task(receiver.run())
    transports = []
    for each in listeners:
        make = partial(_Endpoint, each.host, receiver)
        transport, _ = await loop.create_datagram_endpoint(make, sock=each.socket)
        transports.append(transport)
    stopped = loop.create_task(stop.wait())
    on_ready()
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for transport in transports:
        transport.close()
    stopped.cancel()
    if work.done():
        work.result()  # it never ends by itself: raises why it did
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


class _Endpoint(asyncio.DatagramProtocol):
    """One socket on the loop."""

    def __init__(self, host: str, receiver: Receiver) -> None:
        self._host = host
        self._receiver = receiver
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        send = partial(self._send, sender)
        self._receiver.receive(data, self._host, sender[:2], send)

    def _send(self, sender: tuple[str, int], reply: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(reply, sender)
