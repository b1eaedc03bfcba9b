"""Registrations of authentication providers (adapters) in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import bindparam, delete, literal, select, true

from idp.federation.providers import AuthenticationProvider
from idp.store.engine import Database
from idp.store.policies import ENABLED_PROVIDERS, POLICY, SqlPolicyStore
from idp.store.prepared import Prepared
from idp.store.schema import policies, providers
from idp.store.upsert import upsert

_FIELDS = tuple(field.name for field in fields(AuthenticationProvider))
_ENABLED = select(policies.c.value).where(policies.c.name == bindparam("enabled")).scalar_subquery()
_PROVIDERS = Prepared(
    select(_ENABLED, *(providers.c[name] for name in _FIELDS))
    .select_from(select(literal(1).label("one")).subquery().outerjoin(providers, true()))
    .order_by(providers.c.name)
)
"""Who asks for them asks which are enabled, too; one row without a name if there are none."""

_REMOVE = delete(providers).where(providers.c.name == bindparam("name")).returning(providers.c.name)


class SqlProviderStore:
    """The :class:`~idp.federation.providers.ProviderStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._policy = SqlPolicyStore(database)

    def providers(self) -> Sequence[AuthenticationProvider]:
        """Return the registered providers by name."""
        found = self._database.rows(_PROVIDERS, {"enabled": ENABLED_PROVIDERS})
        enabled = [] if found[0][0] is None else [found[0][:1]]
        self._database.know(POLICY, {"name": ENABLED_PROVIDERS}, enabled)
        return [AuthenticationProvider(*row[1:]) for row in found if row[1] is not None]

    def save_provider(self, provider: AuthenticationProvider) -> None:
        """Store a registration, new or in place of the one with that name."""
        with self._database.write() as connection:
            upsert(connection, providers, "name", asdict(provider))

    def remove_provider(self, name: str) -> bool:
        """Remove a registration; return False if there is none."""
        with self._database.write() as connection:
            return connection.execute(_REMOVE, {"name": name}).first() is not None

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the enabled names, None if none were ever set."""
        return self._policy.enabled_providers()

    def save_enabled_providers(self, names: Sequence[str]) -> None:
        """Enable these providers and no others."""
        self._policy.save_enabled_providers(tuple(names))
