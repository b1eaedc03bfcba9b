"""Runs all benchmarks and prints one table; being over a budget stands out, and fails nothing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench import decision, saml, usual_way
from bench.harness import Row, measure
from bench.table import show

UNIT = "one RSA-2048 signature"


def main() -> None:
    """Measure everything beside the unit."""
    idp, sp = saml.party("idp.example.test"), saml.party("sp.example.test")
    unit = Row(UNIT, None, lambda _: idp.key.sign(b"message"))
    with TemporaryDirectory() as folder:
        rows = [*decision.ROWS, *saml.rows(idp, sp), *usual_way.rows(idp, sp, Path(folder))]
        show(measure(rows, unit), UNIT)


if __name__ == "__main__":
    main()
