"""Registry values: ``Get-ItemProperty``, ``reg query``, ``.reg`` files and ``Get-ComputerInfo``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapter.windows.builds import BASE, Build
from adapter.windows.versions import END, SPACE, Lines, bases_in

_NAME = r"(?<!\w)(CurrentBuild(?:Number)?|OsBuildNumber|(?:Windows)?UBR)"
_FIELD = re.compile(
    rf"""{_NAME}"?(?=[ \t:=]){SPACE}(?::|=|REG_SZ|REG_DWORD)?{SPACE}"""
    rf""""?(dword:|0x)?([0-9a-f]{{1,10}}){END}""",
    re.IGNORECASE,
)
_MAX_TABLE_LINE_LENGTH = 300
_MAX_REVISION = 0xFFFFFFFF


def builds_in(lines: Lines) -> tuple[Build, ...]:
    """Return the builds made of CurrentBuildNumber and UBR; the base may also stand elsewhere.

    ``reg query`` prints the UBR in hexadecimal, everything else in decimal.
    """
    fields = [*_fields(lines), *_table_fields(lines)]
    revisions = {value for name, value in fields if name.endswith("ubr")}
    bases = {value for name, value in fields if not name.endswith("ubr")}
    if not revisions:
        return ()
    return tuple(
        Build(base, revision)
        for base in sorted(bases or bases_in(lines))
        for revision in sorted(revisions)
    )


def _fields(lines: Lines) -> Iterator[tuple[str, int]]:
    for line in lines:
        for name, hexadecimal, digits in _FIELD.findall(line):
            yield from _field(name, digits, hexadecimal=bool(hexadecimal))


def _table_fields(lines: Lines) -> Iterator[tuple[str, int]]:
    """Yield the fields of a PowerShell table: names, a line of dashes, values under the names."""
    for heads, dashes, values in zip(lines, lines[1:], lines[2:], strict=False):
        if "---" not in dashes or set(dashes) - set(" -\t") or len(heads) > _MAX_TABLE_LINE_LENGTH:
            continue
        for head in re.finditer(_NAME, heads):
            for cell in re.finditer(r"[0-9]+", values[:_MAX_TABLE_LINE_LENGTH]):
                # Texts stand flush left under their name, numbers flush right.
                if cell.start() == head.start() or cell.end() == head.end():
                    yield from _field(head[0], cell[0], hexadecimal=False)


def _field(name: str, digits: str, *, hexadecimal: bool) -> Iterator[tuple[str, int]]:
    name = name.lower()
    if name.endswith("ubr"):
        if hexadecimal or digits.isdecimal():
            value = int(digits, 16 if hexadecimal else 10)
            if value <= _MAX_REVISION:
                yield name, value
    elif not hexadecimal and re.fullmatch(BASE, digits):
        yield name, int(digits)
