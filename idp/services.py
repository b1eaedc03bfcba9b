"""All that the hosts are given: the rooms, joined once."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adapter.clock import Clock
    from adapter.mfa.service import MfaService
    from idp.audit.sign_in_log import SignInLog
    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.directory import Directory
    from idp.federation.access_control.catalogue import AccessControl
    from idp.federation.access_control.global_policy import GlobalPolicy
    from idp.federation.farm import Farm
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.metadata.schedule import RefreshStore
    from idp.federation.providers import Providers
    from idp.federation.relying_party.registry import TrustRegistry
    from idp.federation.token_signing.ring import SigningKeyRing
    from idp.saml.signing import SigningKey
    from idp.session.log_outs import LogOuts
    from idp.session.seal import Sealer
    from idp.session.sign_in_store import SignInStore
    from idp.session.used_once import UsedOnce

SIGNING_AT_ONCE = 2


class Housekeeping(Protocol):
    """Forgets what cannot matter any more."""

    def tick(self) -> None:
        """Do so if it is time; called after every request."""


class Closable(Protocol):
    """What is let go of at the end."""

    def dispose(self) -> None:
        """Close what is open."""


@dataclass(frozen=True, slots=True)
class Services:
    """The joined rooms; one for each process, used by all its threads.

    ``signing`` lets few threads at a time build and sign an assertion: more would only fight for
    the interpreter.
    ``ending`` is where hosts leave what must not wait any longer once the process is told to end,
    ``closing`` what is to be let go of when it has answered everybody.
    """

    config: Config
    clock: Clock
    sealer: Sealer
    mfa: MfaService
    directory: Directory
    trusts: TrustRegistry
    refreshes: RefreshStore
    farm: Farm
    policy: GlobalPolicy
    access: AccessControl
    providers: Providers
    log: SignInLog
    persistent_names: PersistentNames
    sign_ins: SignInStore
    log_outs: LogOuts
    once: UsedOnce
    signing_keys: SigningKeyRing
    database: Closable
    housekeeping: Housekeeping
    counters: Counters
    signing: AbstractContextManager[object] = field(
        default_factory=lambda: BoundedSemaphore(SIGNING_AT_ONCE)
    )
    ending: ExitStack = field(default_factory=ExitStack)
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def signing_key(self) -> SigningKey:
        """The token-signing key of this moment."""
        return self.signing_keys.current().primary.key

    def close(self) -> None:
        """Let go of what hosts hold, then of the database."""
        self.closing.close()
        self.database.dispose()
