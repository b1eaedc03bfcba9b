"""Joins the rooms of a server: :func:`assemble`. The web comes on top in :mod:`idp.app`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

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
from idp.store.phones import SqlPhoneStore
from idp.store.policies import SqlPolicyStore
from idp.store.providers import SqlProviderStore
from idp.store.recordings import SqlRecordings
from idp.store.refreshes import SqlRefreshStore
from idp.store.renames import SqlRenames
from idp.store.repeated_requests import SqlRepeatedRequests
from idp.store.sign_in_log import LogRetention, SqlSignInLog
from idp.store.sign_ins import SqlSignInStore
from idp.store.trusts import SqlTrustStore
from idp.store.upgrade import upgrade
from idp.store.used_once import SqlUsedOnce
from idp.store.users import SqlUserStore
from idp.system_clock import SystemClock

if TYPE_CHECKING:
    from adapter.clock import Clock
    from adapter.mfa.permissions import GroupsOf
    from adapter.mfa.push.challenge import Challenge
    from idp.audit.sign_in_log import SignInLog
    from idp.config.schema import Config, LockoutSection
    from idp.counters import Counters
    from idp.directory.nt_hash import NtHashStore
    from idp.directory.user_store import UserRenames
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.metadata.schedule import RefreshStore
    from idp.mfa.password_reset import ResetStore
    from idp.notices.outbox import Outbox
    from idp.notices.phone_notices import PhoneNotices
    from idp.notices.phones import PhoneStore
    from idp.recorder.store import RecordingStore
    from idp.saml.signing import SigningKey
    from idp.saml_faults.next_fault import NextFaultStore
    from idp.session.api_tokens import ApiTokenStore
    from idp.session.log_outs import LogOuts
    from idp.session.repeated_requests import RepeatedRequests
    from idp.session.sign_in_store import SignInStore
    from idp.session.used_once import UsedOnce


class _Stores(TypedDict):
    """What :class:`Services` has of storage alone, or with a room that needs nothing else."""

    api_tokens: ApiTokenStore
    repeated_requests: RepeatedRequests
    nt_hashes: NtHashStore
    recordings: RecordingStore
    renames: UserRenames
    refreshes: RefreshStore
    policy: GlobalPolicy
    providers: Providers
    log: SignInLog
    persistent_names: PersistentNames
    sign_ins: SignInStore
    log_outs: LogOuts
    once: UsedOnce
    next_faults: NextFaultStore
    resets: ResetStore
    phones: PhoneStore
    notices: PhoneNotices
    outbox: Outbox


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    signing_key: SigningKey | None = None,
    counters: Counters = NO_COUNTERS,
    waits_for_disk: bool = True,
) -> Services:
    """Join the rooms of *config* and what a server or a test hands in.

    Raises TallystickError, for example if the keys or the database cannot be opened. If it does not
    *wait for disk*, a power failure undoes the last commits, as in tests.
    """
    clock, hasher = clock or SystemClock(), hasher or PasswordHasher()
    sealer, database = _open(config, clock, waits_for_disk=waits_for_disk)
    stores = _stores(database, sealer)
    directory = _directory(config.lockout, database, sealer, clock, hasher, stores["nt_hashes"])
    trusts, access = _trusts(config, database, clock)
    recorder = Recorder(stores["recordings"], clock.now, config.recorder.level, RefusalQuota())
    return Services(
        config=config,
        clock=clock,
        sealer=sealer,
        database=database,
        housekeeping=_housekeeping(config, database, clock, recorder),
        changes=Changes(SqlChangeLog(database), clock),
        mfa=_mfa_service(config, database, sealer, clock, counters, directory.groups_of),
        directory=directory,
        trusts=trusts,
        farm=Farm(SqlNodeStore(database), clock),
        nps=NpsServers(SqlNpsStore(database, sealer.purpose("nps-client-secret")), clock),
        access=access,
        signing_keys=FixedKey(signing_key) if signing_key else open_signing_keys(config, counters),
        recorder=recorder,
        counters=counters,
        admission=Admission(WORKER_THREADS, passwords=hasher.room),
        **stores,
    )


def _stores(database: Database, sealer: Sealer) -> _Stores:
    return _Stores(
        api_tokens=SqlApiTokens(database),
        repeated_requests=SqlRepeatedRequests(database),
        nt_hashes=SqlNtHashStore(database, sealer.purpose("nt-hash")),
        recordings=SqlRecordings(database),
        renames=SqlRenames(
            database, seeds=sealer.purpose("totp-seed"), hashes=sealer.purpose("nt-hash")
        ),
        refreshes=SqlRefreshStore(database),
        policy=GlobalPolicy(SqlPolicyStore(database)),
        providers=Providers(SqlProviderStore(database)),
        log=SqlSignInLog(database),
        persistent_names=SqlPersistentNames(database),
        sign_ins=SqlSignInStore(database),
        log_outs=SqlLogOuts(database),
        once=SqlUsedOnce(database),
        next_faults=SqlNextFaults(database),
        resets=SqlResetStore(database),
        phones=SqlPhoneStore(database),
        notices=SqlPhoneNotices(database),
        outbox=SqlOutbox(database),
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


def _open(config: Config, clock: Clock, *, waits_for_disk: bool) -> tuple[Sealer, Database]:
    """Return the farm's secret, and the database with this version's tables."""
    sealer = Sealer(read_private_file(config.keys.secret), clock.now)
    database = Database(
        config.store.url,
        connections=config.store.connections,
        waits_for_disk=waits_for_disk,
    )
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
