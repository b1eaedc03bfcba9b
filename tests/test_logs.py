"""Log lines: one a call, every value inside its field."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp import logs


@pytest.fixture(autouse=True)
def _as_before():
    yield
    logs.configure()


def written(style: str, **fields: str) -> str:
    stream = io.StringIO()
    logs.configure(style, stream)
    logs.get_logger().info("something_happened", **fields)
    return stream.getvalue()


@pytest.mark.parametrize("style", ["json", "console"])
@given(hostile=st.text())
def test_any_text_stays_on_its_line(style, hostile):
    line = written(style, user=hostile)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert line[:-1].isprintable()


@given(text=st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1))
def test_plain_text_is_as_it_was(text):
    assert json.loads(written("json", user=text))["user"] == text


def test_a_line_says_what_when_and_how_bad():
    line = json.loads(written("json", code="x"))
    assert (line["event"], line["level"], line["code"]) == ("something_happened", "info", "x")
    assert line["timestamp"].endswith("Z")


def test_lines_go_to_the_current_standard_error(capsys, monkeypatch):
    logs.configure()
    logs.get_logger().info("first")
    elsewhere = io.StringIO()
    monkeypatch.setattr(sys, "stderr", elsewhere)
    logs.get_logger().info("second")
    assert "second" in elsewhere.getvalue()


def test_a_line_for_people_begins_with_the_time_and_quotes_what_has_spaces():
    line = written("console", user="a b", code="x", count=1)
    assert line.split("Z ", 1)[1] == (
        "[info     ] something_happened             user='a b' code=x count=1\n"
    )
