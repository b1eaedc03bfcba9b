"""How data is printed: a table for people, tab-separated lines for pipes, JSON on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """Print one JSON document on one line, in ASCII: no character of it can steer a terminal."""
    click.echo(json.dumps(value))


def printable(value: object) -> str:
    """Return text for a terminal: control characters appear as escapes, so they do nothing."""
    text = "" if value is None else str(value)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def warn(text: str) -> None:
    """Say on standard error what is weak, or asks for somebody's attention."""
    click.echo(f"tallystick: warning: {printable(text)}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print *rows*; *empty* is said, on standard error, where there are none."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        click.echo(empty, err=True)
    elif sys.stdout.isatty():
        _print_rich(columns, cells)
    else:
        for line in (columns, *cells):
            click.echo("\t".join(line))


def print_fields(fields: Sequence[tuple[str, object]]) -> None:
    """Print one thing: a name and a value a line."""
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
