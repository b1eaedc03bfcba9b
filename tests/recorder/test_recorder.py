from __future__ import annotations

import json

import pytest
from support.clock import NOON

from idp.audit.refusal_quota import RefusalQuota
from idp.recorder import recorder as recorders
from idp.recorder.recorder import Recorder
from idp.recorder.store import TimelineQuery
from idp.recorder.timeline import ISSUED
from idp.store.recordings import SqlRecordings


@pytest.fixture
def recordings(database):
    return SqlRecordings(database)


@pytest.fixture
def new_recorder(recordings):
    return lambda level="errors": Recorder(recordings, lambda: NOON, level, RefusalQuota())


def take(recorder, activity_id, text, *, outcome="", code="", weight=10, continues=True):
    client_ip = "192.0.2.1"
    recording = recorder.begin(client_ip)
    recording.continues = continues
    recording.add("decision", lambda: {"says": text}, weight)
    if code:
        recording.refuse(code, "It was refused", "Do something")
    elif outcome:
        recording.outcome = outcome
    recorder.finish(activity_id, recording)


def told(recordings, activity_id):
    timeline = recordings.timeline(activity_id)
    return timeline and [step.fields["says"] for step in timeline.steps]


def test_with_all_every_request_is_stored_at_once(new_recorder, recordings):
    recorder = new_recorder("all")
    take(recorder, "one", "first")
    assert told(recordings, "one") == ["first"]
    take(recorder, "one", "last", outcome=ISSUED)
    assert told(recordings, "one") == ["first", "last"]


def test_with_errors_what_ends_well_is_never_stored(new_recorder, recordings):
    recorder = new_recorder()
    take(recorder, "one", "first")
    take(recorder, "one", "last", outcome=ISSUED)

    assert recordings.search(TimelineQuery()) == ()


def test_with_errors_a_refusal_is_stored_with_what_came_before_and_after(new_recorder, recordings):
    recorder = new_recorder()
    take(recorder, "one", "before")
    take(recorder, "one", "refused", code="wrong_password")
    take(recorder, "one", "after", outcome=ISSUED)

    assert told(recordings, "one") == ["before", "refused", "after"]


def test_with_errors_each_process_stores_its_part_of_a_refusal(new_recorder, recordings):
    one, other = new_recorder(), new_recorder()
    take(one, "one", "request")
    take(one, "another", "request")
    take(other, "one", "refusal", code="denied")
    assert told(recordings, "one") == ["refusal"]

    one.share()
    take(one, "one", "end", outcome=ISSUED)

    assert sorted(told(recordings, "one")) == ["end", "refusal", "request"]
    assert told(recordings, "another") is None


def test_with_errors_the_good_end_at_another_process_is_told_to_the_timeline_of_a_refusal(
    new_recorder, recordings
):
    one, other = new_recorder(), new_recorder()
    take(one, "one", "refusal", code="wrong_password")
    take(other, "one", "end", outcome=ISSUED)
    other.share()

    assert told(recordings, "one") == ["refusal", "end"]
    assert recordings.timeline("one").summary.outcome == ISSUED


def test_with_errors_what_ended_well_is_forgotten_after_a_look_at_the_others(
    new_recorder, recordings
):
    recorder = new_recorder()
    take(recorder, "long", "first")
    take(recorder, "long", "end", outcome=ISSUED)
    take(recorder, "short", "all in one", outcome=ISSUED, continues=False)
    assert list(recorder._held) == ["long"]
    recorder.share()

    assert (list(recorder._held), recorder._weight) == ([], 0)
    assert recordings.search(TimelineQuery()) == ()


def test_a_request_in_which_nothing_happened_leaves_nothing(new_recorder, recordings):
    recorder = new_recorder("all")
    recorder.finish("one", recorder.begin("192.0.2.1"))

    assert recordings.search(TimelineQuery()) == ()


@pytest.mark.parametrize(("limit", "value"), [("MAX_HELD_ACTIVITIES", 2), ("MAX_HELD_WEIGHT", 25)])
def test_memory_is_bounded_and_the_oldest_is_forgotten(
    new_recorder, recordings, monkeypatch, limit, value
):
    monkeypatch.setattr(recorders, limit, value)
    recorder = new_recorder()
    for name in ("a", "b", "c"):
        take(recorder, name, f"request of {name}")
    for name in ("a", "c"):
        take(recorder, name, "refused", code="denied")

    assert told(recordings, "a") == ["refused"]
    assert told(recordings, "c") == ["request of c", "refused"]


def test_a_stranger_stores_only_so_many_refusals_and_users_with_a_session_all(
    new_recorder, recordings
):
    recorder = new_recorder()
    for number in range(150):
        take(recorder, f"stranger {number}", "refused", code="not_xml")
    proved = recorder.begin("192.0.2.1")
    proved.add("decision", dict)
    proved.refuse("denied", "It was denied")
    proved.is_proved = True
    recorder.finish("user", proved)

    found = [each.activity_id for each in recordings.search(TimelineQuery(), limit=1000)]
    assert found[0] == "user"
    assert len(found) == 101


def test_a_step_that_cannot_be_described_says_so(new_recorder, recordings):
    recorder = new_recorder("all")
    recording = recorder.begin("192.0.2.1")
    recording.add("claims", lambda: {}["missing"])
    recorder.finish("one", recording)

    assert recordings.timeline("one").steps[0].fields == {"not_recorded": "KeyError"}


def test_a_database_that_is_away_is_logged_and_never_raised(tmp_path, capsys):
    from idp.store.engine import Database

    away = SqlRecordings(Database(f"sqlite:///{tmp_path}/missing.db"))
    recorder = Recorder(away, lambda: NOON, "errors", RefusalQuota())
    take(recorder, "one", "held")
    recorder.share()
    take(recorder, "two", "refused", code="denied")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["recording_not_stored"] * 2
    assert lines[1]["activity_id"] == "two"
