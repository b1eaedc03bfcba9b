"""A running host of ``/authenticator/`` over a database file, by itself and over real HTTP."""

from __future__ import annotations

import functools
import io
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from flask import Flask
from support.users import ALICE, BOB
from werkzeug.serving import make_server

from adapter.mfa.push.challenge import Challenge
from adapter.mfa.push.factor import Started
from adapter.mfa.service import MfaService
from idp import logs
from idp.admission import Admission, Room
from idp.audit.changes import Changes
from idp.authenticator import blueprint, build_host
from idp.authenticator.client import Phone
from idp.config.schema import Config, ServerSection
from idp.counters import NO_COUNTERS
from idp.directory import Directory, PasswordHasher
from idp.federation.farm import Farm
from idp.services import Services
from idp.session.seal import Sealer
from idp.store.change_log import SqlChangeLog
from idp.store.engine import Database
from idp.store.mfa.push import SqlPushStore
from idp.store.mfa.stores import mfa_stores
from idp.store.nodes import SqlNodeStore
from idp.store.notices import SqlPhoneNotices
from idp.store.phones import SqlPhoneStore
from idp.store.sign_in_log import SqlSignInLog
from idp.store.sign_ins import SqlSignInStore
from idp.store.upgrade import upgrade
from idp.store.used_once import SqlUsedOnce
from idp.store.users import SqlUserStore
from idp.testing.clock import ShiftedClock
from idp.web import app
from idp.web.entry import Entry

APPLICATION = "Payroll"


class PhoneHost:
    """The running host, and what happens around it: activations, pushes, the log."""

    def __init__(self, services: Services, url: str, log: io.StringIO, folder: Path) -> None:
        self.services = services
        self.url = url
        self.log = log
        self._folder = folder
        self.clock = services.clock

    def activation_url(self, user: str = ALICE, *, totp: bool = False) -> str:
        """Return the address that the QR code of a new activation holds."""
        code = self.services.mfa.activations.create(user, totp=totp).typed
        return f"{self.url}/authenticator/#{code}"

    def phone(self, user: str = ALICE, *, name: str = "phone", **options: object) -> Phone:
        """Return a phone activated for *user*."""
        phone = Phone.at(self._folder / f"{name}-{user}.json")
        phone.activate(self.activation_url(user), **options)
        return phone

    def push(self, experience: str = "number_match", user: str = ALICE) -> Started:
        """Send a push as a sign-in would."""
        return self.services.mfa.push.start(
            user, experience, application=APPLICATION, client_ip="192.0.2.7"
        )

    def stored(self, started: Started) -> Challenge:
        """Return the challenge as it is in the database."""
        return SqlPushStore(self.services.database).find(started.challenge.id)


@contextmanager
def running(
    folder: Path, *, threads: int = 400, host: str = "localhost", beside_flask: bool = True
) -> Iterator[PhoneHost]:
    """Run a host on a free port until the block ends; its API by Flask, or beside it."""
    flask = Flask("idp", static_folder="static", static_url_path="/static")
    app.harden(flask)
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    services = _services(folder, f"http://{host}:{server.server_port}")
    services.admission.fit(threads)
    api = build_host(services)
    flask.register_blueprint(blueprint(api, services))
    if beside_flask:
        flask.wsgi_app = Entry(flask.wsgi_app, flask.extensions["edge"], api.fixed_routes())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    log = io.StringIO()
    logs.configure(stream=log)
    try:
        yield PhoneHost(services, services.config.server.base_url, log, folder)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        logs.configure()
        services.close()


@pytest.fixture
def phone_host(tmp_path: Path) -> Iterator[PhoneHost]:
    """A running phone host with the users alice and bob."""
    with running(tmp_path) as running_host:
        yield running_host


@functools.cache
def _new_database() -> bytes:
    """Return a database file with two users: made once, since tables and hashes take a while."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/new.db")
        upgrade(database)
        directory = Directory(SqlUserStore(database), ShiftedClock(), PasswordHasher())
        for name in (ALICE, BOB):
            directory.add(name, "a long password")
        database.dispose()
        return (Path(folder) / "new.db").read_bytes()


def _services(folder: Path, url: str) -> Services:
    (folder / "phone.db").write_bytes(_new_database())
    database = Database(f"sqlite:///{folder}/phone.db")
    clock = ShiftedClock()
    sealer = Sealer(b"a secret of thirty-two bytes at least", clock.now)
    stores = mfa_stores(database, sealer.purpose("totp-seed"))
    directory = Directory(SqlUserStore(database), clock, PasswordHasher())
    given = {
        "config": Config(server=ServerSection(base_url=url)),
        "clock": clock,
        "sealer": sealer,
        "mfa": MfaService(stores, clock, number_key=sealer.key("number")),
        "directory": directory,
        "once": SqlUsedOnce(database),
        "phones": SqlPhoneStore(database),
        "notices": SqlPhoneNotices(database),
        "farm": Farm(SqlNodeStore(database), clock),
        "sign_ins": SqlSignInStore(database),
        "log": SqlSignInLog(database),
        "database": database,
        "changes": Changes(SqlChangeLog(database), clock),
        "counters": NO_COUNTERS,
        "admission": Admission(400, passwords=Room(1)),
    }
    needed = (each.name for each in fields(Services) if each.default_factory is MISSING)
    return Services(**dict.fromkeys(needed) | given)
