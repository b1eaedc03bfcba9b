"""What a server stores, each part made when it is first asked for; :mod:`idp.rooms` builds on it.

A part is imported by the property that makes it: see there.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from idp.counters import NO_COUNTERS
from idp.store.engine import Database
from idp.store.upgrade import upgrade
from idp.system_clock import SystemClock

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.audit.sign_in_log import SignInLog
    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.directory import PasswordHasher
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
    from idp.session.seal import Sealer
    from idp.session.sign_in_store import SignInStore
    from idp.session.used_once import UsedOnce


class StoredRooms:
    """Those of the rooms that need nothing but the database: one property each.

    They are named as in :class:`~idp.services.Services`. The arguments are those of
    :func:`idp.assembly.assemble`.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        hasher: PasswordHasher | None = None,
        signing_key: SigningKey | None = None,
        counters: Counters = NO_COUNTERS,
        waits_for_disk: bool = True,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.counters = counters
        self._hasher = hasher
        self._signing_key = signing_key
        self._waits_for_disk = waits_for_disk

    @cached_property
    def database(self) -> Database:
        """The database, with this version's tables."""
        store = self.config.store
        database = Database(
            store.url, connections=store.connections, waits_for_disk=self._waits_for_disk
        )
        upgrade(database)
        return database

    @cached_property
    def sealer(self) -> Sealer:
        from idp.federation.token_signing.private_files import read_private_file
        from idp.session.seal import Sealer

        return Sealer(read_private_file(self.config.keys.secret), self.clock.now)

    @cached_property
    def renames(self) -> UserRenames:
        from idp.store.renames import SqlRenames

        return SqlRenames(
            self.database,
            seeds=self.sealer.purpose("totp-seed"),
            hashes=self.sealer.purpose("nt-hash"),
        )

    @cached_property
    def nt_hashes(self) -> NtHashStore:
        from idp.store.nt_hashes import SqlNtHashStore

        return SqlNtHashStore(self.database, self.sealer.purpose("nt-hash"))

    @cached_property
    def refreshes(self) -> RefreshStore:
        from idp.store.refreshes import SqlRefreshStore

        return SqlRefreshStore(self.database)

    @cached_property
    def log(self) -> SignInLog:
        from idp.store.sign_in_log import SqlSignInLog

        return SqlSignInLog(self.database)

    @cached_property
    def api_tokens(self) -> ApiTokenStore:
        from idp.store.api_tokens import SqlApiTokens

        return SqlApiTokens(self.database)

    @cached_property
    def repeated_requests(self) -> RepeatedRequests:
        from idp.store.repeated_requests import SqlRepeatedRequests

        return SqlRepeatedRequests(self.database)

    @cached_property
    def persistent_names(self) -> PersistentNames:
        from idp.store.name_ids import SqlPersistentNames

        return SqlPersistentNames(self.database)

    @cached_property
    def sign_ins(self) -> SignInStore:
        from idp.store.sign_ins import SqlSignInStore

        return SqlSignInStore(self.database)

    @cached_property
    def log_outs(self) -> LogOuts:
        from idp.store.log_outs import SqlLogOuts

        return SqlLogOuts(self.database)

    @cached_property
    def once(self) -> UsedOnce:
        from idp.store.used_once import SqlUsedOnce

        return SqlUsedOnce(self.database)

    @cached_property
    def next_faults(self) -> NextFaultStore:
        from idp.store.next_faults import SqlNextFaults

        return SqlNextFaults(self.database)

    @cached_property
    def resets(self) -> ResetStore:
        from idp.store.password_resets import SqlResetStore

        return SqlResetStore(self.database)

    @cached_property
    def phones(self) -> PhoneStore:
        from idp.store.phones import SqlPhoneStore

        return SqlPhoneStore(self.database)

    @cached_property
    def notices(self) -> PhoneNotices:
        from idp.store.notices import SqlPhoneNotices

        return SqlPhoneNotices(self.database)

    @cached_property
    def outbox(self) -> Outbox:
        from idp.store.outbox import SqlOutbox

        return SqlOutbox(self.database)

    @cached_property
    def recordings(self) -> RecordingStore:
        from idp.store.recordings import SqlRecordings

        return SqlRecordings(self.database)
