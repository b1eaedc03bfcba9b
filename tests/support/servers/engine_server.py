"""A server behind each web server of ours, asked over raw sockets: one start for a whole module."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest
from support.nets import NET_SECONDS
from support.ports import free_port
from support.servers.serve_process import serve_process, serve_section
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.app import create_app
from idp.assembly import assemble
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.embedded.servers import ThreadedServer
from idp.services import Services
from idp.sockets import listen

ENGINES = ("granian", "waitress", "embedded")
USER, PASSWORD = "alice@example.test", "correct horse"
SIGN_IN = f"/adfs/ls/idpinitiatedsignon.aspx?loginToRp={quote(SP_ID, safe='')}"
CONFIGURATION = "[trusts]\nallow_http = true\n[sign_in]\nidp_initiated = true\n"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
WRONG = b"UserName=alice%40example.test&Password=wrong"

Lines = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class RawReply:
    """What the server sent until it closed the connection; status 0 if it sent nothing."""

    status: int
    head: str
    body: str

    @property
    def code(self) -> str:
        """The code of a refusal."""
        found = re.search(r"\[(\w+)\]", self.body)
        return found[1] if found else ""


@dataclass
class EngineServer:
    """One server; ``services`` are its rooms, joined in this process too."""

    engine: str
    port: int
    services: Services
    log: IO[str]
    outer_port: int = 0
    """The port of a proxy in front, 0 without one."""

    @property
    def host(self) -> tuple[str, str]:
        """The line that names the server."""
        return "Host", f"localhost:{self.port}"

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection from an address of this machine."""
        address = ("127.0.0.1", self.outer_port or self.port)
        return socket.create_connection(address, NET_SECONDS, source_address=(source, 0))

    def head(self, lines: Lines, method: str = "POST", target: str = SIGN_IN) -> bytes:
        """Return the head of a request, with these lines as they are."""
        text = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return f"{method} {target} HTTP/1.1\r\n{text}\r\n".encode("latin-1")

    def form(self, body: bytes = WRONG, *extra: tuple[str, str]) -> bytes:
        """Return a request that posts a form, with *extra* lines before its own."""
        length = ("Content-Length", str(len(body)))
        lines = [*extra, self.host, FORM, length, ("Connection", "close")]
        return self.head(lines) + body

    def send(self, request: bytes, *, end: bool = False, source: str = "127.0.0.1") -> RawReply:
        """Send bytes on a new connection, with *end* nothing more, and read all that comes."""
        with self.connect(source) as connection:
            with suppress(OSError):  # it has refused and closed already; its reply can be read
                connection.sendall(request)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            return read_reply(connection)

    def tries(self) -> list[str]:
        """Return the client addresses of all tries at a password so far."""
        return [row.record.client_ip for row in self.services.log.read()]

    def said(self) -> str:
        """Return what it has logged; the place where it writes stays."""
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode()


def read_reply(connection: socket.socket) -> RawReply:
    """Read until the server closes the connection, and return the last response."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionError:
        pass  # what had arrived counts
    received = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = received.decode("latin-1").partition("\r\n\r\n")
    return RawReply(int(head.split()[1]) if head else 0, head, body)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module with every engine, or with those that its ``ENGINES_OF_MODULE`` names."""
    if "engine_server" in metafunc.fixturenames:
        engines = getattr(metafunc.module, "ENGINES_OF_MODULE", ENGINES)
        metafunc.parametrize("engine_server", engines, indirect=True, scope="module")


@pytest.fixture(scope="module")
def engine_server(
    request: pytest.FixtureRequest,
    keys_folder: Path,
    empty_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EngineServer]:
    """The server behind each engine.

    The module's ``SETTINGS`` are added to its configuration, and ``SERVE`` to its ``[serve]``.
    """
    folder = tmp_path_factory.mktemp("engine") / "farm"
    shutil.copytree(keys_folder, folder)
    shutil.copy(empty_file, folder / "tallystick.db")
    added = getattr(request.module, "SETTINGS", "")
    serve = getattr(request.module, "SERVE", {})
    with running(request.param, folder, added, **serve) as server:
        yield server


@contextmanager
def running(engine: str, folder: Path, added: str = "", **serve: object) -> Iterator[EngineServer]:
    """Run a server on *folder* with a user and a trust, until the block ends."""
    file = folder / "tallystick.toml"
    port = free_port()
    file.write_text(f"[server]\nbase_url = 'http://localhost:{port}'\n{CONFIGURATION}{added}")
    config = serve_section(folder, workers=1, port=port, **serve)
    services = assemble(load(config), hasher=PasswordHasher(memory_kib=8, passes=1))
    services.farm.set_build("sts1", "20348.350", "test")
    services.trusts.add(metadata().encode())
    services.directory.add(USER, PASSWORD)
    start = _embedded if engine == "embedded" else _process
    try:
        with start(engine, config, services) as server:
            yield server
    finally:
        services.close()


@contextmanager
def _process(engine: str, config: Path, services: Services) -> Iterator[EngineServer]:
    port = services.config.serve.port
    with serve_process(config, TALLYSTICK__SERVE__ENGINE=engine) as process:
        yield EngineServer(engine, port, services, process.log)


@contextmanager
def _embedded(engine: str, config: Path, services: Services) -> Iterator[EngineServer]:
    listener = listen("127.0.0.1", services.config.serve.port)
    with (config.parent / "log").open("w+") as log, redirect_stderr(log):
        app = create_app(services.config, services=services)
        server = ThreadedServer(listener, app, body_seconds=services.config.serve.body_seconds)
        server.start()
        yield EngineServer(engine, server.port, services, log)
        server.stop()
