"""The harness counts correctly; no test here depends on how long anything takes."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bench.harness import Result, Row, measure
from bench.table import print_table


def test_every_input_is_used_once():
    made, used = [], []

    def prepare(times):
        fresh = [object() for _ in range(times)]
        made.extend(fresh)
        return fresh

    measure([Row("row", 1, used.append, prepare)], Row("unit", None, str), rounds=2)
    assert used == made


def test_each_row_has_a_ratio():
    rows = [Row(name, None, str) for name in ("one", "other")]
    results = measure(rows, Row("unit", None, str), rounds=2)
    assert [result.name for result in results] == ["one", "other"]
    assert all(result.ratio > 0 for result in results)


def test_work_of_other_processes_is_divided_by_its_count_and_has_no_processor_time():
    once, often = Row("once", None, str), Row("often", None, str, elsewhere=1_000_000)
    (one, many) = measure([once, often], Row("unit", None, str), rounds=2)

    assert many.ratio < one.ratio
    assert many.cpu is None


class Worker:
    """A process with a processor clock of its own: each run takes as long as it was told."""

    def __init__(self, nanoseconds: int) -> None:
        self.cost, self.used = nanoseconds, 0

    def run(self, _: object) -> None:
        self.used += self.cost

    def row(self, name: str, **more) -> Row:
        return Row(name, None, self.run, cpu_time=lambda: self.used, **more)


def test_the_cost_of_one_other_process_is_its_processor_time_by_its_own_clock():
    unit, slow = Worker(10).row("unit"), Worker(400).row("slow", elsewhere=4)

    (measured,) = measure([slow], unit, rounds=2)

    assert measured.ratio == measured.cpu == 10


def test_a_row_beside_another_has_a_ratio_to_that_row():
    rows = [Worker(50).row("one"), Worker(150).row("thrice", beside="one")]

    _, beside = measure(rows, Worker(10).row("unit"), rounds=2)

    assert beside.ratio == beside.cpu == 3


@pytest.mark.parametrize(
    ("ratio", "budget", "verdict"), [(1.0, 1.0, "ok"), (1.01, 1.0, "OVER"), (9.0, None, "")]
)
def test_a_row_over_its_budget_is_marked(ratio, budget, verdict):
    assert Result("row", ratio, 1.0, budget).verdict == verdict


def test_the_table_names_unit_ratio_budget_and_verdict():
    written = io.StringIO()
    print_table(
        [Result("a row", 1.25, 1.1, 1.0)], "one signature", Console(file=written, width=100)
    )
    assert "in units of one signature" in written.getvalue()
    row = written.getvalue().splitlines()[-1]
    assert row.split() == ["a", "row", "1.25", "1.1", "≤", "1", "OVER"]
