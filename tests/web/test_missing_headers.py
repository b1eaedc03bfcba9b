"""The headers that every response gets, unless it has one of the same name."""

from __future__ import annotations

from idp.web.edge import missing_headers
from idp.web.headers import HEADERS

NAMES = [name for name, _ in HEADERS]


def test_a_header_that_an_answer_has_is_not_added_in_whatever_case_its_name_is():
    missing = missing_headers([("cache-control", "public")], {})
    assert [name for name, _ in missing] == [name for name in NAMES if name != "Cache-Control"]


def test_the_deletion_of_a_cookie_is_for_this_answer_alone():
    given = [("Content-Type", "text/html"), ("Set-Cookie", "__Host-MSISAuth=new")]
    deleting = missing_headers(given, {"MSISAuth": "old"})
    assert [value.partition("=")[0] for name, value in deleting if name == "Set-Cookie"] == [
        "MSISAuth"
    ]
    assert missing_headers(given, {}) == list(HEADERS)


def test_answers_with_different_headers_each_lack_their_own():
    assert missing_headers([("Referrer-Policy", "no-referrer")], {}) != missing_headers([], {})
    assert missing_headers([], {}) == list(HEADERS)
