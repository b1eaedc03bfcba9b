"""Runs all benchmarks and prints one table; being over a budget stands out, and fails nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import decision, log_out, saml, scale, sign_in, usual_way
from bench.harness import Row, measure
from bench.table import show
from idp import logs

UNIT = "one RSA-2048 signature"


def main() -> None:
    """Measure everything beside the unit."""
    idp, sp = saml.party("idp.example.test"), saml.party("sp.example.test")
    unit = Row(UNIT, None, lambda _: idp.key.sign(b"message"))
    with (
        TemporaryDirectory() as name,
        log_lines_to(Path(name) / "log"),
        sign_in.rows(idp, sp, Path(name)) as of_sign_in,
    ):
        rows = [
            *decision.ROWS,
            *saml.rows(idp, sp),
            *of_sign_in,
            *log_out.rows(idp, sp, Path(name) / "log-out"),
            *scale.rows(idp, sp, Path(name)),
            *usual_way.rows(idp, sp, Path(name)),
        ]
        results = measure(rows, unit)
    show(results, UNIT)


@contextmanager
def log_lines_to(file: Path) -> Iterator[None]:
    """Have log lines written as in real use, but to a file: they are part of what is measured."""
    with file.open("w") as lines, redirect_stderr(lines):
        logs.configure()
        yield


if __name__ == "__main__":
    main()
