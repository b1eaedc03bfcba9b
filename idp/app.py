"""The WSGI application: all web hosts over the rooms that :mod:`idp.assembly` joins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.assembly import assemble
from idp.config import WORKER_THREADS
from idp.counters import NO_COUNTERS
from idp.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from wsgiref.types import WSGIApplication

    from flask import Blueprint, Flask, Response

    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.web.edge import Edge
    from idp.web.host import Route
    from idp.web.theme.theme import Theme


def counters_of(config: Config) -> Counters:
    """Return counters for Prometheus where ``[metrics]`` asks for them, else ones that do nothing.

    prometheus_client is slow to load, so it is imported here and only if it is used.
    """
    if config.metrics.port is None:
        return NO_COUNTERS
    from idp.metrics import Meters

    return Meters()


def create_app(config: Config, *, services: Services | None = None) -> Flask:
    """Return the WSGI application, started: all web hosts over one set of services.

    Pass *services* if :func:`assemble` was called already for this *config*.
    """
    return start_app(build_app(services or assemble(config, counters=counters_of(config))))


def build_app(
    services: Services,
    *,
    threads: int = WORKER_THREADS,
    front_page: bool = True,
    beside_flask: bool = True,
    by_need: bool = False,
) -> Flask:
    """Return the application before its start, and log which trusts are weak.

    No thread runs yet: the process may still be forked, if the database is closed before.

    *threads* are the requests that the server serves at a time, of which hosts may let some wait.
    Without *front_page*, ``/`` is left to the caller. Unless they are answered *beside Flask*, the
    sign-in and the phones' API are blueprints alone. The hosts that most sign-ins do not visit are
    made *by need*, else at once.
    """
    from idp import authenticator, logs, signin
    from idp.management.start_log import log_weak_trusts
    from idp.saml import schema
    from idp.web.theme.folder import read_theme

    logs.configure(services.config.logging.format)
    schema.load()  # before the server has threads
    services.admission.fit(threads)
    theme = read_theme(services.config.theme.folder)
    edge = _make_edge(services, theme)
    app = _make_flask_app(services, edge)
    sign_in = signin.build_host(services, theme)
    app.register_blueprint(signin.blueprint(sign_in, front_page=front_page))
    phones = authenticator.build_host(services)
    app.register_blueprint(authenticator.blueprint(phones, services))
    make_others = _make_by_need if by_need else _make_at_once
    make_others(app, services, edge)
    if beside_flask:
        _answer_beside(app, edge, (*sign_in.fixed_routes(), *phones.fixed_routes()))
    _put_before(app, services)
    log_weak_trusts(services)
    return app


def start_app(app: Flask) -> Flask:
    """Log that *app* starts, and start its threads, in the process that serves it; return it."""
    from idp.management import background
    from idp.management.start_log import log_start

    services: Services = app.extensions["tallystick"]
    services.signing_keys.check(services.clock.now())
    services.closing.callback(services.housekeeping.stop)
    log_start(services.config, services)
    background.start(services.config, services)
    return app


def _account(services: Services) -> Blueprint:
    from idp import account

    return account.blueprint(services)


def _admin(services: Services) -> Blueprint:
    from idp import admin

    return admin.blueprint(services)


_SELDOM_VISITED = {"account": _account, "admin": _admin}
"""Hosts by their paths, which are those of their blueprints."""


def _make_at_once(app: Flask, services: Services, _edge: Edge) -> None:
    """Let the hosts that are seldom visited be parts of *app*."""
    for make in _SELDOM_VISITED.values():
        app.register_blueprint(make(services))


def _make_by_need(app: Flask, services: Services, edge: Edge) -> None:
    """Let each host that is seldom visited be an application of its own, made when it is.

    Flask takes no more routes once it has served a request.
    """
    from idp.web.hosts_by_need import HostsByNeed

    def make_host(make: Callable[[Services], Blueprint]) -> WSGIApplication:
        host = _make_flask_app(services, edge)
        host.jinja_env.bytecode_cache = app.jinja_env.bytecode_cache
        host.register_blueprint(make(services))
        return host.wsgi_app

    makers = {name: partial(make_host, make) for name, make in _SELDOM_VISITED.items()}
    app.wsgi_app = HostsByNeed(app.wsgi_app, makers)  # type: ignore[method-assign]  # Flask's own way


def _answer_beside(app: Flask, edge: Edge, routes: Sequence[Route]) -> None:
    """Let these routes be answered without Flask."""
    from idp.web.entry import Entry

    app.wsgi_app = Entry(app.wsgi_app, edge, routes)  # type: ignore[method-assign]  # Flask's own way


def _put_before(app: Flask, services: Services) -> None:
    """Put before Flask what sees a request first: letter case, HSTS, the server's own host."""
    from idp import signin
    from idp.web.headers import FAULTS_ALLOWED, STRICT_TRANSPORT, AddedHeader
    from idp.web.own_host import answer_own_host_only

    config = services.config
    app.wsgi_app = signin.AnyCase(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    hsts = config.server.strict_transport_security
    if hsts is not None:
        app.wsgi_app = AddedHeader(app.wsgi_app, STRICT_TRANSPORT, hsts)  # type: ignore[method-assign]  # likewise
    answer_own_host_only(
        app, config.server.base_url, probe=signin.PROBE, counters=services.counters
    )
    if config.testing.allow_faults:
        app.wsgi_app = AddedHeader(app.wsgi_app, *FAULTS_ALLOWED)  # type: ignore[method-assign]  # likewise


def _make_edge(services: Services, theme: Theme) -> Edge:
    """Return what holds for every request, whichever adapter reads it."""
    from idp.web.edge import Edge
    from idp.web.proxies import Proxies

    config = services.config
    addresses = config.proxies
    edge = Edge(
        Proxies(addresses.web_application_proxies, addresses.reverse_proxies),
        counters=services.counters,
        theme=theme,
        allows_faults=config.testing.allow_faults,
        is_timed=config.metrics.port is not None,
    )
    # Before a request, not after it: a key that is too old must not sign the answer.
    edge.before.append(lambda: services.signing_keys.check(services.clock.now()))
    edge.afterwards.append(services.housekeeping.tick)
    return edge


def _make_flask_app(services: Services, edge: Edge) -> Flask:
    """Return an application without hosts that takes every request through *edge*."""
    from idp.web import app as web

    app = web.App("idp", static_folder="static", static_url_path="/static", template_folder=None)
    web.harden(app, edge)
    app.register_error_handler(TallystickError, _unavailable)
    app.extensions["tallystick"] = services
    return app


def _unavailable(error: TallystickError) -> Response:
    from idp.web.activity import current_exchange
    from idp.web.edge import unavailable
    from idp.web.flask_adapter import as_response

    return as_response(unavailable(current_exchange(), error))
