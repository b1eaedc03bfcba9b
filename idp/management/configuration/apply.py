"""Makes the changes of a document in one transaction: all of them or none, each with its entry.

What takes long (fetching metadata, hashing the passwords of new users) is done before the
transaction. Within it the document is compared again, while no other document is applied: so two
documents that are applied at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError, Unavailable
from idp.management.configuration.faults import ConfigurationChanged, fault_of_error
from idp.management.configuration.plan import REMOVE, Change, Plan, compare
from idp.management.configuration.plan_text import count_changes

if TYPE_CHECKING:
    from idp.services import Services

VERB = "configuration.apply"

Prepared = Mapping[tuple[str, str], Any]


class _Rehearsed(Exception):
    """Ends a transaction that was a rehearsal, so that nothing of it is stored."""


def apply(
    services: Services,
    document: Mapping[str, Any],
    *,
    prune: bool = False,
    dry_run: bool = False,
    seen: str | None = None,
) -> Plan:
    """Make the changes of *document*, all or none, and return them.

    With *prune*, what its sections do not name is removed. With *dry_run*, all is made and then
    undone. With *seen*, the digest of a plan, only that plan is carried out. Raises
    :class:`~idp.management.configuration.faults.BadConfiguration` with every fault, and
    :class:`~idp.management.configuration.faults.ConfigurationChanged`.
    """
    rehearsed = compare(services, document, prune=prune)
    rehearsed.must_be_faultless()
    prepared = _prepare(services, rehearsed)
    try:
        with services.changes.recording() as made:
            services.changes.store.lock_configuration()
            plan = compare(services, document, prune=prune)
            plan.must_be_faultless()
            if seen is not None and plan.digest != seen:
                raise ConfigurationChanged
            for change in plan.changes:
                _make(services, change, prepared, plan)
            plan.must_be_faultless()
            if plan.changes:
                made.add(VERB, "configuration", after=_summary(plan, prune=prune))
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    return plan


def _prepare(services: Services, plan: Plan) -> Prepared:
    """Return what takes long of each change, by the change; raises with every fault."""
    prepared = {}
    for change in plan.changes:
        if change.wanted is not None:
            try:
                prepared[change.id] = change.section.prepare(services, change.given, change.wanted)
            except Unavailable:
                raise
            except TallystickError as error:
                plan.faults += fault_of_error(error, change.place, change.name)
    plan.must_be_faultless()
    return prepared


def _make(services: Services, change: Change, prepared: Prepared, plan: Plan) -> None:
    """Make one change; what is refused becomes a fault, so that all faults are found at once."""
    section = change.section
    try:
        if change.wanted is None:
            section.remove(services, change.name)
        else:
            section.make(services, change.given, change.wanted, prepared.get(change.id))
    except Unavailable:
        raise
    except TallystickError as error:
        plan.faults += fault_of_error(error, change.place, change.name)


def _summary(plan: Plan, *, prune: bool) -> dict[str, Any]:
    return {
        "changes": count_changes(plan),
        "removed": [list(each.id) for each in plan.changes if each.action == REMOVE],
        "prune": prune,
    }
