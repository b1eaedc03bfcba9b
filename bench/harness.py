"""Measures rows against a unit in one run: interleaved, medians, the collector off while timing.

Milliseconds say more about the machine than about the code; a ratio to work of known size does not.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns

ROUNDS = 25
BATCH_NANOSECONDS = 10_000_000
MOST_IN_A_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to measure: *run* is timed, *prepare* makes its inputs beforehand, untimed.

    *budget* is the most it may cost, in units; None where it only stands beside another row.
    """

    name: str
    budget: float | None
    run: Callable[[object], object]
    prepare: Callable[[int], Iterable[object]] = range


@dataclass(frozen=True, slots=True)
class Result:
    """What a row costs, in units."""

    name: str
    ratio: float
    budget: float | None

    @property
    def verdict(self) -> str:
        """Whether it keeps within its budget."""
        if self.budget is None:
            return ""
        return "ok" if self.ratio <= self.budget else "OVER"


def measure(rows: Sequence[Row], unit: Row, rounds: int = ROUNDS) -> list[Result]:
    """Return what each row costs: the median over rounds, each beside the unit in that round."""
    sizes = {row.name: _batch_size(row) for row in (unit, *rows)}
    ratios: dict[str, list[float]] = {row.name: [] for row in rows}
    for _ in range(rounds):
        with _collector_off():
            for row in rows:
                one_unit = _once(unit, sizes[unit.name])
                ratios[row.name].append(_once(row, sizes[row.name]) / one_unit)
    return [Result(row.name, statistics.median(ratios[row.name]), row.budget) for row in rows]


def _batch_size(row: Row) -> int:
    """Return how many runs take long enough to be timed; what is done first only warms up."""
    _once(row, 3)
    return max(1, min(MOST_IN_A_BATCH, int(BATCH_NANOSECONDS / _once(row, 3))))


def _once(row: Row, times: int) -> float:
    """Return the nanoseconds of one run, as the mean of so many in a row."""
    run, inputs = row.run, list(row.prepare(times))
    start = perf_counter_ns()
    for each in inputs:
        run(each)
    return (perf_counter_ns() - start) / times


@contextmanager
def _collector_off() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
