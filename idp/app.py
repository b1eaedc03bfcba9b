"""The one place where the rooms are joined: :func:`assemble` and :func:`create_app`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.mfa.passkeys.passkey import relying_party_of
from adapter.mfa.service import MfaService
from idp.admission import Admission
from idp.audit.changes import Changes
from idp.audit.refusal_quota import RefusalQuota
from idp.config import WORKER_THREADS
from idp.counters import NO_COUNTERS, log_and_count
from idp.directory import Directory, PasswordHasher
from idp.directory.lockout import Limit, LockoutMode, LockoutRules, is_unknown_account
from idp.federation.access_control.catalogue import AccessControl
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.farm import Farm
from idp.federation.providers import Providers
from idp.federation.relying_party.registry import TrustRegistry
from idp.federation.token_signing.configured import open_signing_keys
from idp.federation.token_signing.key_files import read_private_file
from idp.federation.token_signing.ring import FixedKey
from idp.nps.store import NpsServers
from idp.recorder.recorder import Recorder
from idp.services import Services
from idp.session.seal import Sealer
from idp.store.access_control import SqlAccessControlStore
from idp.store.api_tokens import SqlApiTokens
from idp.store.change_log import SqlChangeLog
from idp.store.engine import Database
from idp.store.log_outs import SqlLogOuts
from idp.store.maintenance import Housekeeping, Retention
from idp.store.mfa import mfa_stores
from idp.store.name_ids import SqlPersistentNames
from idp.store.next_faults import SqlNextFaults
from idp.store.nodes import SqlNodeStore
from idp.store.notices import SqlPhoneNotices
from idp.store.nps import SqlNpsStore
from idp.store.nt_hashes import SqlNtHashStore
from idp.store.outbox import SqlOutbox
from idp.store.password_resets import SqlResetStore
from idp.store.policies import SqlPolicyStore
from idp.store.providers import SqlProviderStore
from idp.store.recordings import SqlRecordings
from idp.store.refreshes import SqlRefreshStore
from idp.store.renames import SqlRenames
from idp.store.sign_in_log import LogRetention, SqlSignInLog
from idp.store.sign_ins import SqlSignInStore
from idp.store.trusts import SqlTrustStore
from idp.store.upgrade import upgrade
from idp.store.used_once import SqlUsedOnce
from idp.store.users import SqlUserStore
from idp.system_clock import SystemClock

if TYPE_CHECKING:
    from flask import Flask, Response

    from adapter.clock import Clock
    from adapter.mfa.permissions import GroupsOf
    from adapter.mfa.push.challenge import Challenge
    from idp.config.schema import Config, LockoutSection
    from idp.counters import Counters
    from idp.directory.nt_hash import NtHashStore
    from idp.saml.signing import SigningKey
    from idp.web.theme.theme import Theme


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    signing_key: SigningKey | None = None,
    counters: Counters = NO_COUNTERS,
) -> Services:
    """Join the rooms of *config* and what a server (:func:`counters_of`) or a test hands in."""
    # Raises TallystickError, for example if the keys or the database cannot be opened.
    clock, hasher = clock or SystemClock(), hasher or PasswordHasher()
    sealer, database = _open(config, clock)
    nt_hashes = SqlNtHashStore(database, sealer.purpose("nt-hash"))
    directory = _directory(config.lockout, database, sealer, clock, hasher, nt_hashes)
    trusts, access = _trusts(config, database, clock)
    recordings = SqlRecordings(database)
    recorder = Recorder(recordings, clock.now, config.recorder.level, RefusalQuota())
    return Services(
        config=config,
        clock=clock,
        sealer=sealer,
        database=database,
        housekeeping=_housekeeping(config, database, clock, recorder),
        changes=Changes(SqlChangeLog(database), clock),
        api_tokens=SqlApiTokens(database),
        mfa=_mfa_service(config, database, sealer, clock, counters, directory.groups_of),
        directory=directory,
        renames=SqlRenames(
            database, seeds=sealer.purpose("totp-seed"), hashes=sealer.purpose("nt-hash")
        ),
        nt_hashes=nt_hashes,
        trusts=trusts,
        refreshes=SqlRefreshStore(database),
        farm=Farm(SqlNodeStore(database), clock),
        nps=NpsServers(SqlNpsStore(database, sealer.purpose("nps-client-secret")), clock),
        policy=GlobalPolicy(SqlPolicyStore(database)),
        access=access,
        providers=Providers(SqlProviderStore(database)),
        log=SqlSignInLog(database),
        persistent_names=SqlPersistentNames(database),
        sign_ins=SqlSignInStore(database),
        log_outs=SqlLogOuts(database),
        once=SqlUsedOnce(database),
        next_faults=SqlNextFaults(database),
        resets=SqlResetStore(database),
        notices=SqlPhoneNotices(database),
        outbox=SqlOutbox(database),
        signing_keys=FixedKey(signing_key) if signing_key else open_signing_keys(config, counters),
        recorder=recorder,
        recordings=recordings,
        counters=counters,
        admission=Admission(WORKER_THREADS, passwords=hasher.room),
    )


def _trusts(
    config: Config, database: Database, clock: Clock
) -> tuple[TrustRegistry, AccessControl]:
    """Return the trusts, and the access control policies that their settings may name."""
    store = SqlTrustStore(database)
    access = AccessControl(SqlAccessControlStore(database), store)
    allow_http = config.trusts.allow_http
    return TrustRegistry(store, clock, allow_http=allow_http, check=access.check), access


def _housekeeping(
    config: Config, database: Database, clock: Clock, recorder: Recorder
) -> Housekeeping:
    log, recorded = config.store, config.recorder
    keep = Retention(
        sign_ins=LogRetention(timedelta(days=log.sign_in_log_days), log.sign_in_log_rows),
        audit=LogRetention(timedelta(days=log.audit_log_days), log.audit_log_rows),
        timelines=LogRetention(timedelta(days=recorded.keep_days), recorded.keep_count),
    )
    return Housekeeping(database, clock, keep, first=recorder.share)


def _open(config: Config, clock: Clock) -> tuple[Sealer, Database]:
    """Return the farm's secret, and the database with this version's tables."""
    sealer = Sealer(read_private_file(config.keys.secret), clock.now)
    database = Database(config.store.url, connections=config.store.connections)
    upgrade(database)
    return sealer, database


def _directory(
    lockout: LockoutSection,
    database: Database,
    sealer: Sealer,
    clock: Clock,
    hasher: PasswordHasher,
    nt_hashes: NtHashStore,
) -> Directory:
    window = timedelta(minutes=lockout.window_minutes)
    rules = LockoutRules(
        mode=LockoutMode(lockout.mode),
        extranet_only=lockout.extranet_only,
        soft=Limit(lockout.threshold, window),
        unknown=Limit(lockout.threshold, window, forgets=False),
        familiar=Limit(lockout.threshold_familiar, window, forgets=False),
    )
    users, unknown_key = SqlUserStore(database), sealer.key("unknown-names")
    return Directory(users, clock, hasher, rules, unknown_key=unknown_key, nt_hashes=nt_hashes)


def _mfa_service(
    config: Config,
    database: Database,
    sealer: Sealer,
    clock: Clock,
    counters: Counters,
    groups_of: GroupsOf,
) -> MfaService:
    """Return the second factor; every push that it sends is logged and counted."""

    def log_push(challenge: Challenge) -> None:
        from idp.logs import get_logger

        if is_unknown_account(challenge.user):  # nobody was asked: see idp/account/reset/
            return
        counters.push_sent(challenge.experience)
        get_logger().info(
            "push_sent",
            user=challenge.user,
            request=challenge.id,
            experience=challenge.experience,
            client_ip=challenge.client_ip,
        )

    def log_used_up(user: str) -> None:
        log_and_count(counters, "activation_used_up", code="activation_used_up", user=user)

    return MfaService(
        mfa_stores(database, sealer.purpose("totp-seed")),
        clock,
        number_key=sealer.key("number-to-match"),
        groups_of=groups_of,
        relying_party=relying_party_of(config.server.base_url),
        products_after_table=config.farm.products_after_table,
        blocks_on_report=config.mfa.block_on_report,
        on_push=log_push,
        on_activation_used_up=log_used_up,
    )


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
) -> Flask:
    """Return the WSGI application: all web hosts over one set of services.

    Pass *services* if :func:`assemble` was called already. *threads* are the requests that the
    server serves at a time, of which hosts may let some wait. Without *front_page*, ``/`` is left
    to the caller.
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
    app.register_blueprint(signin.blueprint(services, front_page=front_page, theme=theme))
    app.register_blueprint(authenticator.blueprint(services))
    app.register_blueprint(account.blueprint(services))
    app.register_blueprint(admin.blueprint(services))
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
    from idp.web.proxies import Proxies

    app = web.App("idp", static_folder="static", static_url_path="/static", template_folder=None)
    addresses = config.proxies
    proxies = Proxies(addresses.web_application_proxies, addresses.reverse_proxies)
    allows_faults = config.testing.allow_faults
    web.harden(app, proxies, counters=services.counters, theme=theme, allows_faults=allows_faults)
    if config.metrics.port is not None:
        from idp.metrics import time_requests

        time_requests(app, services.counters)
    app.register_error_handler(TallystickError, _unavailable)
    # Before a request, not after it: a key that is too old must not sign the answer.
    app.before_request(lambda: services.signing_keys.check(services.clock.now()))
    app.teardown_request(lambda _error: services.housekeeping.tick())
    app.extensions["tallystick"] = services
    return app


def _unavailable(error: TallystickError) -> Response:
    """Answer 503 to an error that no host handled, as one of a hook that runs before the hosts."""
    from flask import Response

    from idp.web.activity import log_failure
    from idp.web.http_status import RETRY_LATER, unavailable_text

    log_failure("unavailable", error)
    return Response(unavailable_text(error.code), status=503, headers=[RETRY_LATER])
