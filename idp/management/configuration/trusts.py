"""The section ``trusts``: relying party trusts with their settings and claim rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.relying_party.setting_changes import change_values
from idp.federation.relying_party.setting_types import SHORT_NAMES, BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import UnreadableTrust, readable
from idp.management import trusts
from idp.management.configuration import trust_source
from idp.management.configuration.access_policies import policies_after
from idp.management.configuration.section import Given, Section, Table
from idp.management.configuration.tables import TrustTable
from idp.management.metadata.source import Source, content_of, without_details

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services


class Trusts(Section):
    """The relying party trusts.

    Each table has all settings, also those with default values, so applying it restores all.
    """

    key, kind, identity, model = "trusts", sentence("trust"), "entity_id", TrustTable

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the trusts by entity ID."""
        found = sorted(readable(services.trusts.list_all()), key=lambda trust: trust.entity_id)
        return {trust.entity_id: _table(services, trust) for trust in found}

    def warnings(self, services: Services) -> Iterator[str]:
        """Yield the trusts that cannot be read."""
        for trust in services.trusts.list_all():
            if isinstance(trust, UnreadableTrust):
                yield f"The trust {trust.entity_id!r} cannot be read and is left out"

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the trust; raises what making it would raise, except about a fetched document."""
        settings = self._settings_after(services, given)
        source = trust_source.wanted_source(services, given, lambda _before: settings)
        _check_access(services, given, settings)
        signer = trust_source.signer_of(given) or (given.stored or {}).get("metadata_signed_by", "")
        return {
            "entity_id": given.table["entity_id"],
            **source.keys,
            "metadata_signed_by": signer,
            "settings": settings_table(settings),
        }

    def prepare(self, services: Services, given: Given, wanted: Table) -> Any:
        """Fetch the metadata of a trust that is added by an address."""
        source = self._source(services, given)
        if source is None or not source.is_remote:
            return None
        content = content_of(services, source)
        settings = self._settings_after(services, given)
        with without_details(source):
            services.trusts.read(
                content,
                source.entity_id,
                signed_by=source.signed_by,
                settings=lambda _before: settings,
            )
        return content

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Add the trust, give it other metadata, or change its settings."""
        entity_id, changes = given.table["entity_id"], _given_settings(given)
        source = self._source(services, given)
        if source is None:
            trusts.change(services, entity_id, changes)
            return
        if source.is_remote and prepared is not None:
            source = replace(source, content=prepared)
        trusts.add_from(services, source, lambda before: change_values(before, changes))

    def remove(self, services: Services, name: str) -> None:
        """Remove the trust."""
        trusts.remove(services, name)

    def _source(self, services: Services, given: Given) -> Source | None:
        settings = self._settings_after(services, given)
        return trust_source.wanted_source(services, given, lambda _before: settings).source

    def _settings_after(self, services: Services, given: Given) -> TrustSettings:
        return _placed_settings(
            services.trusts.settings_after(given.table["entity_id"], None), _given_settings(given)
        )


def settings_table(settings: TrustSettings) -> Table:
    """Return all settings as a document has them: an empty text for none, URIs by short names."""
    values = settings.model_dump(mode="json")
    return {
        key: "" if value is None else SHORT_NAMES.get(value, value)
        if key in ("name_id_format", "signature_algorithm")
        else value
        for key, value in values.items()
    }  # fmt: skip


def _table(services: Services, trust: RelyingPartyTrust) -> Table:
    return {
        "entity_id": trust.entity_id,
        **trust_source.stored_keys(services, trust),
        "metadata_signed_by": trust.signed_by or "",
        "settings": settings_table(trust.settings),
    }


def _given_settings(given: Given) -> Table:
    return {k: v for k, v in (given.table.get("settings") or {}).items() if v is not None}


def _placed_settings(before: TrustSettings, changes: Table) -> TrustSettings:
    """Return the changed settings; the faults of an error are named by their place in the table."""
    try:
        return change_values(before, changes)
    except BadTrustSetting as error:
        faults = {f"settings.{key}".rstrip("."): fault for key, fault in error.faults.items()}
        raise BadTrustSetting(error.problem, error.remedy, faults=faults) from None


def _check_access(services: Services, given: Given, settings: TrustSettings) -> None:
    """Refuse a policy that neither the server nor the document has, and wrong parameters."""
    name = settings.access_control_policy
    if not name or (given.stored and settings_table(settings) == given.stored["settings"]):
        return
    policies = policies_after(services, given.document)
    if name not in policies:
        raise BadAccessControlPolicy(
            f"There is no access control policy {name!r}", "See tallystick access list"
        )
    if policies[name] is not None:
        policies[name].check(settings.access_control_parameters)
