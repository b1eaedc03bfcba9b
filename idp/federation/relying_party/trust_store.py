"""What the registry needs of the storage of trusts; ``idp.store.trusts`` has it in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from idp.federation.relying_party.offered import OfferedTrusts, TrustPage
from idp.federation.relying_party.trust import RelyingPartyTrust, StoredTrust


class TrustStore(Protocol):
    """Storage of relying party trusts."""

    def offered(self, after: int, limit: int) -> OfferedTrusts:
        """Return the enabled ones of the *limit* trusts behind the place *after*."""

    def trust(self, entity_id: str) -> StoredTrust | None:
        """Return one trust, readable or not."""

    def trusts(self) -> Sequence[StoredTrust]:
        """Return all trusts in the order they were added, readable or not."""

    def page(self, after: int, limit: int, text: str) -> TrustPage:
        """Return the first *limit* trusts behind the place *after* that *text* may be found in."""

    def set_to(self, name: str, value: object) -> Sequence[str]:
        """Return the entity ids of the trusts whose setting *name* has this value, as in JSON."""

    def metadata(self, entity_id: str) -> bytes | None:
        """Return the metadata that a trust was last made or updated from."""

    def change_trust(
        self,
        entity_id: str,
        change: Callable[[StoredTrust | None], RelyingPartyTrust | None],
        metadata: bytes | None = None,
    ) -> RelyingPartyTrust | None:
        """Call *change* with the stored trust, and store and return its result, in one transaction.

        Nothing is stored if *change* returns None. *metadata* is stored too, if it is given. Stored
        keys that this version does not know are kept.
        """

    def remove_trust(self, entity_id: str) -> bool:
        """Remove a trust; return False if there is none."""
