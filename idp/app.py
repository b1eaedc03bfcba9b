"""The one place where the rooms are joined."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.mfa.service import MfaPolicy, MfaService
from idp.directory import Directory, PasswordHasher
from idp.directory.lockout import Limit, LockoutRules, Mode
from idp.events import Event
from idp.federation.access_control.catalogue import AccessControl
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.farm import Farm
from idp.federation.providers import Providers
from idp.federation.relying_party.registry import SHA1_WARNING, TrustRegistry
from idp.federation.token_signing.configured import signing_keys_of
from idp.federation.token_signing.key_files import read_private_file
from idp.federation.token_signing.ring import FixedKey
from idp.services import Services
from idp.session.seal import Sealer
from idp.store.access_control import SqlAccessControlStore
from idp.store.engine import Database
from idp.store.log_outs import SqlLogOuts
from idp.store.maintenance import Housekeeping
from idp.store.mfa import SqlMfaStore
from idp.store.name_ids import SqlPersistentNames
from idp.store.nodes import SqlNodeStore
from idp.store.policies import SqlPolicyStore
from idp.store.providers import SqlProviderStore
from idp.store.refreshes import SqlRefreshStore
from idp.store.sign_in_log import SqlSignInLog
from idp.store.sign_ins import SignInStore
from idp.store.trusts import SqlTrustStore
from idp.store.upgrade import upgrade
from idp.store.used_once import UsedOnce
from idp.store.users import SqlUserStore
from idp.system_clock import SystemClock

if TYPE_CHECKING:
    from flask import Flask, Response

    from adapter.clock import Clock
    from adapter.mfa.push.challenge import Challenge
    from idp.config.schema import Config, LockoutSection
    from idp.saml.signing import SigningKey

RETRY_AFTER_SECONDS = "5"
MAX_WARNINGS = 20


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    signing_key: SigningKey | None = None,
) -> Services:
    """Join the rooms of *config*: open the database, bring its tables up to date, read the keys.

    What is handed in is used instead: a clock that moves, a cheaper hasher, a key already read.
    Raises :class:`TallystickError` for whatever is missing, saying what to do.
    """
    clock = clock or SystemClock()
    sealer = Sealer(read_private_file(config.keys.secret), clock.now)
    database = Database(config.store.url, connections=config.store.connections)
    upgrade(database)
    mfa_store = SqlMfaStore(database, sealer.purpose("totp-seed"))
    trust_store = SqlTrustStore(database)
    access = AccessControl(SqlAccessControlStore(database), trust_store)
    trusts = TrustRegistry(
        trust_store, clock, allow_http=config.trusts.allow_http, check=access.check
    )
    return Services(
        config=config,
        clock=clock,
        sealer=sealer,
        database=database,
        housekeeping=Housekeeping(database, clock),
        mfa_store=mfa_store,
        mfa=MfaService(
            mfa_store,
            clock,
            number_key=sealer.key("number-to-match"),
            policy=MfaPolicy(products_after_table=config.farm.products_after_table),
            on_push=_log_push,
        ),
        directory=Directory(
            SqlUserStore(database), clock, hasher or PasswordHasher(), _lockout(config.lockout)
        ),
        trusts=trusts,
        refreshes=SqlRefreshStore(database),
        farm=Farm(SqlNodeStore(database), clock),
        policy=GlobalPolicy(SqlPolicyStore(database)),
        access=access,
        providers=Providers(SqlProviderStore(database)),
        log=SqlSignInLog(database),
        persistent_names=SqlPersistentNames(database),
        sign_ins=SignInStore(database),
        log_outs=SqlLogOuts(database),
        once=UsedOnce(database),
        signing_keys=FixedKey(signing_key) if signing_key else signing_keys_of(config),
    )


def create_app(config: Config, *, services: Services | None = None) -> Flask:
    """Return the WSGI application: every host over one set of services.

    ``services`` are those of :func:`assemble` where the caller has them already.
    """
    from idp import admin, authenticator, logs, signin
    from idp.logs import get_logger
    from idp.web import app as web
    from idp.web.headers import StrictTransport
    from idp.web.proxies import Proxies

    logs.configure(config.logging.format)
    services = services or assemble(config)
    app = web.App("idp", static_folder="static", static_url_path="/static", template_folder=None)
    known = config.proxies
    web.harden(app, Proxies(known.web_application_proxies, known.reverse_proxies))
    if config.metrics.port is not None:
        from idp import metrics

        metrics.watch(app)
    for host in (signin, authenticator, admin):
        app.register_blueprint(host.blueprint(services))
    app.register_error_handler(TallystickError, _told)
    app.wsgi_app = signin.AnyCase(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    hsts = config.server.strict_transport_security
    if hsts is not None:
        app.wsgi_app = StrictTransport(app.wsgi_app, hsts)  # type: ignore[method-assign]
    services.signing_keys.check(services.clock.now())
    # Before a request, not after it: a key that is too old must not sign the answer.
    app.before_request(lambda: services.signing_keys.check(services.clock.now()))
    app.teardown_request(lambda _error: services.housekeeping.tick())
    app.extensions["tallystick"] = services
    get_logger().info("started", event_id=Event.STARTED, base_url=config.server.base_url)
    _warn_of_sha1(services)
    _watch_trusts(config, services)
    services.closing.callback(lambda: get_logger().info("stopped", event_id=Event.STOPPED))
    return app


def _watch_trusts(config: Config, services: Services) -> None:
    """Fetch metadata again when it is due, and load what is dropped into the folder of trusts."""
    from idp.management.metadata.folder_watcher import WatchedFolders
    from idp.management.metadata.monitor import Monitor

    if config.trusts.monitoring_interval_minutes:
        monitor = Monitor(services)
        monitor.start()
        services.closing.callback(monitor.stop)
    if config.trusts.metadata_dir is not None:
        watched = WatchedFolders(services.trusts, (config.trusts.metadata_dir,))
        watched.look()
        watched.start()
        services.closing.callback(watched.stop)


def _log_push(challenge: Challenge) -> None:
    from idp.logs import get_logger

    get_logger().info(
        "push_sent",
        user=challenge.user,
        request=challenge.id,
        experience=challenge.experience,
        client_ip=challenge.client_ip,
    )


def _warn_of_sha1(services: Services) -> None:
    """Write a line for each trust that is set to SHA-1, and for the rest how many there are."""
    from idp.logs import get_logger

    weak = services.trusts.signing_with_sha1()
    for entity_id in weak[:MAX_WARNINGS]:
        get_logger().warning("weak_trust", trust=entity_id, problem=SHA1_WARNING)
    if len(weak) > MAX_WARNINGS:
        get_logger().warning("weak_trusts", more=len(weak) - MAX_WARNINGS, problem=SHA1_WARNING)


def _lockout(settings: LockoutSection) -> LockoutRules:
    window = timedelta(minutes=settings.window_minutes)
    return LockoutRules(
        mode=Mode(settings.mode),
        extranet_only=settings.extranet_only,
        soft=Limit(settings.threshold, window),
        unknown=Limit(settings.threshold, window, forgets=False),
        familiar=Limit(settings.threshold_familiar, window, forgets=False),
    )


def _told(error: TallystickError) -> Response:
    """Answer what no host answered: the service is not there for the moment."""
    from flask import Response

    from idp.logs import get_logger
    from idp.web.activity import activity_id

    get_logger().error(
        "unavailable", code=error.code, activity_id=activity_id(), problem=error.problem
    )
    response = Response(f"The service is not available. Try again. [{error.code}]\n", status=503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response
