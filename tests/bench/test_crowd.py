"""The crowd of ``python -m bench crowd`` waits as phones and pages do; nothing here is timed."""

from __future__ import annotations

import os
import time
from io import StringIO

from rich.console import Console

from bench import crowd, crowd_party, served
from bench.crowd_client import waiting
from bench.figures import Figure, percentile, print_figures
from bench.processes import cpu_seconds, memory_megabytes, tree


def test_a_phone_and_a_page_of_the_crowd_see_what_happens_to_them(tmp_path):
    party = crowd_party.make_party(tmp_path, 1)
    phones, pages = (
        [crowd_party.waiting_phone(party, each) for each in party.phones],
        crowd_party.make_pages(party),
    )
    with served.running(tmp_path, crowd.IDP_INITIATED, "--workers", "1") as server:
        with waiting(server.port, pages) as reports:
            assert crowd.seconds_to_see_denial(party, 0, reports) >= 0
        with waiting(server.port, phones) as reports:
            assert crowd.seconds_to_see_push(party, 0, reports) >= 0
        assert len(tree(server.pid)) == 3
        assert memory_megabytes(tree(server.pid)) > 30


def test_processor_time_is_that_of_the_processes():
    before = cpu_seconds([os.getpid()])
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert cpu_seconds([os.getpid()]) > before


def test_a_percentile_is_one_of_the_values():
    assert percentile(range(100), 0.99) == 99
    assert percentile([3.0], 0.99) == 3.0


def test_the_table_marks_figures_over_their_budget():
    written = StringIO()
    figures = [
        Figure("small", 1.0, "MB", 2),
        Figure("large", 3.0, "MB", 2),
        Figure("free", 9.0, "s"),
    ]
    print_figures(figures, "two workers", Console(file=written, width=100))

    assert [line.split()[-1] for line in written.getvalue().splitlines()[2:]] == ["ok", "OVER", "s"]
