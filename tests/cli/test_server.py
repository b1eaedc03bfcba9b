"""``tallystick server``."""

from __future__ import annotations

import json

import pytest

from idp.audit.changes import COMMAND, Actor
from idp.cli import terminal_user


@pytest.fixture(autouse=True)
def _as_root(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root")


def test_a_new_name_makes_a_node_and_a_known_one_is_changed(done):
    assert done("server", "set", "sts1", "20348.349") == (
        "sts1 runs 20348.349 (Windows Server 2022) and shows Approve/Deny.\n"
    )
    assert "shows a number to match" in done("server", "set", "sts1", "20348.350")
    assert done("server", "list").count("sts1") == 1


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("20348.350", "20348.350"),
        ("10.0.20348.350", "20348.350"),
        ("KB5007206", "17763.2300"),
        ("Microsoft Windows [Version 10.0.14393.4704]", "14393.4704"),
    ],
)
def test_a_build_may_be_given_as_a_kb_or_as_the_server_prints_it(text, build, done):
    printed = done("server", "set", "sts1", text, "--json")

    assert json.loads(printed)["build"] == build


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_build_may_come_from_standard_input(encoding, done):
    text = "OS Build 17763.2300".encode(encoding)

    assert "17763.2300" in done("server", "set", "sts1", "-", input=text)


def test_set_prints_the_node_as_the_api_does_with_its_warnings(done):
    node = json.loads(done("server", "set", "sts1", "20348.320", "--json"))

    assert node.pop("changed_at").endswith("Z")
    assert "KB5006745" in node.pop("warnings")[0]
    assert node == {
        "name": "sts1",
        "product": "Windows Server 2022",
        "build": "20348.320",
        "changed_by": "root (command line)",
    }


def test_warnings_go_to_standard_error_and_the_node_is_set(tally):
    result = tally("server", "set", "sts1", "12345.6")

    assert result.exit_code == 0
    assert result.stderr.startswith("tallystick: warning: No Windows Server with the base build")
    assert "unknown product" in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("sts1", "nonsense", "not_a_build"),
        ("sts1", "20348", "update_level_unknown"),
        ("sts1", "KB9999999", "unknown_kb"),
        ("../sts1", "20348.350", "bad_node"),
        ("", "20348.350", "bad_node"),
    ],
)
def test_a_build_that_cannot_be_set_is_refused_with_its_code(name, text, code, refused, done):
    assert refused("server", "set", name, text).endswith(f"[{code}]\n")
    assert done("server", "list", "--json") == "[]\n"


def test_list_says_what_each_node_shows_and_why(done):
    done("server", "set", "sts1", "20348.350")
    done("server", "set", "sts2", "17763.2299")

    header, *rows = [line.split("\t") for line in done("server", "list").splitlines()]

    assert header == [
        "node", "product", "build", "installed update", "shows", "reason", "changed", "by",
    ]  # fmt: skip
    assert rows[0][3:6] == ["KB5007205 of 2021-11-09", "a number to match", "kb_installed"]
    assert rows[1][3:6] == ["KB5006744 of 2021-10-19 or later", "Approve/Deny", "kb_missing"]


def test_list_as_json_holds_the_decision_as_well(done):
    done("server", "set", "sts2", "17763.2300")

    (node,) = json.loads(done("server", "list", "--json"))

    assert node["experience"] == "number_match"
    assert node["reason"] == "kb_installed"
    assert node["installed"]["kb"] == "KB5007206"


def test_an_empty_farm_says_how_to_fill_it(tally):
    error = tally("server", "list").stderr
    assert error.startswith("There is no node yet. Add one: tallystick server set")


def test_import_sets_all_nodes_of_a_file(done, farm_folder):
    (farm_folder / "nodes.csv").write_text("name,build\nsts1,20348.350\nsts2,KB5007206\n")

    assert done("server", "import", "nodes.csv") == "2 nodes set.\n"
    assert "17763.2300" in done("server", "list")


def test_import_names_every_fault_and_then_sets_nothing(refused, done, farm_folder):
    (farm_folder / "nodes.csv").write_text("name,build\nsts1,20348.350\nsts2,x\n-,20348\n")

    line = refused("server", "import", "nodes.csv")

    assert "line 3" in line
    assert "line 4" in line
    assert done("server", "list", "--json") == "[]\n"


def test_a_removed_node_is_gone(done, refused):
    done("server", "set", "sts1", "20348.350")

    done("server", "remove", "sts1")

    assert "[bad_node]" in refused("server", "remove", "sts1")


def test_a_user_without_a_login_name_still_changes_builds(monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)

    assert Actor(terminal_user.account_name(), "", COMMAND).label == "command line"


def test_a_change_is_listed_and_undone(done, refused, tally):
    done("server", "set", "sts1", "20348.349")
    done("server", "set", "sts1", "20348.350")
    newest, first = json.loads(done("server", "history", "--json"))

    header, row, _ = done("server", "history").splitlines()
    assert header == "id\ttime (UTC)\twho\tchange\tundo"
    assert row.split("\t")[2:] == [
        "root (command line)", "Build set: sts1; build 20348.349 → 20348.350", "possible",
    ]  # fmt: skip
    assert done("server", "undo", str(newest["id"])) == (
        f"Change {newest['id']} is undone. sts1 runs 20348.349.\n"
    )
    assert refused("server", "undo", str(newest["id"])).endswith("[already_undone]\n")
    assert json.loads(done("server", "undo", str(first["id"]), "--json")) == {
        "undone": first["id"],
        "changes": ["sts1 is no longer a node."],
    }
    assert f"--before {newest['id']}" in tally("server", "history", "--limit", "3").stderr


def test_a_farm_without_changes_says_so(tally):
    assert tally("server", "history").stderr == "Nobody has changed the farm yet.\n"
