"""The demo in one process: its folder, its rooms, its two web servers."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp.app import assemble, create_app
from idp.config import schema
from idp.config.reading import load
from idp.demo import first_page, tls, trusting
from idp.demo.address import Address
from idp.demo.people import Person, settle
from idp.embedded import test_sp
from idp.embedded.phones import move_phone
from idp.embedded.server_folder import ServerFolder, unwatched
from idp.embedded.servers import Server
from idp.management.metadata.folder_watcher import WatchedFolders
from idp.signin.paths import METADATA
from idp.sockets import listen, port_of, to_reach

if TYPE_CHECKING:
    from flask import Flask

    from idp.saml.keys import KeyKind
    from idp.services import Services

NODES = (
    # name      build           which is
    ("srv2022", "20348.350"),   # the first with number matching
    ("srv2019", "17763.2299"),  # one revision below it
    ("srv2016", "14393.4704"),  # the first with number matching
)  # fmt: skip
BY = "demo"


class NotAnswering(TallystickError):
    """Raised when the demo was started and does not answer itself."""

    code = "demo_not_answering"


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that answers."""

    address: Address
    folder: ServerFolder
    people: tuple[Person, ...]
    tls: tls.Tls | None

    @property
    def metadata_url(self) -> str:
        """Where the federation server's metadata are."""
        return self.address.base_url + METADATA

    @property
    def admin_url(self) -> str:
        """The administration, of which the Farm is the first page."""
        return f"{self.address.base_url}/admin/"

    @property
    def authenticator_url(self) -> str:
        """The phone page."""
        return f"{self.address.base_url}/authenticator/"

    def as_json(self) -> dict[str, Any]:
        """Return what scripts need to use it."""
        return {
            "ready": True,
            "idp": self.address.base_url,
            "sp": f"{self.address.sp_url}/",
            "metadata": self.metadata_url,
            "authenticator": self.authenticator_url,
            "admin": self.admin_url,
            "admin_token": self.folder.admin_token,
            "config": str(self.folder.config_file),
            "users": [person.as_json() for person in self.people],
        }


@contextmanager
def running(
    path: Path,
    address: Address,
    bind: str,
    *,
    encrypt: bool = False,
    kind: KeyKind = "rsa",
) -> Iterator[Running]:
    """Run the demo whose data lie in *path* until the block is left.

    Where *encrypt*, the test service provider has its assertions encrypted; a token-signing key
    that has to be made is of *kind*.
    Ports are taken first, so that nothing is made where they are in use; port 0 takes free ones.
    Raises :class:`~idp.sockets.AddressUnavailable` and :class:`NotAnswering`.
    """
    with ExitStack() as stack:
        listeners = [listen(bind, address.port)]
        stack.callback(listeners[0].close)
        listeners.append(listen(bind, address.sp_port))
        stack.callback(listeners[1].close)
        address = replace(address, port=port_of(listeners[0]), sp_port=port_of(listeners[1]))
        now = datetime.now(UTC)
        folder = ServerFolder(path.resolve())
        folder.create(address.base_url, now, kind)
        settings = _settings(folder, address)
        keys = tls.prepare(folder.path / "tls", address.host, now) if address.tls else None
        services = assemble(settings)
        stack.callback(services.close)
        people = _furnish(services, folder, keys)
        apps = _apps(services, folder, people, address, stack, encrypt=encrypt)
        context = keys.server_context() if keys else None
        for listener, app in zip(listeners, apps, strict=True):
            server = Server(listener, app, context)
            server.start()
            stack.callback(server.stop)
        demo = Running(address, folder, people, keys)
        _must_answer(demo, to_reach(bind))
        yield demo


def _settings(folder: ServerFolder, address: Address) -> schema.Config:
    """Read the folder's configuration; a folder that was made for another address moves here."""
    settings = load(folder.config_file)
    if settings.server.base_url == address.base_url:
        return settings
    text = folder.config_file.read_text(encoding="utf-8")
    line = f'base_url = "{address.base_url}"'
    folder.config_file.write_text(
        re.sub(r"(?m)^base_url = .*$", lambda _: line, text, count=1), encoding="utf-8"
    )
    server = settings.server.model_copy(update={"base_url": address.base_url})
    return settings.model_copy(update={"server": server})


def _furnish(services: Services, folder: ServerFolder, keys: tls.Tls | None) -> tuple[Person, ...]:
    """Make nodes where there are none, and the sample users that are missing."""
    if services.farm.first() is None:
        for name, build in NODES:
            services.farm.set_build(name, build, by=BY)
    ca_file = str(keys.ca_file) if keys else None
    for file in folder.phones.glob("*.json"):
        move_phone(file, services.config.server.base_url, ca_file)
    return settle(services, folder.path, folder.phones, ca_file)


def _apps(
    services: Services,
    folder: ServerFolder,
    people: tuple[Person, ...],
    address: Address,
    stack: ExitStack,
    *,
    encrypt: bool,
) -> tuple[Flask, Flask]:
    app = create_app(unwatched(services.config), services=services)
    app.register_blueprint(
        first_page.blueprint(
            services, people, sp_url=address.sp_url, admin_token=folder.admin_token
        )
    )
    provider = test_sp.Provider(
        base_url=address.sp_url,
        idp_metadata=lambda: app.test_client().get(METADATA).data,
        key=folder.sp_key,
        clock=services.clock,
        encrypts=encrypt,
    )
    folder.keep("metadata/test-sp.xml", provider.metadata())
    watched = WatchedFolders(
        services.trusts, (trusting.shipped(), folder.metadata), services.counters
    )
    watched.look()
    watched.start()
    stack.callback(watched.stop)
    app.before_request(watched.look)
    return app, test_sp.create_app(provider, idp_url=address.base_url)


def _must_answer(demo: Running, host: str) -> None:
    """Ask each address that is about to be told, by the name that it is told with."""
    told = demo.as_json()
    context = ssl.create_default_context(cafile=demo.tls.ca_file) if demo.tls else None
    for name in ("idp", "sp", "metadata", "authenticator", "admin"):
        status = _status(told[name], host, context)
        if status != 200:
            raise NotAnswering(f"{told[name]} answers with status {status}", "See the log above")


def _status(url: str, host: str, context: ssl.SSLContext | None) -> int:
    """GET *url* from a server that listens on *host*, whatever its name leads to."""
    parts = urlsplit(url)
    port = parts.port or (443 if context else 80)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = socket.create_connection((host, port), timeout=30)
    if context is not None:
        connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status
    finally:
        connection.close()
