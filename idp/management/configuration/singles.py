"""The sections that are one table: the rules for all trusts, the adapters, the methods policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from adapter.sentences import sentence
from idp.federation.claim_rules.adfs.parser import read
from idp.federation.providers import BadProvider
from idp.management import policies, second_factors
from idp.management.configuration.section import Given, SingleSection, Table
from idp.management.configuration.tables import AdaptersTable, SecondFactorTable
from idp.mfa import graph_import, graph_policy

if TYPE_CHECKING:
    from adapter.mfa.policy import Policies
    from idp.services import Services


class SecondFactor(SingleSection):
    """Who needs the second factor at all trusts."""

    key, kind, model = "second_factor", sentence("rule for all trusts"), SecondFactorTable

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the rule, and the additional rules in AD FS's language."""
        table = {
            "rule": services.policy.second_factor(),
            "additional_authentication_rules": services.policy.additional_rules(),
        }
        return {"": table}

    def wanted(self, services: Services, given: Given) -> Table:
        """Return both; raises :class:`~idp.federation.claim_rules.errors.BadRule`."""
        merged = given.merged
        text = merged["additional_authentication_rules"].strip()
        read(text)
        return {**merged, "additional_authentication_rules": text}

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Set both."""
        text = wanted["additional_authentication_rules"]
        second_factors.set_rules(services, rule=wanted["rule"], text=text)


class Adapters(SingleSection):
    """Which adapters are enabled; registering one names code, which a document never does."""

    key, kind, model = "adapters", sentence("enabled adapters"), AdaptersTable

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the names in their order."""
        return {"": {"enabled": list(services.policy.enabled_providers())}}

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the names; raises :class:`BadProvider` for one that is not registered."""
        enabled = list(dict.fromkeys(given.merged["enabled"]))
        known = [provider.name for provider in services.providers.list()]
        if unknown := [name for name in enabled if name not in known]:
            raise BadProvider(
                f"There is no adapter {', '.join(unknown)[:200]}; there are {', '.join(known)}",
                "Register it first: tallystick adapters register NAME MODULE:CLASS",
            )
        return {"enabled": enabled}

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Enable them and no others."""
        second_factors.enable(services, wanted["enabled"])


class _AnyTable(BaseModel):
    model_config = ConfigDict(extra="allow")


class MethodsPolicy(SingleSection):
    """Which methods users may use, by the keys of ``tallystick policy show`` (docs/policies.md)."""

    key, kind, model = "methods_policy", sentence("methods policy"), _AnyTable

    def stored(self, services: Services) -> dict[str, Table]:
        """Return every setting; where nothing is excluded stands an empty text."""
        stored = services.mfa.policies.read().policies
        return {"": _settings_of(stored)}

    def wanted(self, services: Services, given: Given) -> Table:
        """Return every setting; raises :class:`~idp.mfa.graph_import.BadMethodsPolicy`."""
        stored = services.mfa.policies.read().policies
        policy = graph_import.apply(_read(given.table), stored)
        return _settings_of(policy)

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Store it."""
        policies.import_policy(services, _document(given.table))

    def notes(self, given: Given) -> Iterator[str]:
        """Yield what was left out of a policy of Microsoft Graph."""
        yield from _read(given.table).notes


def _read(table: Table) -> graph_import.GivenPolicy:
    return graph_import.read_graph(_document(table))


def _document(table: Table) -> Table:
    """Return the table without a version: what is stored is what the changes start from."""
    return {key: value for key, value in table.items() if key != graph_import.VERSION}


def _settings_of(policies: Policies) -> Table:
    return {key: _without_null(value) for key, value in graph_policy.values_of(policies).items()}


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "" if each is None else _without_null(each) for key, each in value.items()}
    return list(map(_without_null, value)) if isinstance(value, list) else value
