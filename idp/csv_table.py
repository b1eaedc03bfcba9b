"""Reading a CSV file with named columns, and reporting all its faults at once, by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.errors import TallystickError


class CsvFaults(TallystickError):
    """Raised for a file that cannot be taken as it is; ``faults`` holds one sentence for each."""

    code = "csv_faults"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            f"The file is not taken: {'; '.join(faults)}", "Nothing was changed; mend it and repeat"
        )
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it starts on, and its values by column, without outer spaces."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def read_rows(
    text: str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    verbatim: Sequence[str] = (),
) -> tuple[list[CsvRow], list[str]]:
    """Return the rows under the header line, and the faults of those that are left out.

    Empty lines are skipped; the columns *verbatim* keep their outer spaces. Raises
    :class:`CsvFaults` at once when there is no usable header.
    """
    lines = _lines(text.removeprefix("\ufeff"))
    header = [name.strip().lower() for name in next(lines, (1, []))[1]]
    faults = list(_header_faults(header, required, optional))
    if faults:
        raise CsvFaults(faults)
    rows = []
    for line, cells in lines:
        if len(cells) == len(header):
            named = zip(header, cells, strict=True)
            rows.append(CsvRow(line, {n: c if n in verbatim else c.strip() for n, c in named}))
        else:
            faults.append(f"line {line}: {len(cells)} fields where there are {len(header)} columns")
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
    header: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> Iterator[str]:
    allowed = (*required, *optional)
    for name in required:
        if name not in header:
            yield f"the first line must name the columns, and {name} is missing"
    for name in header:
        if name not in allowed:
            yield f"there is no column {name!r}, only {', '.join(allowed)}"
    if len(set(header)) < len(header):
        yield "a column is named twice"
