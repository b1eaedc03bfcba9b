"""Long lists of the REST API: every entry is on one page, whatever the size of a page."""

from __future__ import annotations

from itertools import chain

import pytest
from support.service_providers.metadata_parts import metadata
from support.users import PASSWORD

from adapter.mfa.codes.hardware import NewToken

LISTS = {
    "users": lambda answer: [each["name"] for each in answer.json],
    "trusts": lambda answer: [each["entity_id"] for each in answer.json],
    "tokens": lambda answer: [each["serial_number"] for each in answer.json],
    "audit": lambda answer: [each["id"] for each in answer.json["entries"]],
}


@pytest.fixture
def world(services, script):
    """Five things in each list."""
    for number in range(5):
        services.directory.add(f"user{number}@example.test", PASSWORD)
        services.trusts.add(metadata(f"urn:sp{number}").encode())
        services.mfa.codes.add_tokens([NewToken("user0@example.test", f"T{number}", "A" * 32)])
        script("PUT", f"/admin/api/nodes/sts{number}", {"build": "20348.350"})


def pages(script, address):
    """Yield the answers from this address on."""
    while address:
        answer = script("GET", address)
        assert answer.status_code == 200, answer.text
        yield answer
        address = answer.headers.get("Link", "")[1:].partition('>; rel="next"')[0]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_the_pages_together_are_the_list(name, limit, world, script):
    of, whole = LISTS[name], script("GET", f"/admin/api/{name}")

    found = [of(each) for each in pages(script, f"/admin/api/{name}?limit={limit}")]

    assert [*chain(*found)] == of(whole)
    assert len(of(whole)) == 5
    assert max(map(len, found)) <= limit


def test_the_next_page_keeps_what_was_searched_for(world, script):
    found = [
        LISTS["trusts"](each) for each in pages(script, "/admin/api/trusts?limit=1&search=SP3")
    ]
    verbs = list(pages(script, "/admin/api/audit?limit=2&verb=node"))

    assert [*chain(*found)] == ["urn:sp3"]
    assert len(verbs) == 3
    assert "verb=node" in verbs[0].headers["Link"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "x", "１", "1001", "9" * 30])
def test_a_size_that_cannot_be_meant_is_refused(name, limit, script):
    assert script("GET", f"/admin/api/{name}?limit={limit}").status_code in (400, 422)
