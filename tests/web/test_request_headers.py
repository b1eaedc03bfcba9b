"""Which header lines are refused, whatever else they hold, and how long a body says that it is."""

from __future__ import annotations

import string
import sys
from ipaddress import ip_network

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.web.app import harden
from idp.web.edge import Edge
from idp.web.proxies import Proxies
from idp.web.request_headers import CHECKED, SINGLE, body_length, refusal_of

NAMES = st.text(string.ascii_letters + "-", min_size=1, max_size=12)
HARMLESS = st.tuples(NAMES.filter(lambda name: name.lower() not in SINGLE), st.text(max_size=5))
CASES = st.sampled_from([str.lower, str.upper, str.title, str.swapcase])


def code_of(lines) -> str | None:
    refusal = refusal_of(lines)
    return refusal and refusal.code


@given(st.lists(HARMLESS), st.sampled_from(sorted(SINGLE)), CASES, CASES, st.text(), st.text())
def test_a_deciding_header_is_refused_twice_and_not_once(lines, name, one, other, left, right):
    lines = [each for each in lines if each[0].lower() != "transfer-encoding"]

    assert code_of([*lines, (one(name), left)]) is None
    assert code_of([(one(name), left), *lines, (other(name), right)]) == "header_repeated"


@given(st.lists(HARMLESS), NAMES, NAMES, st.integers(0, 20), st.text())
def test_an_underscore_anywhere_in_a_name_is_refused(lines, left, right, place, value):
    lines = [each for each in lines if each[0].lower() != "transfer-encoding"]
    lines.insert(min(place, len(lines)), (f"{left}_{right}", value))

    assert code_of(lines) == "header_underscore"


@pytest.mark.parametrize("value", ["chunked", "gzip, chunked", "identity", ""])
def test_a_body_without_its_length_is_refused(value):
    assert code_of([("Transfer-Encoding", value), ("Content-Length", "5")]) == "length_required"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("0" * 40 + "5", 5),
        ("", 0),
        ("-1", 0),
        ("+5", 0),
        ("5, 5", 0),
        ("٥", 0),
        ("9" * 5000, sys.maxsize),
    ],
)
def test_the_length_of_a_body_is_a_number_or_none(text, length):
    assert body_length([("content-LENGTH", text)]) == length


def test_a_request_without_a_length_has_no_body():
    assert body_length([("Host", "a")]) == 0


@pytest.mark.parametrize(
    ("peer", "environ", "status"),
    [
        ("10.0.1.1", {}, 503),
        ("10.0.1.1", {CHECKED: True}, 200),
        ("10.0.1.1", {f"HTTP_{CHECKED.upper()}": "True"}, 503),
        ("192.0.2.1", {}, 200),
        ("", {}, 200),
    ],
)
def test_a_proxy_is_not_believed_through_a_web_server_that_checks_no_headers(peer, environ, status):
    app = Flask("idp")
    harden(app, Edge(Proxies(reverse_proxies=[ip_network("10.0.1.1")])))
    app.add_url_rule("/", "index", lambda: "here")

    answer = app.test_client().get("/", environ_base={"REMOTE_ADDR": peer, **environ})

    assert answer.status_code == status
    assert ("headers_unchecked" in answer.text) == (status == 503)
