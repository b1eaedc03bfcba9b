"""``tallystick config export``, ``diff`` and ``apply``."""

from __future__ import annotations

import json
import tomllib

import pytest
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

NODE = '\n[[nodes]]\nname = "sts1"\nbuild = "20348.350"\n'


@pytest.fixture
def world(services):
    services.farm.set_build("sts1", "20348.349", "set-up")
    services.trusts.add(metadata().encode())
    services.directory.add(ALICE, PASSWORD, groups=["Staff"])
    return services


@pytest.fixture
def file(farm_folder):
    def write(text: str) -> str:
        (farm_folder / "new.toml").write_text(text)
        return "new.toml"

    return write


def test_export_writes_a_file_that_changes_nothing(world, done, tally, farm_folder):
    assert done("config", "export", "all.toml") == ""
    done("config", "export", "all.json")

    text = (farm_folder / "all.toml").read_text()
    assert text.startswith("# The configuration of a Tallystick server")
    assert tomllib.loads(text) == json.loads((farm_folder / "all.json").read_text())
    assert done("config", "export") == text
    assert tally("config", "diff", "all.toml").exit_code == 0
    assert done("config", "apply", "all.json", "--prune") == "Nothing has to be changed.\n"


def test_diff_tells_what_apply_does_and_exits_like_diff(world, tally, done, file):
    given = file("format = 1\n" + NODE)

    shown = tally("config", "diff", given)

    assert (shown.exit_code, shown.stdout) == (
        1, "change node sts1: build: 20348.349 → 20348.350\n",
    )  # fmt: skip
    rehearsed = done("config", "apply", given, "--dry-run")
    assert rehearsed.endswith("Nothing is changed: this was a rehearsal of 1 changed.\n")
    assert world.farm.node("sts1").build == "20348.349"
    assert done("config", "apply", given) == shown.stdout + "Done: 1 changed.\n"
    assert world.farm.node("sts1").build == "20348.350"
    assert tally("config", "diff", given).stdout == "Nothing would change.\n"


def test_prune_removes_what_a_section_does_not_name(world, tally, done, file):
    given = file("format = 1\nnodes = []\n")

    assert tally("config", "diff", given, "--prune").stdout == "remove node sts1\n"
    done("config", "apply", given, "--prune")

    assert world.farm.nodes() == ()
    assert world.trusts.list()


def test_each_fault_is_a_line_with_place_and_code(world, tally, file):
    given = file(f'format = 1\n[[trusts]]\nentity_id = "{SP_ID}"\nsettings.acs = "x"\n'
                 '[[nodes]]\nname = "sts1"\nbuild = "x"\n')  # fmt: skip

    for verb, status in (("diff", 2), ("apply", 1)):
        refused = tally("config", verb, given)
        lines = refused.stderr.splitlines()
        assert (refused.exit_code, refused.stdout, len(lines)) == (status, "", 2)
        assert lines[0].startswith(f"tallystick: trusts[0].settings.acs ({SP_ID}): there is no")
        assert lines[0].endswith("[bad_trust_setting]")
        assert lines[1].startswith("tallystick: nodes[0] (sts1): ")
    told = json.loads(tally("config", "apply", given, "--json").stderr)
    assert told["error"] == "bad_configuration"
    assert [each["place"] for each in told["faults"]] == ["trusts[0].settings.acs", "nodes[0]"]


def test_json_has_the_changes_and_their_digest(world, tally, file):
    given = file("format = 1\n" + NODE)

    plan = json.loads(tally("config", "diff", given, "--json").stdout)

    assert plan["changes"] == [
        {
            "action": "change",
            "section": "nodes",
            "name": "sts1",
            "differences": [{"key": "build", "before": "20348.349", "after": "20348.350"}],
        }
    ]
    assert len(plan["digest"]) == 64


def test_a_file_of_windows_and_standard_input_are_read(world, tally, farm_folder):
    (farm_folder / "w.toml").write_bytes(("format = 1\n" + NODE).encode("utf-16"))

    assert tally("config", "diff", "w.toml").exit_code == 1
    assert tally("config", "diff", "-", input="format = 1").exit_code == 0
    assert tally("config", "diff", "-", input=b"\xff").exit_code == 2
    assert tally("config", "diff", "-", input="x").exit_code == 2


def test_notes_are_warnings(world, tally, file):
    run = tally("config", "apply", file('format = 1\nusers = [{ name = "bob@example.test" }]\n'))

    assert run.stdout.endswith("Done: 1 added.\n")
    assert "bob@example.test: nobody knows the password yet" in run.stderr
