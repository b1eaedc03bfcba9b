"""Nodes are renamed, removed and imported on the Farm page."""

from __future__ import annotations

import pytest

from idp.audit.changes import ChangeQuery


@pytest.fixture
def change(services, administrator):
    for name, build in (("sts1", "20348.350"), ("sts2", "20348.349")):
        services.farm.set_build(name, build, "set-up")

    def post(action: str, **fields: str):
        form = {"csrf": administrator.csrf(), "action": action, **fields}
        return administrator.post("/admin/nodes/list", form)

    return post


def stored(services) -> dict[str, str]:
    return {node.name: node.build for node in services.farm.nodes()}


def test_a_renamed_node_keeps_its_build_and_its_place(change, services, administrator):
    assert change("rename", name="sts1", new_name="adfs1").status_code == 303

    assert list(stored(services).items()) == [("adfs1", "20348.350"), ("sts2", "20348.349")]
    assert "sts1 is adfs1 now." in administrator.see("/admin/farm").text


def test_a_removed_node_is_gone(change, services):
    assert change("remove", name="sts1").status_code == 303

    assert stored(services) == {"sts2": "20348.349"}


def test_nodes_are_imported_all_or_none(change, services):
    answer = change("import", csv="name,build\nsts3,20348.350\nsts4,<nonsense>")
    assert answer.status_code == 422
    assert "sts4,&lt;nonsense&gt;</textarea>" in answer.text
    assert set(stored(services)) == {"sts1", "sts2"}

    assert change("import", csv="name,build\nsts3,20348.350").status_code == 303
    assert set(stored(services)) == {"sts1", "sts2", "sts3"}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "sts1", "new_name": "sts2"},
        {"name": "sts1", "new_name": "sts1"},
        {"name": "sts1", "new_name": "no name"},
        {"name": "sts9", "new_name": "sts8"},
    ],
)
def test_a_name_that_is_taken_or_none_changes_nothing(change, services, fields):
    before = stored(services)

    answer = change("rename", **fields)

    assert answer.status_code == 422
    assert 'id="fault-list"' in answer.text
    assert stored(services) == before
    assert services.changes.store.newest(ChangeQuery(), 1) == ()
