"""Use cases of faults on purpose: which there are, which is due at a trust, setting and clearing.

``tallystick sp fault``, ``tallystick faults list``, the REST API and the trust's page are built on
them. Only a server for testing allows them (``allow_faults`` under ``[testing]``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idp.saml_faults.catalogue import FAULTS, find_fault
from idp.saml_faults.errors import FaultsNotAllowed
from idp.saml_faults.next_fault import NextFault, occasion_of
from idp.saml_faults.possible import check_possible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idp.services import Services


FAULT_SET, FAULT_CLEARED = "trust.fault", "trust.fault_clear"


def must_be_allowed(services: Services) -> None:
    """Raise :class:`FaultsNotAllowed` unless the server was started for testing."""
    if not services.config.testing.allow_faults:
        raise FaultsNotAllowed


def set_next(services: Services, entity_id: str, code: str) -> NextFault:
    """Let the next sign-in to a trust, or its next log-out, have a fault.

    Raises :class:`FaultsNotAllowed`, :class:`~idp.saml_faults.catalogue.UnknownFault`,
    :class:`~idp.federation.relying_party.registry.UnknownTrust` and
    :class:`~idp.saml_faults.errors.FaultNotPossible`.
    """
    must_be_allowed(services)
    fault, trust = find_fault(code), services.trusts.existing(entity_id)
    now = services.clock.now()
    check_possible(fault, trust, services.signing_keys.current(), now)
    due = NextFault(trust.entity_id, fault.code, services.changes.actor.label, now)
    with services.changes.recording() as made:
        services.next_faults.save(due, occasion_of(fault))
        made.add(FAULT_SET, trust.entity_id, after={"fault": fault.code}, fault=fault.code)
    return due


def clear_next(services: Services, entity_id: str) -> bool:
    """Let the next sign-in to a trust be as usual; return False if it was to be so already."""
    must_be_allowed(services)
    trust = services.trusts.existing(entity_id)
    with services.changes.recording() as made:
        was_due = services.next_faults.clear(trust.entity_id)
        if was_due:
            made.add(FAULT_CLEARED, trust.entity_id)
    return was_due


def due_at(services: Services, entity_id: str) -> tuple[NextFault, ...]:
    """Return the faults that are due at a trust: at most one at sign-in and one at log-out."""
    trust = services.trusts.existing(entity_id)
    return tuple(each for each in services.next_faults.due() if each.entity_id == trust.entity_id)


def all_due(services: Services) -> Sequence[NextFault]:
    """Return the faults that are due at any trust."""
    return services.next_faults.due()


def catalogue_as_json() -> list[dict[str, Any]]:
    """Return every fault, as the command and the REST API show it."""
    return [fault.as_json() for fault in FAULTS]
