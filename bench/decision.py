"""One call of ``adapter.decide`` with the build of a node."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from adapter.decision import Decision, decide
from bench.harness import Row

BUDGET = 1 / 40
_revisions = count()


def builds_of_a_farm(times: int) -> Iterator[str]:
    """Return the builds of three nodes, one after another."""
    farm = ("20348.350", "17763.2299", "14393.4704")
    return (farm[turn % 3] for turn in range(times))


def unseen_builds(times: int) -> Iterator[str]:
    """Return builds that no cache can know."""
    return (f"20348.{next(_revisions)}" for _ in range(times))


def _decide(build: object) -> Decision:
    return decide(scenario="adfs", host=str(build))


ROWS = (
    Row("one decide(), builds of a farm", BUDGET, _decide, builds_of_a_farm),
    Row("one decide(), a build never seen", None, _decide, unseen_builds),
)
