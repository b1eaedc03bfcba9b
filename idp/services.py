"""What hosts and use cases are given: the rooms of a server, joined by ``idp.assembly``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adapter.clock import Clock
    from adapter.mfa.protection.protection import Protection
    from adapter.mfa.service import MfaService
    from idp.admission import Admission
    from idp.audit.changes import Actor, Changes
    from idp.audit.sign_in_log import SignInLog
    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.directory import Directory
    from idp.directory.nt_hash import NtHashStore
    from idp.directory.user_store import UserRenames
    from idp.federation.access_control.catalogue import AccessControl
    from idp.federation.access_control.global_policy import GlobalPolicy
    from idp.federation.farm import Farm
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.metadata.schedule import RefreshStore
    from idp.federation.providers import Providers
    from idp.federation.relying_party.registry import TrustRegistry
    from idp.federation.token_signing.ring import SigningKeyRing
    from idp.mfa.password_reset import ResetStore
    from idp.notices.outbox import Outbox
    from idp.notices.phone_notices import PhoneNotices
    from idp.notices.phones import PhoneStore
    from idp.nps.store import NpsServers
    from idp.recorder.recorder import Recorder
    from idp.recorder.store import RecordingStore
    from idp.saml.signing import SigningKey
    from idp.saml_faults.next_fault import NextFaultStore
    from idp.session.api_tokens import ApiTokenStore
    from idp.session.log_outs import LogOuts
    from idp.session.repeated_requests import RepeatedRequests
    from idp.session.seal import Sealer
    from idp.session.sign_in_store import SignInStore
    from idp.session.used_once import UsedOnce


class Housekeeping(Protocol):
    """Deletes expired rows of the database."""

    def tick(self) -> None:
        """Begin to delete them if the last time is long enough ago; called after every request."""

    def stop(self) -> None:
        """Stop deleting, at the end of the process."""


class Closable(Protocol):
    """What has to be closed at the end, and what is read once in a request."""

    def of_request(self) -> AbstractContextManager[None]:
        """Let this thread read what steps of one request share once; writing begins anew."""

    def dispose(self) -> None:
        """Close what is open, such as connections."""


@dataclass(frozen=True, slots=True)
class Services:
    """The rooms of one server: one instance for each process, used by all its threads.

    A class or function that needs one or two of them should take those, not all of this. Those
    marked (store) are storage protocols without a room in front of them: there is no rule to apply
    between the caller and the database, so a class around them would only pass calls on.

    ====================  =======================================================================
    ``config``            the configuration, read once at the start
    ``clock``             the present; tests can set it
    ``sealer``            seals cookies and form fields, with a key for each purpose
    ``mfa``               the second factor: methods, pushes, codes, activations, policy
    ``protection``        who is blocked from every second factor, or at risk
    ``directory``         users, passwords, lock-outs
    ``renames``           (store) gives users other names, with all that is stored for them
    ``nt_hashes``         (store) the NT hashes of users of whom an administrator wants one kept
    ``trusts``            relying party trusts with their settings
    ``refreshes``         (store) when the metadata of a trust is due, and updates held back
    ``farm``              the nodes and their builds
    ``nps``               the NPS hosts, their clients and their registry values
    ``policy``            the global authentication policy: second factor, enabled adapters
    ``access``            access control policies
    ``providers``         the registered adapters
    ``signing_keys``      token-signing keys; :attr:`signing_key` is the one that signs now
    ``log``               (store) reads the sign-in log
    ``changes``           records what administrators change, and reads that audit log
    ``api_tokens``        (store) the tokens of programs that administer the server
    ``repeated_requests`` (store) requests of administration that may be sent again
    ``persistent_names``  (store) persistent NameIDs by user and trust
    ``sign_ins``          (store) facts for a sign-in step; ends a sign-in and writes its log record
    ``log_outs``          (store) log-outs in progress
    ``once``              (store) what may happen once, such as using a request ID
    ``next_faults``       (store) the faults that the next sign-ins to trusts get
    ``resets``            (store) password resets in progress, and their limits
    ``phones``            (store) what a call of a phone is answered from
    ``notices``           (store) notices on users' devices
    ``outbox``            (store) mails that wait to be sent
    ``recorder``          the flight recorder: records what happens in sign-ins, step by step
    ``recordings``        (store) the timelines that it has stored
    ``database``          is closed at the end
    ``housekeeping``      deletes what has expired
    ``counters``          the metrics
    ``admission``         the places of what waits: bodies, passwords, phones
    ``signing``           a lock: one thread builds and signs an assertion at a time, since more
                          would only compete for the interpreter
    ``ending``            callbacks for the moment in which the process is told to end: they release
                          requests that wait
    ``closing``           callbacks for the moment in which all requests are answered
    ====================  =======================================================================
    """

    config: Config
    clock: Clock
    sealer: Sealer
    mfa: MfaService
    protection: Protection
    directory: Directory
    renames: UserRenames
    nt_hashes: NtHashStore
    trusts: TrustRegistry
    refreshes: RefreshStore
    farm: Farm
    nps: NpsServers
    policy: GlobalPolicy
    access: AccessControl
    providers: Providers
    log: SignInLog
    changes: Changes
    api_tokens: ApiTokenStore
    repeated_requests: RepeatedRequests
    persistent_names: PersistentNames
    sign_ins: SignInStore
    log_outs: LogOuts
    once: UsedOnce
    next_faults: NextFaultStore
    resets: ResetStore
    phones: PhoneStore
    notices: PhoneNotices
    outbox: Outbox
    signing_keys: SigningKeyRing
    recorder: Recorder
    recordings: RecordingStore
    database: Closable
    housekeeping: Housekeeping
    counters: Counters
    admission: Admission
    signing: AbstractContextManager[object] = field(default_factory=Lock)
    ending: ExitStack = field(default_factory=ExitStack)
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def signing_key(self) -> SigningKey:
        """The token-signing key that signs now."""
        return self.signing_keys.current().primary.key

    def acting(self, actor_of: Callable[[], Actor]) -> Services:
        """Return the same rooms for a host whose changes are made by whom *actor_of* returns."""
        return replace(self, changes=self.changes.by(actor_of))

    def close(self) -> None:
        """Run the ``closing`` callbacks, then close the database."""
        self.closing.close()
        self.database.dispose()
