"""``tallystick decide``: its output, its exit status, and what it refuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapter import decide as decide_experience
from adapter.decision import VALUES
from idp.cli.decide import decide

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
OPTIONS = {
    # column                         option
    "scenario":                     "--scenario",
    "override":                     "--override",
    "totp_registered":              "--totp-registered",
    "protocol":                     "--protocol",
    "client_can_answer_challenge":  "--client-can-answer",
    "push_policy":                  "--push-policy",
    "requested_method":             "--method",
    "device":                       "--device",
}  # fmt: skip


def run(*arguments: str, stdin: str | bytes | None = None):
    return CliRunner().invoke(decide, arguments, input=stdin)


def arguments_of(row: dict[str, str]) -> list[str]:
    arguments = [part for name in OPTIONS if row[name] for part in (OPTIONS[name], row[name])]
    if row["scenario"] == "nps":
        return [*arguments, "--nps-version", row["host"]]
    return [*arguments, *filter(None, [row["host"]])]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
def test_a_row_of_the_table_comes_out_as_json(row):
    result = run(*arguments_of(row), "--json")

    answer = json.loads(result.stdout)
    assert (answer["experience"], answer["reason"]) == (row["expected"], row["reason"])
    assert result.exit_code == 0
    assert result.stderr == ""


def test_the_json_is_that_of_the_decision():
    decision = decide_experience(scenario="adfs", host="20348.350")

    assert json.loads(run("20348.350", "--json").stdout) == decision.as_json()


def test_people_see_the_experience_the_reason_and_the_updates():
    result = run("17763.2268")

    assert result.exit_code == 0
    for part in (
        "Approve/Deny",
        "not installed. [kb_missing]",
        "Windows Server 2019, build 17763.2268",
        "KB5006744 (17763.2268) of 2021-10-19, preview",
        "KB5007206 (17763.2300)",
        "https://support.microsoft.com/topic/november-9-2021-kb5007206-",
        "“Unpatched versions of Windows Server don't support number matching.”",
        "Install any later update.",
    ):
        assert part in result.stdout


def test_text_pasted_as_an_argument_is_read():
    result = run("Microsoft Windows Server\r\nVersion 1809 (OS Build 17763.4377)\r\n", "--json")

    assert json.loads(result.stdout)["reason"] == "kb_installed"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_standard_input_is_read_in_the_encodings_of_windows(encoding):
    printed = "CurrentBuildNumber : 17763\r\nUBR : 2299\r\n".encode(encoding)

    assert json.loads(run("-", "--json", stdin=printed).stdout)["reason"] == "kb_missing"


@pytest.mark.parametrize(
    ("text", "reason", "product"),
    [
        ("Microsoft Windows [Version 10.0.14393]", "update_level_unknown", "Windows Server 2016"),
        ("hello", "not_a_build", None),
        ("", "not_a_build", None),
    ],
)
def test_a_text_that_does_not_tell_ends_with_status_1(text, reason, product):
    as_json, for_people = run(text, "--json"), run(text)

    answer = json.loads(as_json.stdout)
    assert (answer["experience"], answer["reason"], answer["product"]) == (None, reason, product)
    assert "winver" in answer["warnings"][-1]
    assert (as_json.exit_code, for_people.exit_code) == (1, 1)
    assert len(for_people.stderr.splitlines()) == 1
    assert "winver" in for_people.stderr
    assert reason in for_people.stdout


def test_a_product_outside_the_table_is_decided_without_its_revision():
    as_json, for_people = run("9600", "--json"), run("9600")

    answer = json.loads(as_json.stdout)
    assert (answer["experience"], answer["reason"]) == ("approve_deny", "not_in_table")
    assert (as_json.exit_code, for_people.exit_code, for_people.stderr) == (0, 0, "")
    assert "Windows Server 2012 R2, build not known" in for_people.stdout
    assert "whatever its revision." in " ".join(for_people.stdout.split())


@pytest.mark.parametrize("name", ["sys info.txt", "Windows Server 2012 R2 20348.350.txt"])
def test_the_name_of_a_file_asks_whether_its_content_was_meant(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("OS Build 20348.350", "utf-8")

    as_json, for_people = run(name, "--json"), run(name)

    meant = f"tallystick decide - < '{name}'"
    answer = json.loads(as_json.stdout)
    assert (answer["experience"], answer["reason"]) == (None, "not_a_build")
    assert meant in answer["warnings"][-1]
    assert (as_json.exit_code, for_people.exit_code) == (1, 1)
    assert f"Did you mean: {meant}" in for_people.stderr
    assert "winver" not in for_people.stderr


def test_a_build_is_a_build_also_where_a_file_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("20348.350").touch()
    Path("-").touch()

    assert json.loads(run("20348.350", "--json").stdout)["reason"] == "kb_installed"
    assert json.loads(run("-", "--json", stdin="20348.350").stdout)["reason"] == "kb_installed"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([], "BUILD is missing"),
        (["--scenario", "nps"], "--nps-version is missing"),
        (["--scenario", "nps", "--nps-version", "1.2"], "1.2.2216.1"),
        (["--scenario", "nps", "--nps-version", "1.2.2216.1", "20348.350"], "BUILD is for"),
        (["--scenario", "mfa", "20348.350"], "BUILD is for --scenario adfs"),
        (["--scenario", "mfa", "--products-after-table", "number_match"], "--products-after-table"),
        (["20348.350", "--nps-version", "1.2.2216.1"], "--nps-version is for --scenario nps"),
        (["20348.350", "--override", "TRUE"], "--override is for --scenario nps"),
        (["20348.350", "--totp-registered", "yes"], "--totp-registered"),
        (["20348.350", "--protocol", "PAP"], "--protocol"),
        (["20348.350", "--client-can-answer", "no"], "--client-can-answer"),
        (["20348.350", "--device", "fax"], "fax"),
        (["20348.350", "--method", "sms"], "sms"),
        (["20348.350", "17763.2300"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_what_is_wrong(arguments, hint):
    result = run(*arguments)

    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""


def test_an_override_in_small_letters_is_warned_of():
    result = run("--scenario", "nps", "--nps-version", "1.2.2131.2", "--override", "true")

    assert "[override_not_set]" in result.stdout
    assert "counts as unset" in " ".join(result.stdout.split())


def test_the_farms_setting_can_be_tried():
    result = run("26100.1742", "--products-after-table", "number_match", "--json")

    assert json.loads(result.stdout)["reason"] == "after_table_by_setting"


def test_the_help_has_examples_and_every_value():
    text = run("--help").stdout

    assert "tallystick decide 20348.350" in text
    for value in (value for values in VALUES.values() for value in values):
        assert value in text


def test_the_program_never_shows_a_traceback():
    code = "from idp.cli import main; main()"

    process = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code, "decide", "-"],
        input=b"x" * 5_000_000,
        capture_output=True,
        check=False,
    )

    assert process.returncode == 1
    assert b"longer than 1048576 characters" in process.stderr
    assert b"Traceback" not in process.stderr
