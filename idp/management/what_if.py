"""The farm after an update that is not installed yet: who would meet what, before and after.

Nothing is changed here; :func:`idp.management.nodes.set_builds` applies it. The Farm page,
``POST /admin/api/nodes/what-if`` and ``tallystick server what-if`` show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.sentences import counted, joined, sentence
from idp.management import nodes
from idp.management.nodes import DEVICES, NodeView

if TYPE_CHECKING:
    from idp.federation.farm import NodeChange
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class WhatIf:
    """All nodes in the farm's order as they are, and as they would be with ``build`` on some.

    ``chosen`` are the names of those.
    """

    build: str
    chosen: tuple[str, ...]
    before: tuple[NodeView, ...]
    after: tuple[NodeView, ...]
    warnings: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[NodeView, NodeView], ...]:
        """Each node before and after."""
        return tuple(zip(self.before, self.after, strict=True))

    @property
    def sentence_before(self) -> str:
        """What users with a current phone meet now."""
        return sentence_of(self.before)

    @property
    def sentence_after(self) -> str:
        """What they would meet."""
        return sentence_of(self.after)

    @property
    def by_device(self) -> tuple[tuple[str, str, str], ...]:
        """Each device with what its users meet before and after, and on how many nodes."""
        names = DEVICES.values()
        return tuple((name, _met(self.before, name), _met(self.after, name)) for name in names)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "build": self.build,
            "before": self.sentence_before,
            "after": self.sentence_after,
            "nodes": [
                {
                    "name": before.node.name,
                    "chosen": before.node.name in self.chosen,
                    "before": _as_json(before),
                    "after": _as_json(after),
                }
                for before, after in self.pairs
            ],
            "warnings": list(self.warnings),
        }


def what_if(services: Services, names: Sequence[str], text: str) -> WhatIf:
    """Return the farm as it would be with the build of *text* (a build or KB) on these nodes.

    Raises :class:`~idp.federation.farm.BadNode`, and what ``Farm.set_build`` raises.
    """
    nodes.must_exist(services, names)
    plans = {name: services.farm.plan(name, text, "") for name in names}
    before = nodes.nodes(services)
    after = tuple(
        nodes.view_of(services, plans[view.node.name].node) if view.node.name in plans else view
        for view in before
    )
    warnings = tuple(dict.fromkeys(_warnings(before, plans.values())))
    build = next(iter(plans.values())).node.build
    return WhatIf(build, tuple(plans), before, after, warnings)


def sentence_of(views: Iterable[NodeView]) -> str:
    """Return what users with a current phone meet on these nodes, as a sentence."""
    shown = Counter(view.shows for view in views).most_common()
    total = sum(count for _, count in shown)
    if len(shown) == 1:
        return counted(
            "The one node shows {shows}.", "All {number} nodes show {shows}.", total,
            shows=shown[0][0],
        )  # fmt: skip
    (most, first), *others = ((count, shows) for shows, count in shown)
    parts = [
        counted(
            "{number} of {total} nodes shows {shows}", "{number} of {total} nodes show {shows}",
            most, total=total, shows=first,
        )
    ]  # fmt: skip
    parts += [
        counted("{number} shows {shows}", "{number} show {shows}", count, shows=shows)
        for count, shows in others
    ]
    who = joined(", ", parts)
    if len(shown) == 2:
        return sentence("{nodes}: the same user will meet both.", nodes=who)
    return sentence("{nodes}: the same user will meet all of them.", nodes=who)


def _warnings(before: Iterable[NodeView], plans: Iterable[NodeChange]) -> Iterator[str]:
    products = {view.node.name: view.node.product for view in before}
    for plan in plans:
        yield from plan.warnings
        now, then = products[plan.node.name], plan.node.product
        if now != then:
            yield sentence(
                "{name} runs {now}, and this build is one of {then}.",
                name=plan.node.name,
                now=now,
                then=then,
            )


def _met(views: Iterable[NodeView], device: str) -> str:
    shown = Counter(dict(view.devices)[device] for view in views).most_common()
    return joined(
        ", ", (sentence("{shows} ({count})", shows=shows, count=count) for shows, count in shown)
    )


def _as_json(view: NodeView) -> dict[str, Any]:
    return {
        "build": view.node.build,
        "product": view.node.product,
        "experience": view.decision.experience,
        "reason": view.decision.reason,
        "devices": dict(view.devices),
    }
