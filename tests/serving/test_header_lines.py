"""Over raw sockets, behind each web server: no header decides anything by a second spelling."""

from __future__ import annotations

import json

import pytest
from support.servers.engine_server import FORM, WRONG

from idp.web.request_headers import SINGLE

SETTINGS = '[proxies]\nreverse_proxies = ["127.0.0.1"]\nweb_application_proxies = ["127.0.0.3"]\n'
MADE_UP, SEEN = "10.8.8.8", "203.0.113.9"
FORWARDED = ("x-forwarded-for", "x-ms-forwarded-client-ip", "x-ms-proxy")
VALUES = {
    "content-type": (FORM[1], FORM[1]),
    "content-length": ("5", str(len(WRONG))),  # the same number twice is one (RFC 9110 section 8.6)
    "host": ("localhost", "localhost"),
}


def lines_with(server, *extra: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the lines of a form, in which *extra* ones replace those of the same names."""
    length = ("Content-Length", str(len(WRONG)))
    own = (server.host, FORM, length, ("X-Forwarded-For", SEEN), ("Connection", "close"))
    given = {name.lower().replace("_", "-") for name, _ in extra}
    return [each for each in own if each[0].lower() not in given] + list(extra)


def spellings(name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the ways in which a header could be given twice."""
    value, other = VALUES.get(name, (MADE_UP, SEEN))
    odd = name.replace("-", "_")
    ways = {
        "twice":            ((name, value), (name, other)),
        "in another case":  ((name.title(), value), (name.upper(), other)),
        "empty before":     ((name, ""), (name, other)),
        "empty after":      ((name, value), (name, "")),
    }  # fmt: skip
    if "-" in name:
        ways |= {
            "underscore":          ((odd, value),),
            "underscore before":   ((odd, value), (name, other)),
            "underscore after":    ((name, value), (odd, other)),
            "mixed":               ((name.replace("-", "_", 1), value), (name, other)),
            "underscore, empty":   ((odd, ""),),
        }  # fmt: skip
    return ways


CASES = [(name, way) for name in sorted(SINGLE) for way in spellings(name)]


@pytest.mark.parametrize(("name", "way"), CASES)
def test_a_deciding_header_in_two_spellings_or_lines_is_refused(engine_server, name, way):
    before = engine_server.tries()
    request = engine_server.head(lines_with(engine_server, *spellings(name)[way])) + WRONG

    reply = engine_server.send(request)

    assert reply.status == 400
    # Granian's HTTP library itself refuses lengths and hosts that contradict each other.
    assert reply.code.startswith("header_") or name in ("content-length", "host")
    assert engine_server.tries() == before


@pytest.mark.parametrize("name", ["a_b", "_", "x_forwarded_for_", "HTTP_X_FORWARDED_FOR"])
def test_any_name_with_an_underscore_is_refused(engine_server, name):
    reply = engine_server.send(engine_server.form(WRONG, (name, "1")))

    assert (reply.status, reply.code) == (400, "header_underscore")


def test_a_refusal_is_logged_with_the_address_that_connected(engine_server, capfd):
    engine_server.send(engine_server.form(WRONG, ("x_y", "1")))

    line = (engine_server.said() + capfd.readouterr().err).splitlines()[-1]
    assert '"request_refused"' in line
    assert '"header_underscore"' in line
    assert '"127.0.0.1"' in line


def test_the_address_that_the_proxy_names_counts(engine_server):
    engine_server.send(engine_server.head(lines_with(engine_server)) + WRONG)

    assert engine_server.tries()[-1] == SEEN


@pytest.mark.parametrize("name", FORWARDED)
@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.3", "127.0.0.4"])
def test_an_empty_header_of_a_proxy_names_nobody(engine_server, name, source):
    head = engine_server.head(lines_with(engine_server, ("X-Forwarded-For", ""), (name, "")))
    if name == "x-forwarded-for":
        head = engine_server.head(lines_with(engine_server, (name, "")))

    assert engine_server.send(head + WRONG, source=source).status == 200
    assert engine_server.tries()[-1] in ("", source)


def test_other_headers_may_come_twice(engine_server):
    extra = (("Accept", "text/html"), ("Accept", "*/*"), ("X-Other", "1"), ("X-Other", "2"))

    assert engine_server.send(engine_server.form(WRONG, *extra)).status == 200


def test_below_the_api_a_refusal_is_problem_details(engine_server):
    lines = [engine_server.host, ("x_y", "1"), ("Connection", "close")]

    reply = engine_server.send(engine_server.head(lines, "GET", "/admin/api/nodes?limit=1"))

    assert reply.status == 400
    assert "content-type: application/problem+json" in reply.head.lower()
    assert json.loads(reply.body)["error"] == "header_underscore"
