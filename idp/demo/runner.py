"""Runs the demo in this process: its folder, its services, its two web servers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp.app import build_app, start_app
from idp.assembly import assemble
from idp.config import schema
from idp.config.reading import load
from idp.demo import certificates, first_page
from idp.demo.address import DemoAddress
from idp.demo.answers import must_answer
from idp.demo.lock import must_be_free, running_in
from idp.demo.sample_users import SampleUser, create_sample_users
from idp.demo.shipped_metadata import shipped_metadata_folder
from idp.embedded import test_sp
from idp.embedded.server_folder import ServerFolder, embedded_config
from idp.embedded.servers import ThreadedServer
from idp.management import policies
from idp.management.metadata.folder_watcher import WatchedFolders
from idp.saml.signing import SigningKey
from idp.signin.paths import METADATA
from idp.sockets import listen, port_of, reachable_address

if TYPE_CHECKING:
    from flask import Flask

    from idp.demo.compat.image import Compat
    from idp.demo.compat.variables import ImageVariables
    from idp.demo.radius import DemoRadius
    from idp.directory import PasswordHasher
    from idp.saml.keys import KeyKind
    from idp.services import Services

NODES = (
    # name      build           which is
    ("srv2022", "20348.350"),   # the first with number matching
    ("srv2019", "17763.2299"),  # one revision below it
    ("srv2016", "14393.4704"),  # the first with number matching
)  # fmt: skip
CHANGED_BY = "demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is running."""

    address: DemoAddress
    folder: ServerFolder
    users: tuple[SampleUser, ...]
    tls: certificates.TlsFiles | None
    radius: DemoRadius | None = None
    compat: Compat | None = None

    @property
    def metadata_url(self) -> str:
        """The address of the federation server's metadata."""
        return self.address.base_url + METADATA

    @property
    def admin_url(self) -> str:
        """The address of the administration, whose first page is the Farm page."""
        return f"{self.address.base_url}/admin/"

    @property
    def authenticator_url(self) -> str:
        """The address of the phone page."""
        return f"{self.address.base_url}/authenticator/"

    @property
    def pages(self) -> tuple[str, ...]:
        """The addresses that must answer before it is ready.

        Not that of the administration: the same server has it, and makes it at its first visit.
        """
        ours = (f"{self.address.base_url}/", f"{self.address.sp_url}/")
        old = (self.compat.metadata_url,) if self.compat else ()
        return (*ours, self.metadata_url, self.authenticator_url, *old)

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
            "config": str(self.folder.files.config),
            "users": [user.as_json() for user in self.users],
            **({"radius": self.radius.as_json()} if self.radius else {}),
            **({"compat": self.compat.as_json()} if self.compat else {}),
        }


@contextmanager
def run_demo(
    path: Path,
    address: DemoAddress,
    bind: str,
    *,
    encrypt: bool = False,
    kind: KeyKind = "rsa",
    radius: bool = False,
    variables: ImageVariables | None = None,
    hasher: PasswordHasher | None = None,
) -> Iterator[Demo]:
    """Run the demo with its data in the folder *path* until the block is left.

    With *encrypt*, the test service provider has its assertions encrypted. *kind* is for a new
    token-signing key. With *radius*, an NPS host answers, too. With *variables*, the demo stands in
    for the image that they are written for. *hasher* computes the hashes of passwords, if not as
    for real use. Port 0 takes free ports. The ports are opened first, so that nothing is created if
    they are in use.

    Raises :class:`~idp.sockets.AddressUnavailable`, :class:`~idp.demo.answers.NotAnswering`, and
    :class:`~idp.demo.lock.DemoIsRunning` if one runs in the folder already.
    """
    must_be_free(path.resolve())
    with ExitStack() as stack:
        free_port = address.port == 0
        listeners, address = _open_ports(address, bind, stack)
        folder = _take_folder(path.resolve(), address, stack)
        folder.create(address.base_url, now := datetime.now(UTC), kind)
        tls = _tls_files(folder, address, now)
        config = _config_of(folder, address, in_place_of_image=variables is not None)
        services = _assemble(config, hasher, stack)
        compat = _make_image(services, variables, folder) if variables else None
        users = create_sample_users(services, folder.path, str(tls.ca_file) if tls else None)
        demo = Demo(address, folder, users, tls, compat=compat)
        if radius:
            demo = replace(demo, radius=_answer_radius(services, bind, stack, free_port=free_port))
        apps = _make_apps(services, demo, stack, encrypt=encrypt)
        _start(zip(listeners, apps, strict=True), tls, stack)
        must_answer(demo.pages, reachable_address(bind), tls.ca_file if tls else None)
        yield demo


def _answer_radius(
    services: Services, bind: str, stack: ExitStack, *, free_port: bool
) -> DemoRadius:
    """Answer RADIUS until *stack* is closed; return what the first page tells of it."""
    from idp.demo.radius import demo_radius

    return stack.enter_context(demo_radius(services, bind, free_port=free_port))


