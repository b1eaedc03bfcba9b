"""What federation needs from outside: a clock and a store for each of its things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.federation.access_control.decision import AccessRules
    from idp.federation.access_control.policies import AccessControlPolicy
    from idp.federation.keyring import Ring
    from idp.federation.nodes import Node
    from idp.federation.providers import AuthenticationProvider
    from idp.federation.relying_party import RelyingPartyTrust


class Clock(Protocol):
    """The time, as everybody here sees it."""

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""


class TrustStore(Protocol):
    """Where relying party trusts live."""

    def trust(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return one trust."""

    def trusts(self) -> Sequence[RelyingPartyTrust]:
        """Return all trusts in the order they were added."""

    def signing_with(self, algorithm: str) -> Sequence[str]:
        """Return the entity ids of the trusts that are set to a signature algorithm."""

    def metadata(self, entity_id: str) -> bytes | None:
        """Return the metadata that a trust was last read from."""

    def change_trust(
        self,
        entity_id: str,
        change: Callable[[RelyingPartyTrust | None], RelyingPartyTrust | None],
        metadata: bytes | None = None,
    ) -> RelyingPartyTrust | None:
        """Store what *change* makes of the trust there is now, in one transaction, and return it.

        None from *change* leaves things as they are. With *metadata*, that is stored too.
        """

    def remove_trust(self, entity_id: str) -> bool:
        """Remove a trust; False when there is none."""


class PersistentNames(Protocol):
    """Where the names live that users have at one service provider each."""

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the name of *user* at *trust*, always the same one.

        Without one, it is made where *create* allows it, else None.
        """


class NodeStore(Protocol):
    """Where the farm's nodes live."""

    def nodes(self) -> Sequence[Node]:
        """Return all nodes in the order they were made."""

    def node(self, name: str) -> Node | None:
        """Return one node."""

    def save_nodes(self, nodes: Sequence[Node]) -> None:
        """Store nodes, new or known by their name, all or none."""

    def remove_node(self, name: str) -> bool:
        """Remove a node; False when there is none."""


class PolicyStore(Protocol):
    """Where the global policy lives."""

    def second_factor(self) -> str | None:
        """Return what was set for all trusts, None when nothing was."""

    def save_second_factor(self, value: str) -> None:
        """Set it."""

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, empty when none were set."""

    def save_additional_rules(self, text: str) -> None:
        """Set them."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""


class AccessControlStore(Protocol):
    """Where access control policies live, beside those that are built in."""

    def rules(self) -> AccessRules:
        """Return what holds for all trusts."""

    def save_policy(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or known by its name."""

    def remove_policy(self, name: str) -> bool:
        """Remove a policy; False when there is none."""


class ProviderStore(Protocol):
    """Where registrations of authentication providers live."""

    def providers(self) -> Sequence[AuthenticationProvider]:
        """Return the registered providers by name."""

    def save_provider(self, provider: AuthenticationProvider) -> None:
        """Store a registration, new or known by its name."""

    def remove_provider(self, name: str) -> bool:
        """Remove a registration; False when there is none."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""

    def save_enabled_providers(self, names: Sequence[str]) -> None:
        """Enable these and no others."""


class SigningKeyRing(Protocol):
    """Where the token-signing keys of each moment come from."""

    def current(self) -> Ring:
        """Return the keys of this moment; what signs is in it, and published."""

    def check(self, now: datetime) -> None:
        """Do what the age of the keys calls for, when it is time to look."""

    def must_be_readable(self) -> None:
        """Raise :class:`~adapter.errors.TallystickError` where the keys could not be read now."""
