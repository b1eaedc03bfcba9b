"""What is started once for all tests of a process: web servers, keys, a database to copy."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from jinja2 import BytecodeCache
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import Client

from idp.app import build_app, start_app
from idp.assembly import assemble
from idp.collector import paused_collector
from idp.config import schema
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.embedded import test_sp
from idp.embedded.phones import give_phone
from idp.embedded.server_folder import ServerFolder, embedded_config
from idp.embedded.servers import ThreadedServer
from idp.federation.token_signing.key_files import load_signing_key
from idp.federation.token_signing.ring import FixedKey
from idp.saml.keys import new_signing_certificate
from idp.saml.signing import SigningKey
from idp.services import Services
from idp.signin.paths import METADATA
from idp.sockets import listen
from idp.store.copied_rows import insert_rows, read_rows
from idp.system_clock import SystemClock
from idp.testing.clock import ShiftedClock
from idp.testing.extranet import PROXY_ADDRESS, WebApplicationProxy
from idp.testing.message_capture import MessageCapture
from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.bccache import Bucket

    from idp.store.copied_rows import Rows
    from idp.store.engine import Database

HOST = "localhost"
ADDRESS = "127.0.0.1"
NODE = "srv2022"
BUILD = "20348.350"
DATABASE = "tallystick.db"
PHONE_FILE = "phone.json"


class SharedServers:
    """Web servers on free ports: starting them once and changing what they serve is quick.

    ``url`` is the federation server, of which :meth:`new_server` makes a new one for each test;
    ``sp_url`` is the service provider; ``extranet`` is the Web Application Proxy in front of both.
    ``messages`` are those of the federation server that was made last. ``config`` is what each has
    unless it is given another one.
    """

    def __init__(self, folder: Path) -> None:
        self._apps = (_ReplaceableApp(), _ReplaceableApp())
        apps = (*self._apps, WebApplicationProxy(self._app_at))
        self._servers = tuple(ThreadedServer(listen(ADDRESS, 0), app) for app in apps)
        urls = (f"http://{HOST}:{server.port}" for server in self._servers)
        self.url, self.sp_url, self.extranet = urls
        self.messages = MessageCapture()
        self._has_served = False  # the first server loads what all need
        self._templates = _TemplateCache()
        self._hasher = PasswordHasher.cheapest()
        self._folder = ServerFolder(folder)
        self._folder.create(self.url, datetime.now(UTC))
        self.config = self._usual_config(load(self._folder.files.config))
        keys = self.config.keys
        self._signing_key = load_signing_key(keys.signing_key, keys.signing_certificate)
        self._rows = self._create_database()
        self._sp = self._service_provider()
        self._sp_app = test_sp.create_app(self._sp, idp_url=self.url)
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Stop all servers."""
        for server in self._servers:
            server.stop()

    def _app_at(self, host: str) -> WSGIApplication:
        """Return the application at a host and port."""
        return self._apps[0 if self.url.endswith(host) else 1]

    @contextmanager
    def new_server(
        self,
        folder: Path,
        database: str | None = None,
        *,
        with_next_key: bool = False,
        config: schema.Config | None = None,
    ) -> Iterator[Services]:
        """Serve a new federation server with the default user and one node.

        Its data are in *folder*, which is created. *database* is the URL of an empty database;
        None: a SQLite file in the folder. With *with_next_key*, its metadata announces a second
        token-signing key, which does not sign yet. *config* is its configuration, made from
        ``self.config``.
        """
        folder.mkdir()
        before = self.messages, self._apps[0].app
        self.messages = MessageCapture()
        config = config or self.config
        with paused_collector(keeps=not self._has_served):
            services = self._copy(folder, database, config)
            if with_next_key:
                keys = FixedKey(self._signing_key, self._new_key())
                services = dataclasses.replace(services, signing_keys=keys)
            self.serve(services)
        self._has_served = True
        try:
            yield services
        finally:
            self.messages, self._apps[0].app = before  # that of the class, if a test had its own
            services.close()

    def serve(self, services: Services) -> None:
        """Serve the application of these services from now on."""
        app = start_app(build_app(services, by_need=True))
        app.jinja_env.bytecode_cache = self._templates
        self.messages.watch(app)
        self.serve_app(app)

    def serve_app(self, app: WSGIApplication) -> None:
        """Serve *app* at the federation server's address from now on."""
        self._apps[0].app = app

    @contextmanager
    def service_provider(self, services: Services) -> Iterator[test_sp.SimulatedServiceProvider]:
        """Serve the test service provider with the clock of *services* and no memories."""
        self._sp.reset(services.clock)
        self._sp.encrypts = False
        before, self._apps[1].app = self._apps[1].app, self._sp_app
        try:
            yield self._sp
        finally:
            self._apps[1].app = before

    def _create_database(self) -> Rows:
        """Create the database that is copied for each test, and return its rows."""
        folder = self._folder.path
        services = self._assemble(_sqlite_url(folder), folder, self.config)
        services.farm.set_build(NODE, BUILD, by="pytest")
        services.directory.add(DEFAULT_NAME, DEFAULT_PASSWORD, display_name="Test User")
        give_phone(services, DEFAULT_NAME, folder / PHONE_FILE)
        rows = read_rows(_database_of(services))
        services.close()  # now it has no journal
        return rows

    def _copy(self, folder: Path, url: str | None, config: schema.Config) -> Services:
        shutil.copy(self._folder.path / PHONE_FILE, folder / PHONE_FILE)
        if url is None:
            shutil.copy(self._folder.path / DATABASE, folder / DATABASE)
        services = self._assemble(url or _sqlite_url(folder), folder, config)
        if url is not None:
            insert_rows(_database_of(services), self._rows)
        return services

    @staticmethod
    def _usual_config(config: schema.Config) -> schema.Config:
        config = embedded_config(config)
        sections = {
            # Off, since quick sign-ins of a test look like a loop.
            "sign_in": config.sign_in.model_copy(update={"loop_detection": False}),
            "proxies": schema.ProxiesSection(web_application_proxies=(ip_network(PROXY_ADDRESS),)),
        }
        return config.model_copy(update=sections)

    def _assemble(self, url: str, folder: Path, config: schema.Config) -> Services:
        sections = {
            "store": config.store.model_copy(update={"url": url}),
            "mail": config.mail.model_copy(update={"folder": folder / "outbox"}),
        }
        return assemble(
            config.model_copy(update=sections),
            clock=ShiftedClock(),
            hasher=self._hasher,
            signing_key=self._signing_key,
            waits_for_disk=False,
        )

    def _new_key(self) -> SigningKey:
        """Return one more token-signing key, which is made only where it is wanted."""
        pair = new_signing_certificate(urlsplit(self.url).netloc, datetime.now(UTC))
        return SigningKey.from_pem(*pair)

    def _service_provider(self) -> test_sp.SimulatedServiceProvider:
        return test_sp.SimulatedServiceProvider(
            base_url=self.sp_url,
            idp_metadata=self._idp_metadata,
            key=self._folder.sp_key,
            clock=SystemClock(),
        )

    def _idp_metadata(self) -> bytes:
        app = self._apps[0].app
        if app is None:
            raise RuntimeError("there is no federation server: use the fixture `federation`")
        metadata: bytes = Client(app).get(METADATA, base_url=self.url).data
        return metadata


def _database_of(services: Services) -> Database:
    return cast("Database", services.database)  # it was assembled with one


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / DATABASE}"


class _ReplaceableApp:
    """A WSGI application that passes requests on to another one, which can be replaced."""

    def __init__(self) -> None:
        self.app: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (self.app or ServiceUnavailable())(environ, start_response)


class _TemplateCache(BytecodeCache):
    """Compiled templates, so that the application of each test need not compile them again."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get(bucket.key)
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
