"""What the host gives to adapters that ask for it, by the contract's further protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from adapter.clock import Clock
from adapter.contract import Adapter, UsesSharedStore, UsesWaitingPlaces, WaitingPlaces
from adapter.mfa.service import MfaService, UsesMfaService
from idp.adapters.shared_store import AdapterStore
from idp.session.used_once import UsedOnce


class BoundedPlaces(WaitingPlaces, Protocol):
    """Places for posts that hang, of which there is a fixed number."""

    @property
    def number(self) -> int:
        """How many posts may hang at the same time."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """The rooms from which adapters are given something; one for each process.

    ``waiting`` are the places for posts that hang, which all adapters share.
    """

    mfa: MfaService
    once: UsedOnce
    clock: Clock
    waiting: BoundedPlaces

    def give(self, adapter: Adapter, name: str) -> None:
        """Give the adapter called *name* what it uses, before it is loaded."""
        if isinstance(adapter, UsesMfaService):
            adapter.use_mfa_service(self.mfa)
        if isinstance(adapter, UsesSharedStore):
            adapter.use_shared_store(AdapterStore(self.once, self.clock, name))
        if isinstance(adapter, UsesWaitingPlaces):
            adapter.use_waiting_places(self.waiting)

    def hanging_calls(self, adapter: Adapter) -> int:
        """Return how many calls to the adapter may hang, beside those that are at work."""
        return self.waiting.number if isinstance(adapter, UsesWaitingPlaces) else 0
