"""What the host gives to adapters that ask for it, by the contract's further protocols."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.clock import Clock
from adapter.contract import Adapter, UsesSharedStore
from adapter.mfa.service import MfaService, UsesMfaService
from idp.adapters.shared_store import AdapterStore
from idp.session.used_once import UsedOnce


@dataclass(frozen=True, slots=True)
class Abilities:
    """The rooms from which adapters are given something; one for each process."""

    mfa: MfaService
    once: UsedOnce
    clock: Clock

    def give(self, adapter: Adapter, name: str) -> None:
        """Give the adapter called *name* what it uses, before it is loaded."""
        if isinstance(adapter, UsesMfaService):
            adapter.use_mfa_service(self.mfa)
        if isinstance(adapter, UsesSharedStore):
            adapter.use_shared_store(AdapterStore(self.once, self.clock, name))
