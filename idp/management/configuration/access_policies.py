"""The section ``access_control_policies``: the policies that administrators made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import AccessControlPolicy, BadAccessControlPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.management import second_factors
from idp.management.configuration.section import Given, Section, Table

if TYPE_CHECKING:
    from idp.services import Services


class AccessPolicies(Section):
    """The policies that administrators made; built-in ones are never part of a document."""

    key, kind, model = (
        "access_control_policies",
        sentence("access control policy"),
        AccessControlPolicy,
    )

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the policies by name."""
        custom = services.access.rules().custom
        return {name: _table(custom[name]) for name in sorted(custom)}

    def warnings(self, services: Services) -> Iterator[str]:
        """Yield the policies that cannot be read."""
        for name in services.access.rules().unreadable:
            yield f"The access control policy {name!r} cannot be read and is left out"

    def name_of(self, table: Table) -> str:
        """Return the name as policies have it."""
        return str(table["name"]).strip()

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the policy; raises :class:`BadAccessControlPolicy`."""
        name = self.name_of(given.table)
        if name in BUILT_IN:
            raise BadAccessControlPolicy(
                f"{name!r} is built in and cannot be changed", "Choose another name"
            )
        return _table(read_policy(name, given.merged))

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Store the policy."""
        second_factors.set_policy(services, read_policy(wanted["name"], wanted))

    def remove(self, services: Services, name: str) -> None:
        """Remove the policy, which no trust may have."""
        second_factors.remove_policy(services, name)


def policies_after(services: Services, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policies that there will be by name; None for one that *document* gets wrong."""
    found: dict[str, Any] = {**BUILT_IN, **services.access.rules().custom}
    for table in document.get(AccessPolicies.key) or ():
        if isinstance(table, dict) and isinstance(table.get("name"), str):
            name = table["name"].strip()
            try:
                found[name] = read_policy(name, table)
            except BadAccessControlPolicy:
                found[name] = None
    return found


def _table(policy: AccessControlPolicy) -> Table:
    written = policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"name": policy.name, "description": policy.description, "permit": written["permit"]}
