"""The rooms of one server, each made when it is first asked for, and imported only then.

A command needs few rooms, and importing all of them would take most of its time.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from idp.counters import log_and_count
from idp.logs import get_logger
from idp.stored_rooms import StoredRooms

if TYPE_CHECKING:
    from adapter.mfa.protection.protection import Protection
    from adapter.mfa.push.challenge import Challenge
    from adapter.mfa.service import MfaService
    from idp.admission import Admission
    from idp.audit.changes import Changes
    from idp.directory import Directory, PasswordHasher
    from idp.federation.access_control.catalogue import AccessControl
    from idp.federation.access_control.global_policy import GlobalPolicy
    from idp.federation.farm import Farm
    from idp.federation.providers import Providers
    from idp.federation.relying_party.registry import TrustRegistry
    from idp.federation.token_signing.ring import SigningKeyRing
    from idp.nps.store import NpsServers
    from idp.recorder.recorder import Recorder
    from idp.services import Housekeeping


class Rooms(StoredRooms):
    """The rooms of a server with ``config``: one property each, named as in ``Services``."""

    @cached_property
    def hasher(self) -> PasswordHasher:
        from idp.directory import PasswordHasher

        return self._hasher or PasswordHasher()

    @cached_property
    def admission(self) -> Admission:
        from idp.admission import Admission
        from idp.config import WORKER_THREADS

        return Admission(WORKER_THREADS, passwords=self.hasher.room)

    @cached_property
    def changes(self) -> Changes:
        from idp.audit.changes import Changes
        from idp.store.change_log import SqlChangeLog

        return Changes(SqlChangeLog(self.database), self.clock)

    @cached_property
    def farm(self) -> Farm:
        from idp.federation.farm import Farm
        from idp.store.nodes import SqlNodeStore

        return Farm(SqlNodeStore(self.database), self.clock)

    @cached_property
    def nps(self) -> NpsServers:
        from idp.nps.store import NpsServers
        from idp.store.nps import SqlNpsStore

        sealer = self.sealer.purpose("nps-client-secret")
        return NpsServers(SqlNpsStore(self.database, sealer), self.clock)

    @cached_property
    def access(self) -> AccessControl:
        from idp.federation.access_control.catalogue import AccessControl
        from idp.store.access_control import SqlAccessControlStore
        from idp.store.trusts import SqlTrustStore

        return AccessControl(SqlAccessControlStore(self.database), SqlTrustStore(self.database))

    @cached_property
    def trusts(self) -> TrustRegistry:
        from idp.federation.relying_party.registry import TrustRegistry
        from idp.store.trusts import SqlTrustStore

        return TrustRegistry(
            SqlTrustStore(self.database),
            self.clock,
            allow_http=self.config.trusts.allow_http,
            check=lambda settings: self.access.check(settings),
        )

    @cached_property
    def signing_keys(self) -> SigningKeyRing:
        from idp.federation.token_signing.configured import open_signing_keys
        from idp.federation.token_signing.ring import FixedKey

        if self._signing_key:
            return FixedKey(self._signing_key)
        return open_signing_keys(self.config, self.counters)

    @cached_property
    def recorder(self) -> Recorder:
        from idp.audit.refusal_quota import RefusalQuota
        from idp.recorder.recorder import Recorder

        level = self.config.recorder.level
        return Recorder(self.recordings, self.clock.now, level, RefusalQuota())

    @cached_property
    def housekeeping(self) -> Housekeeping:
        from idp.store.maintenance import Housekeeping, Retention
        from idp.store.sign_in_log import LogRetention

        log, recorded = self.config.store, self.config.recorder
        keep = Retention(
            sign_ins=LogRetention(timedelta(days=log.sign_in_log_days), log.sign_in_log_rows),
            audit=LogRetention(timedelta(days=log.audit_log_days), log.audit_log_rows),
            timelines=LogRetention(timedelta(days=recorded.keep_days), recorded.keep_count),
        )
        return Housekeeping(self.database, self.clock, keep, first=self.recorder.share)

    @cached_property
    def policy(self) -> GlobalPolicy:
        from idp.federation.access_control.global_policy import GlobalPolicy
        from idp.store.policies import SqlPolicyStore

        return GlobalPolicy(SqlPolicyStore(self.database))

    @cached_property
    def providers(self) -> Providers:
        from idp.federation.providers import Providers
        from idp.store.providers import SqlProviderStore

        return Providers(SqlProviderStore(self.database))

    @cached_property
    def directory(self) -> Directory:
        from idp.directory import Directory
        from idp.directory.lockout import Limit, LockoutMode, LockoutRules
        from idp.store.users import SqlUserStore

        lockout = self.config.lockout
        window = timedelta(minutes=lockout.window_minutes)
        rules = LockoutRules(
            mode=LockoutMode(lockout.mode),
            extranet_only=lockout.extranet_only,
            soft=Limit(lockout.threshold, window),
            unknown=Limit(lockout.threshold, window, forgets=False),
            familiar=Limit(lockout.threshold_familiar, window, forgets=False),
        )
        return Directory(
            SqlUserStore(self.database),
            self.clock,
            self.hasher,
            rules,
            unknown_key=self.sealer.key("unknown-names"),
            nt_hashes=self.nt_hashes,
        )

    @cached_property
    def protection(self) -> Protection:
        from adapter.mfa.protection.protection import Protection
        from idp.store.mfa.protection import SqlProtectionStore

        return Protection(SqlProtectionStore(self.database), self.clock)

    @cached_property
    def mfa(self) -> MfaService:
        """The second factor; every push that it sends is logged and counted."""
        from adapter.mfa.passkeys.passkey import relying_party_of
        from adapter.mfa.service import MfaService
        from idp.store.mfa.stores import mfa_stores

        return MfaService(
            mfa_stores(self.database, self.sealer.purpose("totp-seed")),
            self.clock,
            number_key=self.sealer.key("number-to-match"),
            groups_of=lambda user: self.directory.groups_of(user),
            relying_party=relying_party_of(self.config.server.base_url),
            products_after_table=self.config.farm.products_after_table,
            blocks_on_report=self.config.mfa.block_on_report,
            on_push=self._log_push,
            on_activation_used_up=self._log_used_up,
        )

    def _log_push(self, challenge: Challenge) -> None:
        from idp.directory.lockout import is_unknown_account

        if is_unknown_account(challenge.user):  # nobody was asked: see idp/account/reset/
            return
        self.counters.push_sent(challenge.experience)
        get_logger().info(
            "push_sent",
            user=challenge.user,
            request=challenge.id,
            experience=challenge.experience,
            client_ip=challenge.client_ip,
        )

    def _log_used_up(self, user: str) -> None:
        code = "activation_used_up"
        log_and_count(self.counters, code, code=code, user=user)
