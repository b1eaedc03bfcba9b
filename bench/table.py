"""Prints the results as a table of ratios."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.harness import Result


def print_table(results: Sequence[Result], unit: str, console: Console | None = None) -> None:
    """Print the table; rows over their budget are red."""
    table = Table(title=f"in units of {unit}", title_justify="left", box=None)
    table.add_column("what")
    table.add_column("ratio", justify="right")
    table.add_column("cpu", justify="right")
    table.add_column("budget", justify="right")
    table.add_column("")
    for result in results:
        budget = "" if result.budget is None else f"≤ {result.budget:g}"
        style = "bold red" if result.verdict == "OVER" else None
        ratios = (f"{result.ratio:.3g}", "" if result.cpu is None else f"{result.cpu:.3g}")
        table.add_row(result.name, *ratios, budget, result.verdict, style=style)
    (console or Console()).print(table)
