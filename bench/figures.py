"""Figures with a unit and a budget of their own, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in *unit*; *budget* is its upper limit, None if there is none."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def verdict(self) -> str:
        """``ok`` or ``OVER`` for a figure with a budget."""
        if self.budget is None:
            return ""
        return "ok" if self.value <= self.budget else "OVER"


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that *share* of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def print_figures(figures: Sequence[Figure], title: str, console: Console | None = None) -> None:
    """Print the table; figures over their budget are red."""
    table = Table(title=title, title_justify="left", box=None)
    for column, justify in (
        ("what", "left"),
        ("measured", "right"),
        ("budget", "right"),
        ("", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # both are JustifyMethods
    for figure in figures:
        budget = "" if figure.budget is None else f"≤ {figure.budget:g}"
        style = "bold red" if figure.verdict == "OVER" else None
        measured = f"{figure.value:.3g} {figure.unit}"
        table.add_row(figure.name, measured, budget, figure.verdict, style=style)
    (console or Console()).print(table)
