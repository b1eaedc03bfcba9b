"""Prints data: a table in a terminal, tab-separated lines in a pipe, JSON with ``--json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """Print a JSON document as one line of ASCII, which cannot control a terminal."""
    click.echo(json.dumps(value))


def printable(value: object) -> str:
    """Return text for a terminal, with control characters replaced by escapes."""
    text = "" if value is None else str(value)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def print_warning(text: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"tallystick: warning: {printable(text)}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print *rows* below a header; if there are none, print *empty* on standard error."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        click.echo(empty, err=True)
    elif sys.stdout.isatty():
        _print_rich(columns, cells)
    else:
        for line in (columns, *cells):
            click.echo("\t".join(line))


def print_fields(fields: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one pair a line."""
    width = max(len(name) for name, _ in fields)
    for name, value in fields:
        click.echo(f"{name:<{width}}  {printable(value)}")


def _print_rich(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)
