"""The sign-in log by page and REST: filters, pages in both directions, links to timelines."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from idp.recorder.timeline import Part, Step

ALICE, BOB = "alice@example.test", "bob@example.test"
WIKI = "https://wiki.example.test/sp"


@pytest.fixture
def add(services, record):
    """Add an entry; its Activity ID is ``activity-N``."""

    def append(number: int, **values: str) -> None:
        services.log.append(replace(record(), activity_id=f"activity-{number}", **values))

    return append


def numbers(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"log\?activity=activity-(\d+)", text)]


def link(text: str, name: str) -> str | None:
    found = re.search(rf'<a href="([^"]*)"[^>]*>{name}</a>', text)
    return unescape(found[1]) if found else None


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("filtered", [False, True])
def test_older_and_newer_pages_by_rest_show_every_entry_once(count, filtered, script, add):
    path = "/admin/api/sign-ins?limit=2"
    for number in range(count):
        add(number, user=ALICE)
        if filtered:
            add(900 + number, user=BOB)
    path += f"&user={ALICE}" if filtered else ""

    def walk(key: str, parameter: str, start: str) -> list[list[int]]:
        pages, address = [], start
        while True:
            told = script("GET", address).json
            ids = [each["activity_id"] for each in told["entries"]]
            pages.append([int(each.removeprefix("activity-")) for each in ids])
            if told[key] is None:
                return pages
            address = f"{path}&{parameter}={told[key]}"

    down = walk("next", "before", path)
    assert [each for page in down for each in page] == list(range(count))[::-1]
    assert all(down) or count == 0
    oldest = script("GET", f"{path}&before=1").json
    up = walk("previous", "after", f"{path}&after={oldest['previous']}")
    assert {each for page in up for each in page} == set(range(count))
    assert up[-1] == down[0]


def test_the_page_leads_to_older_entries_and_back(administrator, add):
    for number in range(120):
        add(number, user=ALICE if number % 2 else BOB)

    first = administrator.see(f"/admin/log?user={ALICE}").text
    assert numbers(first) == list(range(119, 19, -2))
    assert link(first, "Newer") is None
    second = administrator.see(link(first, "Older")).text
    assert numbers(second) == list(range(19, 0, -2))
    assert link(second, "Older") is None
    assert numbers(administrator.see(link(second, "Newer")).text) == numbers(first)
    assert numbers(administrator.see(link(second, "Newest")).text) == numbers(first)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trust=https://wiki.example.test/sp", [2]),
        ("code=MSIS3200", [1]),
        ("code=wrong_password", [0]),
        ("code=kb_missing", [2]),
        ("outcome=MSIS3200", [1]),
        ("outcome=issued&user=bob@example.test", []),
        ("since=1h", [2, 1]),
    ],
)
def test_entries_are_found_by_trust_code_and_time(query, found, script, administrator, add, clock):
    add(0, detail="wrong_password")
    clock.advance(hours=2)
    add(1, outcome="MSIS3200")
    add(2, trust=WIKI, reason="kb_missing")

    told = script("GET", f"/admin/api/sign-ins?{query}").json["entries"]

    assert [int(each["activity_id"][-1]) for each in told] == found
    assert numbers(administrator.see(f"/admin/log?{query}").text) == found


def test_an_entry_links_to_its_timeline_or_says_why_there_is_none(
    administrator, script, services, add
):
    add(1)
    add(2)
    step = Step(services.clock.now(), "decision", {})
    services.recordings.add([Part("activity-2", services.clock.now(), "sts1", (step,))])

    page = administrator.see("/admin/log").text

    assert page.count("/admin/traces/activity-") == 1
    assert "/admin/traces/activity-2" in page
    assert "Only what is refused is recorded" in page
    told = script("GET", "/admin/api/sign-ins").json["entries"]
    assert [each["recorded"] for each in told] == [True, False]


def test_a_time_that_is_none_is_said_at_its_field(administrator, script):
    page = administrator.see("/admin/log?since=soon")

    assert page.status_code == 422
    assert 'aria-describedby="p-since"' in page.text
    assert script("GET", "/admin/api/sign-ins?since=soon").json["error"] == "not_a_time"
    assert script("GET", "/admin/api/sign-ins?after=x").json["error"] == "bad_page"
    assert administrator.see("/admin/log?before=x").status_code == 422


def test_an_empty_log_says_what_to_do_next_and_the_command_is_that_of_the_search(administrator):
    page = administrator.see("/admin/log").text
    assert "Connect your application" in page
    assert "tallystick log --follow" in page

    searched = administrator.see(f"/admin/log?user={ALICE}&since=24h").text
    assert f"tallystick log --user {ALICE} --since 24h" in searched
    assert "No entry matches" in searched
