"""Log lines: one a call, every value inside its field, beside whatever structlog is set to."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from idp import logs
from idp.events import Event

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(Event)
UNKNOWN_TO_JSON = st.sets(st.text()) | st.datetimes() | st.just(object)
VALUES = PLAIN | UNKNOWN_TO_JSON | st.lists(PLAIN) | st.dictionaries(st.text(), PLAIN)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda name: name != "self")


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


def test_debugging_is_not_written():
    stream = io.StringIO()
    logs.configure(stream=stream)
    logs.get_logger().debug("detail")
    assert stream.getvalue() == ""


def test_the_structlog_configuration_of_the_host_program_is_kept():
    before = structlog.get_config()
    written("console")
    assert structlog.get_config() == before


@given(
    event=st.text(),
    level=st.sampled_from(["info", "warning", "error", "critical"]),
    fields=st.dictionaries(NAMES | st.sampled_from(["level", "timestamp"]), VALUES),
)
def test_a_json_line_is_the_one_that_structlog_writes(event, level, fields):
    fields.pop("event", None)  # would be the event's name twice
    stream, expected = io.StringIO(), io.StringIO()
    logs.configure(stream=stream)
    getattr(logs.get_logger(), level)(event, **fields)
    getattr(by_structlog(expected), level)(event, **fields)
    assert without_time(stream.getvalue()) == without_time(expected.getvalue())


def by_structlog(stream):
    """Return structlog's logger of JSON lines with the same escaping, which is slower."""
    return structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            lambda _logger, _method, fields: logs._escaped(fields),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
    )


def without_time(line: str) -> str:
    """Return a line whose last timestamp has zeros for digits, whose form stays."""
    time = json.loads(line)["timestamp"]
    head, mark, tail = line.rpartition(f'"timestamp": "{time}"')
    assert mark, line
    return head + "".join("0" if char.isdigit() else char for char in time) + tail


def test_json_lines_are_written_without_structlog():
    script = (
        "import sys; from idp import logs; logs.get_logger().info('x'); "
        "assert 'structlog' not in sys.modules"
    )
    run = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script], capture_output=True, check=True
    )
    assert json.loads(run.stderr)["event"] == "x"
