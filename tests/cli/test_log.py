"""``tallystick log``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.nets import NET_SECONDS

from idp.audit.record import SignInRecord
from idp.management import sign_in_log as sign_ins

TALLYSTICK = Path(sys.executable).with_name("tallystick")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def write_row(services):
    """Write a row of the log."""

    def write(user="alice@example.test", **values):
        filled = {
            "trust": "https://sp.example.test",
            "node": "sts1",
            "experience": "number_match",
            "reason": "kb_installed",
            "outcome": "issued",
            **values,
        }
        services.log.append(SignInRecord(NOON, 1200, "activity", user=user, **filled))

    return write


def test_a_line_says_who_where_what_and_why(write_row, done):
    write_row()

    assert done("log").split() == [
        "2026-11-24", "12:00:00", "alice@example.test", "https://sp.example.test", "sts1",
        "number_match", "(kb_installed)", "issued",
    ]  # fmt: skip


def test_a_partial_log_out_names_the_service_providers_that_were_not_reached(write_row, done):
    detail = "https://wiki.example.test no_answer"
    write_row(experience="", reason="", outcome="partial_logout", detail=detail)

    assert done("log").endswith(f"partial_logout ({detail})\n")


def test_json_is_one_object_a_line(write_row, done):
    write_row()
    write_row(user="bob@example.test", outcome="refused")

    first, second = [json.loads(line) for line in done("log", "--json").splitlines()]

    assert first["user"] == "alice@example.test"
    assert first["event_id"] == 1200
    assert first["at"].startswith("2026-11-24T12:00:00")
    assert second["outcome"] == "refused"


@pytest.mark.parametrize("name", ["alice@example.test", "ALICE@example.test", "EXAMPLE\\alice"])
def test_the_rows_of_one_user_are_found_by_either_name(name, write_row, done):
    done("user", "add", "alice@example.test", "--password-stdin", input="password\n")
    write_row()
    write_row(user="bob@example.test")

    assert [
        json.loads(line)["user"] for line in done("log", "--user", name, "--json").splitlines()
    ] == ["alice@example.test"]


def test_rows_are_found_by_activity_outcome_time_and_number(write_row, done, refused):
    write_row(user="one", outcome="issued")
    write_row(user="two", outcome="MSIS3200", detail="asked for x")

    def users(*options: str) -> list[str]:
        return [json.loads(line)["user"] for line in done("log", "--json", *options).splitlines()]

    assert users("--activity", "{ACTIVITY}") == ["one", "two"]
    assert users("--activity", "another") == []
    assert users("--outcome", "MSIS3200") == ["two"]
    assert users("--limit", "1") == ["two"]
    assert users("--since", "2026-11-24T12:00") == ["one", "two"]
    assert users("--since", "2026-11-24T12:01") == []
    assert "asked for x" in done("log", "--outcome", "MSIS3200")
    assert "[not_a_time]" in refused("log", "--since", "yesterday")


def test_the_whole_log_is_printed_however_long(write_row, done, monkeypatch):
    monkeypatch.setattr(sign_ins, "PAGE_SIZE", 3)
    for number in range(10):
        write_row(outcome=str(number))

    lines = done("log", "--json").splitlines()

    assert [json.loads(line)["outcome"] for line in lines] == [str(n) for n in range(10)]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_value_that_a_client_sent_stays_inside_its_field(options, write_row, done):
    write_row(user="eve\r\nroot  \x1b[2J\u202e<b>", node="\x9b31m")

    printed = done("log", *options)

    assert printed.count("\n") == 1
    assert printed.removesuffix("\n").isprintable()


def test_a_search_that_finds_nothing_says_so_beside_the_output(write_row, tally):
    write_row()

    for options in (["--user", "nobody@example.test"], ["--activity", "x", "--json"]):
        found = tally("log", *options)
        assert (found.exit_code, found.stdout) == (0, "")
        assert found.stderr.startswith("No entry matches.")


def test_an_empty_log_prints_nothing(done):
    assert done("log") == ""


def test_follow_goes_on_with_new_rows_until_it_is_interrupted(write_row, farm_folder):
    write_row(outcome="before")
    process = subprocess.Popen(  # noqa: S603 - our own command
        [TALLYSTICK, "log", "--follow", "--json"],
        cwd=farm_folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        assert json.loads(process.stdout.readline())["outcome"] == "before"
        write_row(outcome="after")
        assert json.loads(process.stdout.readline())["outcome"] == "after"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=NET_SECONDS)
    finally:
        process.kill()

    assert process.returncode == 130
    assert (rest, errors.strip()) == ("", "")
