"""Measures rows against a unit in one run: interleaved, medians, the collector off while timing.

Milliseconds say more about the machine than about the code; a ratio to work of known size does not.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns, process_time_ns

ROUNDS = 25
BATCH_NANOSECONDS = 100_000_000
MAX_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to measure: *run* is timed, *prepare* makes its inputs beforehand, untimed.

    *budget* is the most it may cost, in units; None where it only stands beside another row. With
    *beside*, the name of a row before it, ratio and budget are to that row instead of the unit.
    *elsewhere* is how many times one run has it done on each core by other processes, whose
    processor time is not seen; 0 where it is done here, once.
    """

    name: str
    budget: float | None
    run: Callable[[object], object]
    prepare: Callable[[int], Iterable[object]] = range
    elsewhere: int = 0
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a row costs, in units or beside another; ``cpu`` leaves out waits, as for a disk.

    It is None where the work was done by other processes.
    """

    name: str
    ratio: float
    cpu: float | None
    budget: float | None

    @property
    def verdict(self) -> str:
        """Whether it keeps within its budget."""
        if self.budget is None:
            return ""
        return "ok" if self.ratio <= self.budget else "OVER"


@dataclass(frozen=True, slots=True)
class _Cost:
    """Nanoseconds of one run: by the clock, and of the processor."""

    wall: float
    cpu: float


def measure(rows: Sequence[Row], unit: Row, rounds: int = ROUNDS) -> list[Result]:
    """Return what each row costs: the median over rounds, each beside the unit in that round."""
    sizes = {row.name: _batch_size(row) for row in (unit, *rows)}
    ratios: dict[str, list[_Cost]] = {row.name: [] for row in rows}
    for _ in range(rounds):
        with _collector_off():
            for row in rows:
                one, cost = _once(unit, sizes[unit.name]), _once(row, sizes[row.name])
                other = ratios[row.beside][-1] if row.beside else _Cost(1, 1)
                wall, cpu = cost.wall / one.wall, cost.cpu / one.cpu
                ratios[row.name].append(_Cost(wall / other.wall, cpu / other.cpu))
    return [_result(row, ratios[row.name]) for row in rows]


def _result(row: Row, ratios: Sequence[_Cost]) -> Result:
    wall = statistics.median(ratio.wall for ratio in ratios)
    if row.elsewhere:
        return Result(row.name, wall / row.elsewhere, None, row.budget)
    return Result(row.name, wall, statistics.median(ratio.cpu for ratio in ratios), row.budget)


def _batch_size(row: Row) -> int:
    """Return how many runs take long enough to be timed; what is done first only warms up."""
    _once(row, 3)
    return max(1, min(MAX_BATCH, int(BATCH_NANOSECONDS / _once(row, 3).wall)))


def _once(row: Row, times: int) -> _Cost:
    """Return the cost of one run, as the mean of so many in a row."""
    run, inputs = row.run, list(row.prepare(times))
    wall, cpu = perf_counter_ns(), process_time_ns()
    for each in inputs:
        run(each)
    cpu, wall = process_time_ns() - cpu, perf_counter_ns() - wall
    return _Cost(wall / times, cpu / times)


@contextmanager
def _collector_off() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
