"""Runs all benchmarks and prints one table; rows over their budget stand out but do not fail.

``python -m bench crowd`` measures instead what a waiting crowd costs, and the memory of a server.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    crowd,
    decision,
    flood,
    log_out,
    plugin,
    radius,
    saml,
    scale,
    server,
    sign_in,
    start,
    usual_way,
)
from bench.harness import Row, measure
from bench.table import print_table
from idp import logs

UNIT = "one RSA-2048 signature"


def main() -> None:
    """Measure everything in units of one signature."""
    idp, sp = saml.new_party("idp.example.test"), saml.new_party("sp.example.test")
    unit = Row(UNIT, None, lambda _: idp.key.sign(b"message"))
    with (
        TemporaryDirectory() as name,
        log_lines_to(Path(name) / "log"),
        server.OPENED,
        sign_in.rows(idp, sp, Path(name)) as sign_in_rows,
        flood.rows(idp, sp, Path(name) / "flood") as flood_rows,
        radius.rows(idp, sp, Path(name) / "radius") as radius_rows,
        plugin.rows(Path(name) / "plugin") as plugin_rows,
    ):
        rows = [
            *decision.ROWS,
            *saml.rows(idp, sp),
            *sign_in_rows,
            *flood_rows,
            *radius_rows,
            *plugin_rows,
            *log_out.rows(idp, sp, Path(name) / "log-out"),
            *scale.rows(idp, sp, Path(name)),
            *usual_way.rows(idp, sp, Path(name)),
        ]
        results = measure(rows, unit)
    print_table(results, UNIT)
    start.print_starts()


@contextmanager
def log_lines_to(file: Path) -> Iterator[None]:
    """Write log lines as in real use, but to a file: writing them is part of what is measured."""
    with file.open("w") as lines, redirect_stderr(lines):
        logs.configure()
        yield


if __name__ == "__main__":
    if sys.argv[1:] == ["crowd"]:
        with TemporaryDirectory() as name, log_lines_to(Path(name) / "log"):
            crowd.main()
    else:
        main()
