from __future__ import annotations

import pytest

from adapter.errors import TallystickError
from idp.csv_table import CsvFaults
from idp.federation.farm import UNKNOWN_PRODUCT, BadNode, Farm, Node
from idp.store.nodes import SqlNodeStore


@pytest.fixture
def farm(database, clock):
    return Farm(SqlNodeStore(database), clock)


def test_a_new_name_makes_a_node(farm, clock):
    change = farm.set_build("sts1", "20348.350", "admin")

    assert change.node == Node("sts1", "20348.350", "Windows Server 2022", clock.now(), "admin")
    assert change.warnings == ()
    assert farm.nodes() == (change.node,)
    assert farm.node("sts1") == change.node


def test_a_changed_node_keeps_its_place_and_records_who_and_when(farm, clock):
    for name in ("sts2", "sts1"):
        farm.set_build(name, "20348.350", "admin")
    clock.advance(hours=1)

    farm.set_build("sts2", "17763.2299", "operator")

    assert [node.name for node in farm.nodes()] == ["sts2", "sts1"]
    assert farm.first() == Node(
        "sts2", "17763.2299", "Windows Server 2019", clock.now(), "operator"
    )


@pytest.mark.parametrize(
    "text", ["KB5007205", "10.0.20348.350", "Microsoft Windows [Version 10.0.20348.350]"]
)
def test_a_build_may_be_given_as_a_kb_or_as_the_server_prints_it(farm, text):
    assert farm.set_build("sts1", text, "admin").node.build == "20348.350"


def test_a_build_nobody_published_is_taken_with_a_warning(farm):
    change = farm.set_build("sts1", "99999.1", "admin")

    assert change.node.product == UNKNOWN_PRODUCT
    assert "99999" in change.warnings[0]
    assert farm.node("sts1") == change.node


def test_a_text_without_a_build_changes_nothing(farm):
    farm.set_build("sts1", "20348.350", "admin")

    for text in ("", "no build", "Windows Server 2022"):
        with pytest.raises(TallystickError):
            farm.set_build("sts1", text, "admin")
    assert farm.node("sts1").build == "20348.350"


@pytest.mark.parametrize("name", ["", "-sts", "two words", "a/b", "x" * 64, "sts1\n", "ünode"])
def test_a_malformed_name_is_refused(farm, name):
    with pytest.raises(BadNode):
        farm.set_build(name, "20348.350", "admin")


def test_a_farm_without_nodes_has_no_first(farm):
    assert farm.first() is None
    assert farm.nodes() == ()
    assert farm.node("sts1") is None


def test_a_removed_node_is_gone(farm):
    farm.set_build("sts1", "20348.350", "admin")
    farm.remove("sts1")

    assert farm.nodes() == ()
    with pytest.raises(BadNode, match="sts1"):
        farm.remove("sts1")


def test_a_file_sets_all_its_nodes(farm):
    farm.set_build("sts2", "20348.350", "admin")
    changes = farm.import_csv("name,build\nsts1,KB5007205\nsts2,14393.4703\n", "admin")

    assert [change.node.build for change in changes] == ["20348.350", "14393.4703"]
    assert [node.name for node in farm.nodes()] == ["sts2", "sts1"]


def test_a_file_with_faults_sets_none_and_names_them_all_by_line(farm):
    with pytest.raises(CsvFaults) as refused:
        farm.import_csv(
            "build,name\n20348.350,sts1\nnonsense,sts2\n20348.1,bad name\n20348.2,sts1\nx\n",
            "admin",
        )

    lines = sorted(fault.partition(":")[0] for fault in refused.value.faults)
    assert lines == ["line 3", "line 4", "line 5", "line 6"]
    assert farm.nodes() == ()


def test_a_change_is_seen_by_another_node_at_once(farm, open_database, clock):
    other = Farm(SqlNodeStore(open_database()), clock)
    assert other.node("sts1") is None

    farm.set_build("sts1", "20348.350", "admin")

    assert other.node("sts1").build == "20348.350"
