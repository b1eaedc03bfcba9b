"""Every attack is tried on every kind of message that service providers send."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from support.service_providers.saml_messages import READERS, MessageWriter, Reader


@pytest.fixture(params=READERS, ids=lambda kind: kind.element)
def writer(request, identities) -> MessageWriter:
    """A service provider that sends one kind of message."""
    return request.param(identities.sp)


@pytest.fixture
def idp(writer, identities) -> Reader:
    """Our reader of that kind."""
    return Reader(identities.sp, READERS[type(writer)], writer.parameter)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that an attack would have to connect to; accepting fails while nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server
