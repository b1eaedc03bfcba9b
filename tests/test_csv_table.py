"""CSV files with named columns: every fault is reported with its line, none hides another."""

from __future__ import annotations

import pytest

from idp.csv_table import CsvFaults, read_rows


def rows_of(text: str, **columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    rows, faults = read_rows(text, **{"required": ("name", "build"), **columns})
    assert faults == []
    return [(row.line, dict(row.values)) for row in rows]


def header_faults(text: str) -> tuple[str, ...]:
    with pytest.raises(CsvFaults) as caught:
        read_rows(text, required=("name", "build"), optional=("note",))
    return caught.value.faults


def test_rows_are_read_by_the_names_of_their_columns_in_any_order_and_case():
    assert rows_of("Build , NAME\n20348.350, sts1 \n") == [
        (2, {"build": "20348.350", "name": "sts1"})
    ]


def test_a_byte_order_mark_and_empty_lines_are_skipped_but_counted():
    assert rows_of("\ufeffname,build\n\n , \nsts1,1\n") == [(4, {"name": "sts1", "build": "1"})]


def test_a_quoted_field_may_span_lines_and_the_next_row_has_its_own_number():
    rows = rows_of('name,build\nsts1,"a\nb"\nsts2,c\n')

    assert rows == [(2, {"name": "sts1", "build": "a\nb"}), (4, {"name": "sts2", "build": "c"})]


def test_columns_named_verbatim_keep_their_spaces():
    assert rows_of("name,build\n a , b \n", verbatim=("build",)) == [
        (2, {"name": "a", "build": " b "})
    ]


def test_a_column_that_the_file_lacks_reads_as_empty():
    [row], _ = read_rows("name\nsts1\n", required=("name",), optional=("note",))

    assert row["note"] == ""


def test_rows_of_another_length_are_faults_and_the_others_are_rows():
    rows, faults = read_rows("name,build\na\nb,1\nc,1,2\n", required=("name", "build"))

    assert [row["name"] for row in rows] == ["b"]
    assert [fault.partition(":")[0] for fault in faults] == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["name is missing", "build is missing"]),
        ("name\n", ["build is missing"]),
        ("name,build,colour\n", ["'colour'"]),
        ("name,build,name\n", ["named twice"]),
    ],
)
def test_every_fault_of_the_header_is_reported(text, expected):
    faults = header_faults(text)

    assert len(faults) == len(expected)
    assert all(part in fault for part, fault in zip(expected, faults, strict=True))


def test_a_quote_that_is_not_closed_is_a_fault_of_its_line():
    with pytest.raises(CsvFaults, match="line 2"):
        read_rows('name,build\n"sts1,1\n', required=("name", "build"))
