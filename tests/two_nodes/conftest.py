"""Two nodes on one database behind one address, and a load balancer that can be told what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask

from idp.app import create_app
from idp.assembly import assemble
from idp.directory import PasswordHasher
from idp.services import Services
from idp.testing.federation import Federation
from idp.testing.shared_servers import SharedServers


class LoadBalancer:
    """Sends every request to one node, or to each of several in turn."""

    def __init__(self, nodes: dict[str, Flask]) -> None:
        self._nodes = nodes
        self.to("a")

    def to(self, *names: str) -> None:
        """Send what comes from now on to these nodes in turn."""
        self._turns = cycle([self._nodes[name] for name in names])

    def rooms(self, name: str) -> Services:
        """Return the services of a node, for what its administrator does there."""
        return self._nodes[name].extensions["tallystick"]

    def dies(self, name: str) -> None:
        """Lose a node with all that it has not stored."""
        del self._nodes[name]
        self.to(*self._nodes)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return next(self._turns)(environ, start)


@pytest.fixture
def load_balancer(
    federation: Federation, _tallystick_host: SharedServers
) -> Iterator[LoadBalancer]:
    """The federation server as two nodes, ``a`` and ``b``; everything goes to ``a`` at first.

    They share database, keys and clock, and nothing else. The node's builds are one farm's.
    """
    first = federation.services
    second = assemble(
        first.config,
        clock=first.clock,
        hasher=PasswordHasher(memory_kib=8, passes=1),
        signing_key=first.signing_key,
    )
    nodes = {
        name: create_app(services.config, services=services)
        for name, services in (("a", first), ("b", second))
    }
    balancer = LoadBalancer(nodes)
    _tallystick_host.serve_app(balancer)
    yield balancer
    second.close()
