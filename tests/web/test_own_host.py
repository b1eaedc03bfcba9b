"""Which ``Host`` is ours, and what everybody else is told."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.languages.untranslated import untranslated
from werkzeug.test import Client, run_wsgi_app
from werkzeug.wrappers import Response

from idp import logs
from idp.web.own_host import OwnHost

PROBE = "/adfs/probe"


def status(
    base_url: str, host: str | None, path: str = "/", *, probe: str = PROBE, target: str = "/"
) -> int:
    guarded = OwnHost(Response("in"), base_url, probe=probe)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "REQUEST_URI": target,
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.input": io.BytesIO(),
    }
    if host is not None:
        environ["HTTP_HOST"] = host
    _, text, _ = run_wsgi_app(guarded, environ)
    return int(text.split()[0])


@pytest.fixture(autouse=True)
def log():
    caught = io.StringIO()
    logs.configure(stream=caught)
    yield caught
    logs.configure()


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://localhost:8080", "localhost:8080"),
        ("http://localhost:8080", "LocalHost:8080"),
        ("https://sts.example.test", "sts.example.test"),
        ("https://sts.example.test", "STS.Example.Test:443"),
        ("https://sts.example.test", "sts.example.test:"),
        ("https://sts.example.test:443", "sts.example.test"),
        ("http://sts.example.test", "sts.example.test:80"),
        ("https://STS.example.test", "sts.example.test"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://[2001:DB8::1]", "[2001:db8:0:0:0:0:0:1]:80"),
        ("http://192.0.2.1:8080", "192.0.2.1:8080"),
        ("https://bücher.example.test", "xn--bcher-kva.example.test"),
        ("https://localhost.:8443", "localhost.:8443"),
    ],
)
def test_the_base_urls_host_is_ours_in_every_spelling(base_url, host):
    assert status(base_url, host) == 200


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://sts.example.test", "evil.example.test"),
        ("https://sts.example.test", "sts.example.test:80"),
        ("https://sts.example.test", "sts.example.test."),
        ("https://sts.example.test", "sts.example.test.evil.test"),
        ("https://sts.example.test", "sts.example.test@evil.test"),
        ("https://sts.example.test", "a@sts.example.test"),
        ("https://sts.example.test", "sts.example.test, evil.test"),
        ("https://sts.example.test", "sts.example.test,sts.example.test"),
        ("https://sts.example.test", " sts.example.test\t"),
        ("https://sts.example.test", "sts.example.test:443:443"),
        ("https://sts.example.test", "sts.example.test:443x"),
        ("https://sts.example.test", "sts.example.test:٤٤٣"),
        ("https://sts.example.test", "sts.example.test:999999"),
        ("https://sts.example.test", "192.0.2.1"),
        ("https://sts.example.test", "[]"),
        ("https://sts.example.test", ""),
        ("https://sts.example.test", None),
        ("http://localhost:8080", "localhost"),
        ("http://localhost:8080", "localhost:18080"),
        ("http://127.0.0.1:8080", "127.1:8080"),
        ("http://127.0.0.1:8080", "2130706433:8080"),
        ("http://127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"),
        ("http://[fe80::1]:8080", "[fe80::1%eth0]:8080"),
        ("http://[::1]:8080", "::1:8080"),
        ("http://[::1]:8080", "[::1:8080"),
    ],
)
def test_every_other_host_is_answered_with_421(base_url, host):
    assert status(base_url, host) == 421


@given(host=st.text(st.characters(codec="latin-1"), max_size=40))
def test_any_text_as_host_is_answered_with_421(host):
    assert status("https://sts.example.test", host) == 421


@pytest.mark.parametrize("path", [PROBE, "/ADFS/Probe"])
@pytest.mark.parametrize(
    "host", ["192.0.2.1", "192.0.2.1:8443", "[::1]:80", "STS.example.test:8443", "", None]
)
def test_the_probe_is_answered_at_every_address_of_the_node(host, path):
    assert status("https://sts.example.test", host, path) == 200


@pytest.mark.parametrize("path", ["/adfs/probe/", "/adfs/ls/", "/", "/adfs/probe\0"])
def test_nothing_but_the_probe_is(path):
    assert status("https://sts.example.test", "192.0.2.1", path) == 421


def test_the_probe_is_not_answered_under_another_name():
    assert status("https://sts.example.test", "evil.example.test", PROBE) == 421


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("http://sts.example.test/", 200),
        ("HTTPS://sts.example.test", 200),
        ("/?next=http://evil.example.test/", 200),
        ("/http://evil.example.test/", 200),
        ("http://evil.example.test/", 421),
        ("http://evil.example.test?x", 421),
        ("http://sts.example.test@evil.example.test/", 421),
        ("http:///", 421),
    ],
)
def test_an_absolute_target_has_to_name_us_as_well(target, expected):
    assert status("https://sts.example.test", "sts.example.test", target=target) == expected


def test_a_server_without_a_probe_has_no_exception():
    assert status("https://sts.example.test", "192.0.2.1", "", probe="") == 421


def test_page_and_log_name_the_base_url_and_the_page_nothing_of_the_request(log):
    client = Client(OwnHost(Response("in"), "https://sts.example.test"))
    answer = client.get("/<i>", base_url=f"http://{'evil.' * 100}test")

    (line,) = map(json.loads, log.getvalue().splitlines())
    assert answer.status_code == 421
    assert 'href="https://sts.example.test/"' in answer.text
    assert line["activity_id"] in answer.text
    assert "evil" not in answer.text
    assert (line["event"], line["code"]) == ("request_refused", "wrong_host")
    assert "https://sts.example.test" in line["problem"]
    assert len(line["problem"]) < 300
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_head_request_gets_no_body():
    answer = Client(OwnHost(Response("in"), "https://sts.example.test")).head("/")
    assert (answer.status_code, answer.data) == (421, b"")


def test_the_page_of_a_refusal_is_in_the_browsers_language(pseudo_german):
    client = Client(OwnHost(Response("in"), "https://sts.example.test"), Response)
    page = client.get("/", base_url="http://other.test", headers={"Accept-Language": "de"})
    assert page.status_code == 421
    activity = r"[0-9a-f-]{36}"
    assert untranslated(page.text, rf"421|https://sts\.example\.test|{activity}") == []
