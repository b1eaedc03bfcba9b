"""Starts the federation server of a test or class, as its marker says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from idp.testing.federation import Federation
from idp.testing.marker import failing_by_marker, setup_of
from idp.testing.server_settings import with_settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from idp.testing.shared_servers import SharedServers


@contextmanager
def running_federation(
    servers: SharedServers,
    node: pytest.Item | pytest.Collector,
    folder: Path,
    database: str | None = None,
    *,
    with_next_key: bool = False,
) -> Iterator[Federation]:
    """Serve a federation server for *node*, a test or class, until the block is left.

    The other arguments are those of :meth:`SharedServers.new_server`.
    """
    setup = setup_of(node)
    with failing_by_marker():
        config = with_settings(servers.config, setup.settings)
    with servers.new_server(
        folder, database, with_next_key=with_next_key, config=config
    ) as services:
        federation = Federation(services, folder, servers.extranet, servers.messages)
        with failing_by_marker():
            setup.apply(federation)
        yield federation
        federation.close()
