"""The farm after an update that is not installed: who would meet what, and what applying stores."""

from __future__ import annotations

import pytest

from adapter.errors import TallystickError
from idp.audit.changes import ChangeQuery
from idp.federation.farm import BadNode
from idp.management import nodes
from idp.management.what_if import what_if

BUILDS = {"sts1": "20348.350", "sts2": "20348.349", "sts3": "20348.288", "sts4": "17763.2299"}


@pytest.fixture
def farm(services):
    for name, build in BUILDS.items():
        services.farm.set_build(name, build, "set-up")
    return services


def stored(services) -> dict[str, str]:
    return {node.name: node.build for node in services.farm.nodes()}


def test_a_mixed_farm_is_told_with_numbers_and_nothing_is_changed(farm):
    found = what_if(farm, ["sts2", "sts3"], "KB5007205")

    assert found.sentence_before == (
        "3 of 4 nodes show Approve/Deny, 1 shows a number to match: the same user will meet both."
    )
    assert found.sentence_after == (
        "3 of 4 nodes show a number to match, 1 shows Approve/Deny: the same user will meet both."
    )
    assert found.warnings == ()
    assert stored(farm) == BUILDS
    assert farm.changes.store.newest(ChangeQuery(), 5) == ()


def test_every_device_is_told_before_and_after(farm):
    found = what_if(farm, ["sts2", "sts3", "sts4"], "20348.350")

    assert found.sentence_after == "All 4 nodes show a number to match."
    assert {device: after for device, _, after in found.by_device}["Wearable"] == (
        "“use your phone” (4)"
    )
    assert found.warnings == (
        "sts4 runs Windows Server 2019, and this build is one of Windows Server 2022.",
    )


def test_what_is_applied_is_what_was_shown(farm):
    found = what_if(farm, ["sts2", "sts3"], "KB5007205")

    nodes.set_builds(farm, found.chosen, found.build)

    assert [view.shows for view in nodes.nodes(farm)] == [view.shows for view in found.after]
    entries = farm.changes.store.newest(ChangeQuery(), 5)
    assert [(entry.verb, entry.about) for entry in entries] == [
        ("node.set", "sts3"),
        ("node.set", "sts2"),
    ]


@pytest.mark.parametrize(
    ("names", "text"), [([], "KB5007205"), (["sts2", "sts9"], "KB5007205"), (["sts2"], "nonsense")]
)
def test_what_cannot_be_is_refused_and_no_node_is_set(farm, names, text):
    for function in (what_if, nodes.set_builds):
        with pytest.raises(TallystickError) as refused:
            function(farm, names, text)
        assert isinstance(refused.value, BadNode) or text == "nonsense"

    assert stored(farm) == BUILDS
    assert farm.changes.store.newest(ChangeQuery(), 5) == ()
