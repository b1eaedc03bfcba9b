"""A service provider that publishes its metadata at an address, for servers that fetch it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server


@dataclass
class Publisher:
    """A service provider that publishes its metadata; ``status`` is what it answers with."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    visits: list[str] = field(default_factory=list)

    def publish(self, xml: str) -> None:
        self.content = xml.encode()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()

    def answer(request: Request) -> Response:
        made.visits.append(request.path)
        return Response(made.content, status=made.status)

    server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.port}/metadata"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
