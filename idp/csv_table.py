"""Reads CSV files with named columns, and reports all faults of a file at once, by line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.errors import TallystickError


class CsvFaults(TallystickError):
    """Raised for a file with faults; ``faults`` has a sentence for each."""

    code = "csv_faults"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            f"The file has faults: {'; '.join(faults)}",
            "Nothing was changed; correct it and repeat",
        )
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the number of its first line, and its values by column name."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def read_rows(
    text: str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    further: Callable[[str], str | None] = lambda _: None,
    verbatim: Sequence[str] = (),
    is_confidential: bool = False,
) -> tuple[list[CsvRow], list[str]]:
    """Return the rows below the header line, and sentences about the rows that are faulty.

    Names of columns are read in any case. *further* returns the name of any other column as the
    rows have it, or None for one that the file must not have. Empty lines are skipped. Leading and
    trailing spaces of values are removed, except in the columns *verbatim*. Raises
    :class:`CsvFaults` if the header lacks a *required* column or has one that it must not have. The
    faults of a file that *is_confidential* repeat nothing of it: without a header, the first line
    has secrets.
    """
    lines = _lines(text.removeprefix("\ufeff"))
    first = [name.strip() for name in next(lines, (1, []))[1]]
    known = (*required, *optional)
    found = [each.lower() if each.lower() in known else further(each) for each in first]
    faults = list(_header_faults(first, found, required, known, is_confidential))
    if faults:
        raise CsvFaults(faults)
    header, rows = [name for name in found if name is not None], []
    for line, cells in lines:
        if len(cells) == len(header):
            named = zip(header, cells, strict=True)
            rows.append(CsvRow(line, {n: c if n in verbatim else c.strip() for n, c in named}))
        else:
            faults.append(f"line {line}: {len(cells)} fields, but {len(header)} columns")
    return rows, faults


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise CsvFaults([f"line {reader.line_num}: {error}"]) from None


def _header_faults(
    first: Sequence[str],
    found: Sequence[str | None],
    required: Sequence[str],
    known: Sequence[str],
    is_confidential: bool,
) -> Iterator[str]:
    for column in required:
        if column not in found:
            yield f"the first line must name the columns, but {column} is missing"
    for place, (written, name) in enumerate(zip(first, found, strict=True), start=1):
        if name is None:
            what = f"field {place} of the first line" if is_confidential else repr(written.lower())
            yield f"{what} is not a column; the columns are {', '.join(known)}"
    if len({written.lower() for written in first}) < len(first):
        yield "a column is named twice"
