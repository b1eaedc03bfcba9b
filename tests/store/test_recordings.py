from __future__ import annotations

from datetime import timedelta

import pytest
from support.clock import NOON

from idp.recorder.store import TimelineQuery
from idp.recorder.timeline import ISSUED, REFUSED, Part, Step
from idp.store.recordings import SqlRecordings, purge_timelines
from idp.store.sign_in_log import LogRetention

SECOND = timedelta(seconds=1)


@pytest.fixture
def recordings(database):
    return SqlRecordings(database)


def part(activity_id="one", after=0, /, text="a step", **values):
    at = NOON + after * SECOND
    return Part(activity_id, at, "sts1", (Step(at, "decision", {"says": text}),), **values)


def ids(found):
    return [summary.activity_id for summary in found]


def test_the_parts_of_a_timeline_come_back_in_the_order_of_their_times(recordings):
    recordings.add([part("one", 5, text="later")])
    recordings.add([part("two", 1), part("one", 2, text="sooner")])

    timeline = recordings.timeline("one")

    assert [step.fields["says"] for step in timeline.steps] == ["sooner", "later"]
    assert timeline.summary.began_at == NOON + 2 * SECOND
    assert timeline.summary.changed_at == NOON + 5 * SECOND
    assert recordings.timeline("three") is None


def test_a_timeline_has_the_newest_values_and_those_of_its_last_refusal(recordings):
    wrong = {"outcome": REFUSED, "code": "wrong_password", "problem": "Wrong", "remedy": "Again"}
    recordings.add([part("one", 0, trust="urn:sp"), part("one", 1, user="alice", **wrong)])
    recordings.add([part("one", 2, outcome=ISSUED)])

    summary = recordings.timeline("one").summary

    assert (summary.user, summary.trust, summary.outcome) == ("alice", "urn:sp", ISSUED)
    assert (summary.code, summary.problem, summary.remedy) == ("wrong_password", "Wrong", "Again")


@pytest.mark.parametrize(
    "query",
    [
        TimelineQuery(user="alice"),
        TimelineQuery(trust="urn:sp"),
        TimelineQuery(outcome=REFUSED),
        TimelineQuery(code="MSIS7007"),
        TimelineQuery(text='ID="_7F"'),
        TimelineQuery(text="größe"),
        TimelineQuery(since=NOON + SECOND, until=NOON + 2 * SECOND),
        TimelineQuery(user="alice", trust="urn:sp", code="MSIS7007", text="_7f"),
    ],
)
def test_each_value_finds_the_timelines_that_have_it(recordings, query):
    text = '<a ID="_7f">größe</a>'
    refused = {"outcome": REFUSED, "code": "MSIS7007", "problem": "x"}
    recordings.add([part("other"), part("later", 3)])
    recordings.add([part("one", 1, text=text, user="alice", trust="urn:sp", **refused)])

    assert ids(recordings.search(query)) == ["one"]


def test_a_text_is_taken_literally(recordings):
    recordings.add([part("one", text="50 percent"), part("two", text="50% of_them")])

    assert ids(recordings.search(TimelineQuery(text="50%"))) == ["two"]
    assert ids(recordings.search(TimelineQuery(text="f_t"))) == ["two"]


def test_a_search_goes_through_its_pages_from_the_newest_change_on(recordings):
    for name in ("a", "b", "c", "a"):  # a grows again
        recordings.add([part(name)])

    first = recordings.search(TimelineQuery(), limit=2)
    second = recordings.search(TimelineQuery(), before=first[-1].id, limit=2)

    assert (ids(first), ids(second)) == (["a", "c"], ["b"])


def test_whoever_follows_sees_each_timeline_that_has_grown(recordings):
    assert recordings.newest_id() == 0
    recordings.add([part("a"), part("b")])
    seen = recordings.newest_id()
    recordings.add([part("c"), part("a")])

    assert ids(recordings.grown(TimelineQuery(), after=seen)) == ["c", "a"]
    assert recordings.grown(TimelineQuery(), after=recordings.newest_id()) == ()


def test_old_timelines_are_deleted_with_their_steps_but_never_the_newest(recordings, database):
    for number in range(4):
        recordings.add([part(str(number), number)])
    now = NOON + 10 * SECOND

    assert purge_timelines(database, now, 100, LogRetention(age=8 * SECOND)) == 2
    assert ids(recordings.search(TimelineQuery())) == ["3", "2"]
    assert ids(recordings.search(TimelineQuery(text="a step"))) == ["3", "2"]
    assert purge_timelines(database, now, 100, LogRetention(entries=1)) == 1
    assert purge_timelines(database, now, 100, LogRetention(age=SECOND)) == 0
    assert ids(recordings.search(TimelineQuery())) == ["3"]


def test_a_count_is_of_timelines_and_not_of_their_parts(recordings, database):
    for number in range(6):
        recordings.add([part("one", number), part("two", number)])

    assert purge_timelines(database, NOON, 100, LogRetention(entries=2)) == 0


def test_a_node_that_holds_parts_of_a_timeline_finds_it(recordings):
    recordings.add([part("one")])

    assert recordings.known(["one", "two"]) == {"one"}
