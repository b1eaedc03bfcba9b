"""Measures operations against a unit in one run: interleaved, by medians, without the collector.

Milliseconds say more about the machine than about the code; a ratio to a known operation does not.
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
    """One operation: *run* is timed; *prepare* makes the inputs for so many runs, untimed.

    *finish* ends what *prepare* began, after those runs and untimed too.
    *budget* is the upper limit of its cost in units, None if there is none. If *beside* names an
    earlier row, ratio and budget are relative to that row instead of the unit. *elsewhere* is how
    many times other processes do the operation on each core in one run, which hides its processor
    time; 0 if this process does it, once. If one process does it all, *cpu_time* returns the
    nanoseconds of processor time that it has used so far: then they alone are the cost.
    """

    name: str
    budget: float | None
    run: Callable[[object], object]
    prepare: Callable[[int], Iterable[object]] = range
    elsewhere: int = 0
    beside: str | None = None
    finish: Callable[[], object] = lambda: None
    cpu_time: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The cost of a row, in units or relative to another row.

    ``cpu`` is without waiting, for example for a disk; None if it is not known.
    """

    name: str
    ratio: float
    cpu: float | None
    budget: float | None

    @property
    def verdict(self) -> str:
        """``ok`` or ``OVER`` for a row with a budget."""
        if self.budget is None:
            return ""
        return "ok" if self.ratio <= self.budget else "OVER"


@dataclass(frozen=True, slots=True)
class _Cost:
    """Nanoseconds of one run: by the clock, and of processor time."""

    wall: float
    cpu: float


def measure(rows: Sequence[Row], unit: Row, rounds: int = ROUNDS) -> list[Result]:
    """Return the cost of each row: the median of its ratios to the unit measured in each round."""
    sizes = {row.name: _batch_size(row) for row in (unit, *rows)}
    ratios: dict[str, list[_Cost]] = {row.name: [] for row in rows}
    for _ in range(rounds):
        with _without_collector():
            for row in rows:
                one, cost = _time(unit, sizes[unit.name]), _time(row, sizes[row.name])
                other = ratios[row.beside][-1] if row.beside else _Cost(1, 1)
                times = row.elsewhere or 1
                cpu = cost.cpu / times / one.cpu
                wall = cpu if row.cpu_time else cost.wall / times / one.wall
                ratios[row.name].append(_Cost(wall / other.wall, cpu / other.cpu))
    return [_result(row, ratios[row.name]) for row in rows]


def _result(row: Row, ratios: Sequence[_Cost]) -> Result:
    wall = statistics.median(ratio.wall for ratio in ratios)
    cpu = statistics.median(ratio.cpu for ratio in ratios)
    is_hidden = row.elsewhere and row.cpu_time is None
    return Result(row.name, wall, None if is_hidden else cpu, row.budget)


def _batch_size(row: Row) -> int:
    """Return how many runs take long enough to be timed; the first ones only warm up."""
    _time(row, 3)
    return max(1, min(MAX_BATCH, int(BATCH_NANOSECONDS / _time(row, 3).wall)))


def _time(row: Row, times: int) -> _Cost:
    """Return the cost of one run, as the mean of *times* runs."""
    run, inputs = row.run, list(row.prepare(times))
    cpu_time = row.cpu_time or process_time_ns
    wall, cpu = perf_counter_ns(), cpu_time()
    for item in inputs:
        run(item)
    cpu, wall = cpu_time() - cpu, perf_counter_ns() - wall
    row.finish()
    return _Cost(wall / times, cpu / times)


@contextmanager
def _without_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
