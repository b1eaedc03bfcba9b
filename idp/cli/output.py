"""Prints data: a table in a terminal, tab-separated lines in a pipe, JSON with ``--json``."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

_GAP = "  "

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


def print_done(value: Any, sentence: str, *, as_json: bool) -> None:
    """Print what a command has changed: the JSON *value*, or a *sentence*."""
    if as_json:
        print_json(value)
    else:
        click.echo(printable(sentence))


def color_choice() -> bool | None:
    """Return False where colours are unwanted (https://no-color.org, TERM=dumb); None: decide."""
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return False if is_plain else None


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print *rows* below a header; if there are none, print *empty* on standard error.

    A cell is never broken, so that it can be copied: if the table is wider than the terminal, each
    row becomes a block of lines.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        click.echo(empty, err=True)
    elif not sys.stdout.isatty():
        for line in (columns, *cells):
            click.echo("\t".join(line))
    elif _width_of((columns, *cells)) <= shutil.get_terminal_size().columns:
        _print_columns(columns, cells)
    else:
        _print_blocks(columns, cells)


def print_fields(fields: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one pair a line."""
    width = max(len(name) for name, _ in fields)
    for name, value in fields:
        click.echo(f"{name:<{width}}  {printable(value)}")


def _print_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(cell_width, column)) for column in zip(columns, *rows, strict=True)]
    click.secho(_padded(columns, widths), bold=True)
    for row in rows:
        click.echo(_padded(row, widths))


def _print_blocks(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print each row as lines of name and value, without the values that are empty."""
    width = max(map(len, columns))
    for number, row in enumerate(rows):
        if number:
            click.echo()
        for name, value in zip(columns, row, strict=True):
            if value:
                click.echo(f"{click.style(f'{name:<{width}}', bold=True)}  {value}")


def _width_of(rows: Sequence[Sequence[str]]) -> int:
    """Return how wide the lines of a table are, in columns of the terminal."""
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def cell_width(text: str) -> int:
    """Return how many columns a terminal needs for *text*: two for each wide character."""
    marks = sum(unicodedata.combining(char) != 0 for char in text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) - marks + wide


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        text + " " * (width - cell_width(text)) for text, width in zip(row, widths, strict=True)
    )
    return _GAP.join(cells).rstrip()
