"""The history of the farm, and the undo of a change: all that was before, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from types import SimpleNamespace

import pytest
from support.nets import NET_SECONDS

from adapter.errors import TallystickError
from idp.audit.changes import REST, Actor, ChangeQuery, Changes
from idp.federation.farm import BadNode, Farm
from idp.management import farm_history, farm_undo, nodes, nps, nps_changes
from idp.nps.registry import changes_from_texts
from idp.nps.store import NpsServers
from idp.session.seal import Sealer
from idp.store.change_log import SqlChangeLog
from idp.store.nodes import SqlNodeStore
from idp.store.nps import SqlNpsStore

BUILD, OTHER, THIRD = "20348.350", "20348.349", "17763.2300"
CSV = f"name,build\nsts1,{OTHER}\nsts2,{OTHER}\nsts3,{OTHER}\n"


@pytest.fixture
def services(database, clock):
    """What the changes of a farm need, on each database; each change is an activity of its own."""
    numbers = count()

    def actor() -> Actor:
        return Actor("alice", "administrator", REST, activity_id=str(next(numbers)))

    return SimpleNamespace(
        farm=Farm(SqlNodeStore(database), clock),
        nps=NpsServers(
            SqlNpsStore(database, Sealer(b"x" * 32).purpose("nps-client-secret")), clock
        ),
        changes=Changes(SqlChangeLog(database), clock).by(actor),
    )


def act(services, change, *args, **values) -> int:
    """Make a change, and return its id."""
    change(services, *args, **values)
    return farm_history.history(services)[0][0].id


def builds(services) -> dict[str, str]:
    return {node.name: node.build for node in services.farm.nodes()}


def refusal(services, change_id: int) -> str:
    before = builds(services), services.nps.hosts()
    with pytest.raises(TallystickError) as refused:
        farm_undo.undo(services, change_id)
    assert (builds(services), services.nps.hosts()) == before
    return f"{refused.value.code}: {refused.value.problem}"


@pytest.mark.parametrize(
    ("change", "args"),
    [
        (nodes.set_build, ("sts1", OTHER)),
        (nodes.set_build, ("sts9", OTHER)),
        (nodes.set_builds, (("sts1", "sts2"), THIRD)),
        (nodes.import_builds, (CSV,)),
        (nodes.rename, ("sts1", "sts9")),
        (nodes.remove, ("sts2",)),
    ],
)
def test_an_undo_puts_back_all_nodes_and_an_undo_of_it_sets_them_again(services, change, args):
    act(services, nodes.import_builds, f"name,build\nsts1,{BUILD}\nsts2,{THIRD}\n")
    before = builds(services)
    made = act(services, change, *args)
    after = builds(services)
    assert after != before

    undone = act(services, farm_undo.undo, made)
    assert builds(services) == before
    act(services, farm_undo.undo, undone)

    assert builds(services) == after


def test_an_undo_is_a_change_of_its_own_with_its_entries(services):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, nodes.set_build, "sts1", OTHER)

    undone = act(services, farm_undo.undo, made)

    of_undo, of_change = services.changes.store.newest(ChangeQuery(), 2)[::-1]
    assert (of_undo.verb, of_undo.about) == ("farm.undo", str(made))
    assert (of_change.verb, of_change.about) == ("node.set", "sts1")
    assert (of_change.before["build"], of_change.after["build"]) == (OTHER, BUILD)
    newest, changed, _ = farm_history.history(services)[0]
    assert (newest.id, newest.undoes, changed.undone_by) == (undone, made, undone)


def test_what_was_changed_since_stays_and_the_refusal_says_what_it_is_now(services):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, nodes.set_build, "sts1", OTHER)
    act(services, nodes.set_build, "sts1", THIRD)

    assert refusal(services, made) == (
        f"changed_since: The node 'sts1' runs {THIRD} now, not {OTHER}"
    )


def test_a_change_of_several_nodes_is_undone_whole_or_not(services):
    act(services, nodes.import_builds, CSV)
    made = act(services, nodes.set_builds, ("sts1", "sts2", "sts3"), BUILD)
    act(services, nodes.set_build, "sts1", THIRD)

    assert refusal(services, made).startswith("changed_since: The node 'sts1' runs")


@pytest.mark.parametrize(
    ("change", "then", "problem"),
    [
        ((nodes.set_build, "sts9", OTHER), (nodes.remove, "sts9"), "There is no node 'sts9' now"),
        ((nodes.rename, "sts1", "sts9"), (nodes.remove, "sts9"), "There is no node 'sts9' now"),
        (
            (nodes.rename, "sts1", "sts9"),
            (nodes.set_build, "sts1", OTHER),
            f"There is a node 'sts1' now, which runs {OTHER}",
        ),
        (
            (nodes.remove, "sts1"),
            (nodes.set_build, "sts1", OTHER),
            f"There is a node 'sts1' now, which runs {OTHER}",
        ),
    ],
)
def test_a_name_that_is_gone_or_taken_is_told(services, change, then, problem):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, *change)
    act(services, *then)

    assert refusal(services, made) == f"changed_since: {problem}"


def test_a_change_is_undone_once(services):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, nodes.set_build, "sts1", OTHER)
    undone = act(services, farm_undo.undo, made)
    act(services, nodes.set_build, "sts1", OTHER)

    assert refusal(services, made) == (
        f"already_undone: Change {made} is undone already, by change {undone}"
    )
    assert refusal(services, 10**9).startswith("no_such_change")


def test_of_two_undos_of_a_change_at_once_one_wins(services):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, nodes.set_build, "sts1", OTHER)
    together = Barrier(4)

    def undo(_number: int) -> str:
        together.wait(NET_SECONDS)
        try:
            farm_undo.undo(services, made)
        except TallystickError as error:
            return error.code
        return "undone"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(undo, range(4)))

    assert outcomes == ["already_undone"] * 3 + ["undone"]
    assert builds(services) == {"sts1": BUILD}
    entries = services.changes.store.newest(ChangeQuery(verb="farm.undo"), 10)
    assert len(entries) == 1


def test_changes_of_a_node_at_once_say_what_each_has_replaced(services):
    """Else an undo would put back a build that was never followed by this change."""
    wanted = [f"20348.{revision}" for revision in range(350, 358)]
    together = Barrier(len(wanted))

    def set_build(build: str) -> None:
        together.wait(NET_SECONDS)
        nodes.set_build(services, "sts1", build)

    with ThreadPoolExecutor(len(wanted)) as pool:
        list(pool.map(set_build, wanted))

    entries = services.changes.store.newest(ChangeQuery(), 10)[::-1]
    afters = [entry.after["build"] for entry in entries]
    befores = [entry.before and entry.before.get("build") for entry in entries]
    assert befores == [None, *afters[:-1]]


def set_host(services, **values):
    registry = changes_from_texts(values.pop("registry", {}))
    return nps_changes.set_host(services, "nps1", registry=registry, **values)


def test_settings_of_an_nps_host_are_put_back(services):
    added = act(services, set_host, version="1.2.2216.1")
    before = nps_changes.host_state(services.nps.host("nps1"))
    made = act(services, set_host, version="1.0.1.40", port=1899, registry={"override": "TRUE"})

    act(services, farm_undo.undo, made)
    assert nps_changes.host_state(services.nps.host("nps1")) == before
    gone = act(services, farm_undo.undo, added)
    assert services.nps.hosts() == ()
    act(services, farm_undo.undo, gone)

    assert nps_changes.host_state(services.nps.host("nps1")) == before


def test_a_removed_host_comes_back_with_its_registry_values_and_those_in_force(services):
    act(services, set_host, version="1.2.2216.1", registry={"override": "FALSE"})
    act(services, nps_changes.restart, "nps1")
    act(services, set_host, registry={"override": "TRUE"})
    before = nps_changes.host_state(services.nps.host("nps1"))
    made = act(services, nps_changes.remove, "nps1")

    act(services, farm_undo.undo, made)

    assert nps_changes.host_state(services.nps.host("nps1")) == before


def test_a_change_of_a_host_that_would_lose_something_is_not_undone(services):
    added = act(services, set_host, version="1.2.2216.1")
    client = act(services, nps.add_client, "nps1", "192.0.2.1", secret="a long shared secret")
    restarted = act(services, nps_changes.restart, "nps1")

    assert refusal(services, added) == "changed_since: The NPS host 'nps1' has clients now"
    assert refusal(services, client).startswith("cannot_be_undone")
    assert refusal(services, restarted) == "cannot_be_undone: A restart cannot be undone"
    changed = act(services, set_host, port=1899)
    act(services, set_host, port=1898)
    assert refusal(services, changed) == (
        "changed_since: The port of the NPS host 'nps1' is 1898 now, not 1899"
    )
    removed = act(services, nps_changes.remove, "nps1")
    assert refusal(services, removed).startswith("cannot_be_undone: The NPS host 'nps1' had")


def test_a_long_registry_value_which_the_log_has_not_kept_is_not_undone(services):
    act(services, set_host, version="1.2.2216.1", registry={"ip_whitelist": "192.0.2.1;" * 50})
    made = act(services, set_host, registry={"ip_whitelist": ""})

    assert refusal(services, made).startswith("cannot_be_undone: The audit log does not have")


def test_a_change_that_left_everything_as_it_was_has_nothing_to_undo(services):
    act(services, nodes.set_build, "sts1", BUILD)
    made = act(services, nodes.set_build, "sts1", BUILD)

    assert refusal(services, made).startswith("cannot_be_undone")


def test_a_change_of_hundreds_of_nodes_is_undone_whole_and_shown_in_part(services):
    act(services, nodes.set_build, "sts1", BUILD)
    names = [f"node{number}" for number in range(farm_history.MAX_ENTRIES + 5)]
    made = act(
        services,
        nodes.import_builds,
        "\n".join(["name,build", *(f"{each},{OTHER}" for each in names)]),
    )

    (shown, _), _ = farm_history.history(services)
    assert (shown.count, shown.more, shown.refusal) == (len(names), len(names) - 10, None)
    undone = act(services, farm_undo.undo, made)

    assert builds(services) == {"sts1": BUILD}
    undo, shown, _ = farm_history.history(services)[0]
    assert (undo.id, undo.undoes, undo.count) == (undone, made, len(names))
    assert shown.as_json()["why_not"] == "already_undone"


def test_the_history_is_paged_by_changes_and_says_what_can_be_undone(services):
    for build in (BUILD, OTHER, THIRD):
        act(services, nodes.import_builds, CSV.replace(OTHER, build))
    with pytest.raises(BadNode):
        nodes.remove(services, "nobody")

    first, further = farm_history.history(services, limit=2)
    rest, end = farm_history.history(services, limit=2, before_id=further)

    assert [change.group.count for change in (*first, *rest)] == [3, 3, 3]
    assert (len(first), len(rest), end) == (2, 1, None)
    assert [change.refusal is None for change in (*first, *rest)] == [True, False, False]
    assert first[0].entries[0].sentence == f"Build set: sts1; build {OTHER} → {THIRD}"
    assert rest[0].entries[0].sentence == f"Node added: sts1; build {BUILD}"
