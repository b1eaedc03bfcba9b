"""Makes the changes of a document in one transaction: all of them or none, each with its entry.

What takes long (fetching metadata, hashing the passwords of new users) is done before the
transaction. Within it the document is compared again, while no other document is applied: so two
documents that are applied at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
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
    with services.trusts.reading_once(), suppress(_Rehearsed):
        rehearsed = compare(services, document, prune=prune)
        rehearsed.must_be_faultless()
        prepared = _prepare(services, rehearsed)
        with services.changes.recording() as made:
            services.changes.store.lock_configuration()
            plan = compare(services, document, prune=prune)
            plan.must_be_faultless()
            if seen is not None and plan.digest != seen:
                raise ConfigurationChanged
            _make_all(services, plan, prepared)
            plan.must_be_faultless()
            if plan.changes:
                made.add(VERB, "configuration", after=_summary(plan, prune=prune))
            if dry_run:
                raise _Rehearsed
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


def _make_all(services: Services, plan: Plan, prepared: Prepared) -> None:
    """Make all changes; what is refused in the end becomes a fault, so that all are found at once.

    A change that is refused is tried again after the others: the identifier that it needs may be
    one that another trust gives up.
    """
    waiting = list(plan.changes)
    while waiting:
        refused = [(each, error) for each in waiting if (error := _make(services, each, prepared))]
        if len(refused) == len(waiting):
            for change, error in refused:
                plan.faults += fault_of_error(error, change.place, change.name)
            return
        waiting = [change for change, _ in refused]


def _make(services: Services, change: Change, prepared: Prepared) -> TallystickError | None:
    """Make one change; return why it is refused, None if it is made."""
    section = change.section
    try:
        if change.wanted is None:
            section.remove(services, change.name)
        else:
            section.make(services, change.given, change.wanted, prepared.get(change.id))
    except Unavailable:
        raise
    except TallystickError as error:
        return error
    return None


def _summary(plan: Plan, *, prune: bool) -> dict[str, Any]:
    return {
        "changes": count_changes(plan),
        "removed": [list(each.id) for each in plan.changes if each.action == REMOVE],
        "prune": prune,
    }
