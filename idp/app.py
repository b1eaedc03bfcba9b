"""The WSGI application: all web hosts over the rooms that :mod:`idp.assembly` joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.assembly import assemble
from idp.config import WORKER_THREADS
from idp.counters import NO_COUNTERS
from idp.services import Services

if TYPE_CHECKING:
    from flask import Flask, Response

    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.web.theme.theme import Theme


def counters_of(config: Config) -> Counters:
    """Return counters for Prometheus where ``[metrics]`` asks for them, else ones that do nothing.

    prometheus_client is slow to load, so it is imported here and only if it is used.
    """
    if config.metrics.port is None:
        return NO_COUNTERS
    from idp.metrics import Meters

    return Meters()


def create_app(
    config: Config,
    *,
    services: Services | None = None,
    threads: int = WORKER_THREADS,
    front_page: bool = True,
    beside_flask: bool = True,
) -> Flask:
    """Return the WSGI application: all web hosts over one set of services.

    Pass *services* if :func:`assemble` was called already. *threads* are the requests that the
    server serves at a time, of which hosts may let some wait. Without *front_page*, ``/`` is left
    to the caller. Unless it is answered *beside Flask*, the sign-in is a blueprint alone.
    """
    from idp import account, admin, authenticator, logs, signin
    from idp.management import background
    from idp.management.start_log import log_start
    from idp.saml import schema
    from idp.web.theme.folder import read_theme

    logs.configure(config.logging.format)
    schema.load()  # before the server has threads
    services = services or assemble(config, counters=counters_of(config))
    services.admission.fit(threads)
    theme = read_theme(config.theme.folder)
    app = _make_flask_app(config, services, theme)
    sign_in = signin.build_host(services, theme)
    app.register_blueprint(signin.blueprint(sign_in, front_page=front_page))
    app.register_blueprint(authenticator.blueprint(services))
    app.register_blueprint(account.blueprint(services))
    app.register_blueprint(admin.blueprint(services))
    if beside_flask:
        app.wsgi_app = signin.SignInEntry(app.wsgi_app, sign_in, app.extensions["edge"])  # type: ignore[method-assign]  # Flask's own way
    _put_before(app, config, services)
    services.signing_keys.check(services.clock.now())
    services.closing.callback(services.housekeeping.stop)
    log_start(config, services)
    background.start(config, services)
    return app


def _put_before(app: Flask, config: Config, services: Services) -> None:
    """Put before Flask what sees a request first: letter case, HSTS, the server's own host."""
    from idp import signin
    from idp.web.headers import FAULTS_ALLOWED, STRICT_TRANSPORT, AddedHeader
    from idp.web.own_host import answer_own_host_only

    app.wsgi_app = signin.AnyCase(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    hsts = config.server.strict_transport_security
    if hsts is not None:
        app.wsgi_app = AddedHeader(app.wsgi_app, STRICT_TRANSPORT, hsts)  # type: ignore[method-assign]  # likewise
    answer_own_host_only(
        app, config.server.base_url, probe=signin.PROBE, counters=services.counters
    )
    if config.testing.allow_faults:
        app.wsgi_app = AddedHeader(app.wsgi_app, *FAULTS_ALLOWED)  # type: ignore[method-assign]  # likewise


def _make_flask_app(config: Config, services: Services, theme: Theme) -> Flask:
    """Return the application without hosts: what holds for every request."""
    from idp.web import app as web
    from idp.web.edge import Edge
    from idp.web.proxies import Proxies

    app = web.App("idp", static_folder="static", static_url_path="/static", template_folder=None)
    addresses = config.proxies
    proxies = Proxies(addresses.web_application_proxies, addresses.reverse_proxies)
    edge = Edge(
        proxies,
        counters=services.counters,
        theme=theme,
        allows_faults=config.testing.allow_faults,
        is_timed=config.metrics.port is not None,
    )
    # Before a request, not after it: a key that is too old must not sign the answer.
    edge.before.append(lambda: services.signing_keys.check(services.clock.now()))
    edge.afterwards.append(services.housekeeping.tick)
    web.harden(app, edge)
    app.register_error_handler(TallystickError, _unavailable)
    app.extensions["tallystick"] = services
    return app


def _unavailable(error: TallystickError) -> Response:
    """Answer 503 to an error that no host handled, as one of a hook that runs before the hosts."""
    from flask import Response, request

    from idp.management.error_json import error_json
    from idp.web.activity import log_failure
    from idp.web.flask_problem import problem_response
    from idp.web.http_status import RETRY_LATER, unavailable_text
    from idp.web.problem import is_for_api

    log_failure("unavailable", error)
    if is_for_api(request.path):
        answer = problem_response(error_json(error), 503)
        answer.headers.add(*RETRY_LATER)
        return answer
    return Response(unavailable_text(error.code), status=503, headers=[RETRY_LATER])
