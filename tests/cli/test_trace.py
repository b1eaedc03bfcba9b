"""``tallystick trace``."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from idp.recorder.timeline import ISSUED, REFUSED, Part, Step

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ID = "2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10"
XML = '<AuthnRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_7"><a/></AuthnRequest>'


@pytest.fixture
def record(services):
    """Store a timeline of one request, which was refused unless told otherwise."""

    def store(activity_id=ID, **values):
        steps = (
            Step(NOON, "message_in", {"binding": "urn:x:HTTP-POST", "xml": XML, "signed_with": []}),
            Step(NOON, "refused", {"code": "MSIS7007", "problem": "There is no trust\x1b[31m"}),
        )
        refused = {
            "outcome": REFUSED,
            "code": "MSIS7007",
            "problem": "There is no trust",
            "remedy": "Add the metadata",
        }
        services.recordings.add([Part(activity_id, NOON, "sts1", steps, **{**refused, **values})])

    return store


def test_a_timeline_begins_with_what_failed_and_what_to_do(record, done):
    record()
    lines = done("trace", ID).splitlines()

    assert lines[0] == "Refused with MSIS7007: There is no trust. Add the metadata."
    assert ID in lines[1]
    assert "12:00:00.000  Message received" in lines
    assert "              AuthnRequest by HTTP-POST, not signed" in lines
    assert "                <a/>" in lines


def test_nothing_that_came_from_outside_controls_the_terminal(record, done):
    record()

    assert "\x1b" not in done("trace", ID)


@pytest.mark.parametrize("copied", [ID.upper(), f"{{{ID}}}", f" {ID} "])
def test_an_activity_id_may_be_copied_in_any_form(record, done, copied):
    record()

    assert done("trace", copied, "--json") == done("trace", ID, "--json")


def test_json_has_every_step(record, done):
    record()
    value = json.loads(done("trace", ID, "--json"))

    assert (value["code"], value["outcome"]) == ("MSIS7007", "refused")
    assert [step["kind"] for step in value["steps"]] == ["message_in", "refused"]


def test_a_search_lists_what_has_every_value(record, done):
    record(user="alice@example.test")
    record("other", user="bob@example.test", trust="urn:sp", outcome=ISSUED, code="")

    found = done("trace", "--user", "alice@example.test", "--code", "MSIS7007", "--text", "_7")
    assert ID in found
    assert "other" not in found
    listed = done("trace", "--outcome", "issued", "--trust", "urn:sp", "--json").splitlines()
    assert [json.loads(line)["activity_id"] for line in listed] == ["other"]


@pytest.mark.parametrize("args", [[ID], ["--user", "nobody@example.test"], ["--since", "1m"]])
def test_without_a_match_one_line_says_what_to_do(tally, args):
    result = tally("trace", *args)

    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "timeline" in line
    assert '[recorder] level = "all"' in line


def test_an_export_is_a_folder_for_a_bug_report(record, done, tally, tmp_path):
    record()
    folder = tmp_path / "report"
    done("trace", ID, "--export", str(folder))

    assert sorted(path.name for path in folder.iterdir()) == [
        "01-message_in-AuthnRequest.xml", "README.txt", "timeline.json",
    ]  # fmt: skip
    readme = (folder / "README.txt").read_text()
    assert "Refused with MSIS7007" in readme
    assert "Tallystick 0." in readme
    assert "They hold no password" in readme
    assert "\n  <a/>\n" in (folder / "01-message_in-AuthnRequest.xml").read_text()
    assert json.loads((folder / "timeline.json").read_text())["steps"][0]["xml"] == XML
    again = tally("trace", ID, "--export", str(folder))
    assert (again.exit_code, "is not empty" in again.stderr) == (1, True)


def test_an_export_without_an_id_is_wrong_usage(tally, tmp_path):
    assert tally("trace", "--export", str(tmp_path)).exit_code == 2