def _open_ports(
    address: DemoAddress, bind: str, stack: ExitStack
) -> tuple[list[socket.socket], DemoAddress]:
    """Listen for federation server and service provider; return the address with their ports."""
    ports = (address.port, address.sp_port)
    listeners = [stack.enter_context(closing(listen(bind, port))) for port in ports]
    return listeners, replace(address, port=port_of(listeners[0]), sp_port=port_of(listeners[1]))


def _take_folder(path: Path, address: DemoAddress, stack: ExitStack) -> ServerFolder:
    """Make the folder if it does not exist, and keep other demos out of it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    stack.enter_context(running_in(path, address.base_url))
    return ServerFolder(path)


def _config_of(
    folder: ServerFolder, address: DemoAddress, *, in_place_of_image: bool
) -> schema.Config:
    """Return the folder's configuration, with all optional pages."""
    config = embedded_config(_load_config(folder, address))
    if in_place_of_image:
        from idp.demo.compat.server import as_compat

        config = as_compat(config)
    return config


def _assemble(config: schema.Config, hasher: PasswordHasher | None, stack: ExitStack) -> Services:
    """Return the rooms of *config*, with nodes; they are closed with *stack*."""
    services = assemble(config, hasher=hasher)
    stack.callback(services.close)
    _create_nodes(services)
    _let_everybody_reset(services)
    return services


def _make_image(services: Services, variables: ImageVariables, folder: ServerFolder) -> Compat:
    from idp.demo.compat.image import make_image

    return make_image(services, variables, folder.sp_key.certificate)


def _start(
    apps: Iterable[tuple[socket.socket, Flask]],
    tls: certificates.TlsFiles | None,
    stack: ExitStack,
) -> None:
    """Serve each application at its listener until *stack* is closed."""
    context = tls.server_context() if tls else None
    for listener, app in apps:
        server = ThreadedServer(listener, app, context)
        server.start()
        stack.callback(server.stop)


def _tls_files(
    folder: ServerFolder, address: DemoAddress, now: datetime
) -> certificates.TlsFiles | None:
    """Return the certificates of the demo, created if missing; None without TLS."""
    if not address.tls:
        return None
    return certificates.create_certificates(folder.path / "tls", address.host, now)


def _load_config(folder: ServerFolder, address: DemoAddress) -> schema.Config:
    """Load the folder's configuration, after writing the address of this run into it."""
    file = folder.files.config
    config = load(file)
    if config.server.base_url == address.base_url:
        return config
    line = f'base_url = "{address.base_url}"'
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^base_url = .*$", lambda _: line, text, count=1), encoding="utf-8")
    server = config.server.model_copy(update={"base_url": address.base_url})
    return config.model_copy(update={"server": server})


def _let_everybody_reset(services: Services) -> None:
    """Let all users reset their passwords, unless the policy was changed since the first run."""
    if services.mfa.policies.read().version == 0:
        policies.change(services, {"legacyResetPolicy.includeTargets": "all_users"})


def _create_nodes(services: Services) -> None:
    """Create the demo's nodes if the farm has none."""
    if services.farm.first() is None:
        for name, build in NODES:
            services.farm.set_build(name, build, by=CHANGED_BY)


def _make_apps(
    services: Services, demo: Demo, stack: ExitStack, *, encrypt: bool
) -> tuple[Flask, Flask]:
    """Return the applications of the federation server and of the test service provider."""
    folder = demo.folder
    app = start_app(build_app(services, front_page=False, by_need=True))
    app.register_blueprint(
        first_page.blueprint(
            services,
            demo.users,
            sp_url=demo.address.sp_url,
            admin_token=folder.admin_token,
            config_file=folder.files.config,
            radius=demo.radius,
        )
    )
    provider = test_sp.SimulatedServiceProvider(
        base_url=demo.address.sp_url,
        idp_metadata=lambda: app.test_client().get(METADATA).data,
        key=folder.sp_key,
        clock=services.clock,
        encrypts=encrypt,
    )
    _write_if_changed(folder.metadata / "test-sp.xml", provider.metadata())
    # Watched here, not by the application: a new file is a trust at the next request.
    folders = (shipped_metadata_folder(), folder.metadata)
    watched = WatchedFolders(services.trusts, folders, services.counters, services.changes)
    watched.load_changed()
    watched.start()
    stack.callback(watched.stop)
    app.extensions["edge"].before.append(watched.load_changed)
    if demo.compat is not None:
        from idp.demo.compat.old_addresses import answer_old_addresses

        answer_old_addresses(app, services, demo.compat, SigningKey.from_pem(*folder.sp_key))
    return app, test_sp.create_app(provider, idp_url=demo.address.base_url)


def _write_if_changed(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)
