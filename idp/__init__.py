"""The federation server: it hosts the second factor of :mod:`adapter` on the network.

Read first: :mod:`idp.assembly`, where the rooms are joined, then the room you came for.
Every package says in its ``__init__`` what it does and what to read first. Rooms import downwards
only (``make check`` proves it):

=====================  ==========================================================================
room                   what it does
=====================  ==========================================================================
cli, demo, testing     the commands, the demo in one process, the pytest plugin
conformance            every fault against one service provider, judged by a probe
embedded               what demo and plugin share: servers in the process, phones, a test SP
doctor, serving        ``tallystick doctor``; ``tallystick serve`` and its processes
app                    ``create_app(config)``: the web hosts over the joined rooms
assembly               ``assemble(config)``: the rooms, joined; ``rooms`` says how each is made,
                       ``stored_rooms`` those that are storage alone
signin                 host: ``/adfs/``, single sign-on and log-out
account                host: ``/account/``, security info and password reset
radius                 host: what NPS servers with the NPS extension answer to VPN servers
authenticator          host: the phone's web app and its signed API
admin                  host: the pages and the REST API of administration
store                  the database: the only room that knows SQL
management             the use cases of administration, without web
services               what every host is given: the rooms, joined once
adapters, mfa          running adapters; waiting for a phone's answer
notices                what users are told of changes: notices on their phones, and mails
nps                    the NPS hosts of the farm, their registry values and their clients
session                the SSO session, its cookie, who is signed in, which node answers
audit                  the sign-in log and the audit events
web                    what web hosts share: headers, activity ID, origin check, proxies, cookies
recorder               the flight recorder: steps of sign-ins, and which are stored
saml_faults            faulty responses on purpose, to test service providers with
federation, directory  trusts, claims, access control, signing keys; users and their passwords
saml                   SAML 2.0 without web or storage
config                 the configuration, read once
admission              who may wait: places for bodies, passwords and phones
processor_turns        the threads of a process take turns at the processor
rounds                 threads that do some work again and again
collector              rest for Python's collector of garbage while much is imported
operating_system       what Windows does otherwise than POSIX systems, both ways
sockets                opens listening sockets
logs, events           log lines as JSON; AD FS's event numbers
counters, metrics      what a server counts of its work; the same for Prometheus
instants, system_clock  points in time as text, windows of time; the clock of this machine
csv_table              reads CSV files, and reports all faults of one at once
toml_reading           reads TOML that people wrote, whatever it holds
request_value          the data classes of which each request makes some
model_errors           what is wrong with given values, for people
=====================  ==========================================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from idp.config.schema import Config
    from idp.services import Services

__all__ = ["create_app"]


def create_app(config: Config, *, services: Services | None = None) -> Flask:
    """Return the WSGI application of *config*; see :func:`idp.app.create_app`."""
    # The web is loaded when it is wanted, not by ``import idp``, on which every room depends.
    app: Flask = importlib.import_module("idp.app").create_app(config, services=services)
    return app
