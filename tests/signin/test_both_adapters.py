"""Flask and the entry beside it are two adapters of one sign-in: no request can tell which answers.

Each request here is asked of both, and answer, log lines, counters and recorded steps are the same.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.servers.two_adapters import Adapter, Request, fail_before

from idp.config.schema import (
    LoggingSection,
    MetricsSection,
    ProxiesSection,
    SignInSection,
    TestingSection,
)
from idp.session.node import NoNode
from idp.signin.host import addresses, build_host
from idp.web.body_limits import MAX_BODY_LENGTH, MAX_FORM_FIELDS
from idp.web.request_headers import CHECKED

FORM = ("Content-Type", "application/x-www-form-urlencoded")
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
END = b"--x--\r\n"
LIST = "/adfs/ls/idpinitiatedsignon.aspx"
METADATA = "/FederationMetadata/2007-06/FederationMetadata.xml"
PROXY = "192.0.2.10"


def post(path="/adfs/ls/", body=b"", *headers, **more) -> Request:
    return Request("POST", path, body=body, headers=(FORM, *headers), **more)


def get(path="/adfs/ls/", *headers, **more) -> Request:
    return Request(path=path, headers=headers, **more)


def typed(kind, body) -> Request:
    return Request("POST", LIST, body=body, headers=(("Content-Type", kind),) if kind else ())


PASSWORDS = b"UserName=x&Password=y"
THROUGH = (("X-MS-Proxy", "wap"), ("X-MS-Forwarded-Client-IP", "198.51.100.1"))
WAP = {"peer": PROXY, "more": ((CHECKED, True),)}
USUAL = {
    "no message":             (get(), 404),
    "a bad message":          (get(query="SAMLRequest=x"), 400),
    "the list":               (get(LIST), 200),
    "the list as htm":        (get("/adfs/ls/idpinitiatedsignon.htm"), 200),
    "a page of our own":      (get("/adfs/signin", query="own-page=/account/"), 200),
    "no page of our own":     (get("/adfs/signin", query="own-page=//x"), 404),
    "signing out":            (get("/adfs/ls/signout"), 200),
    "a password change":      (get("/adfs/portal/updatepassword/"), 200),
    "the probe":              (get("/adfs/probe"), 200),
    "metadata":               (get(METADATA), 200),
    "a language":             (post("/adfs/language", b"Language=de&Return=/adfs/ls/%3Fx"), 303),
    "a language, elsewhere":  (post("/adfs/language", b"Return=//x"), 303),
    "a wrong password":       (post(LIST, PASSWORDS), 200),
    "from another site":      (post(LIST, PASSWORDS, ("Origin", "https://x.test")), 403),
    "from the same site":     (post(LIST, PASSWORDS, ("Sec-Fetch-Site", "same-site")), 403),
    "a made-up form":         (post(body=b"SamlSession=x"), 400),
    "a made-up context":      (post(body=b"Context=x"), 400),
    "a field twice":          (post(body=b"SAMLRequest=x&SAMLRequest=y"), 400),
    "in German":              (get(LIST, ("Accept-Language", "de-AT, en;q=0.1")), 200),
    "German by its cookie":   (get(LIST, ("Cookie", "tallystick_language=de")), 200),
    "chosen on the page":     (post(LIST, b"Language=ja"), 200),
    "a cookie twice":         (get(LIST, ("Cookie", "MSISAuth=x; MSISAuth=y")), 400),
    "odd cookies":            (get(LIST, ("Cookie", 'a="b; c=d; =e; f; MSISAuth="\\303"')), 200),
    "a foreign cookie":       (get(LIST, ("Cookie", "MSISAuth=\xff; x=\xc3\xa4")), 200),
    "an administrator":       (get("/adfs/ls/", ("Cookie", "AdminLinks=1")), 404),
    "no UTF-8 in the query":  (get(LIST, query="loginToRp=%FF&x=\xff"), 400),
    "no UTF-8 in a form":     (post(LIST, b"UserName=%FF&Password=\xff"), 200),
    "a body without a type":  (typed("", PASSWORDS), 200),
    "JSON":                   (typed("application/json", b"{}"), 200),
    "multipart":              (typed(MULTIPART, PART % (b"UserName", b"x") + END), 200),
    "multipart, broken off":  (typed(MULTIPART, PART % (b"UserName", b"x")), 200),
    "too many parts":         (typed(MULTIPART, PART % (b"a", b"1") * 101 + END), 413),
    "many fields":            (post(LIST, b"a=1&" * (MAX_FORM_FIELDS - 1)), 200),
    "too many fields":        (post(LIST, b"&" * MAX_FORM_FIELDS), 413),
    "too large":              (post(LIST, b"a" * (MAX_BODY_LENGTH + 1)), 413),
    "shorter than it says":   (post(LIST, PASSWORDS, ("Content-Length", "12")), 200),
    "no length":              (post(LIST, PASSWORDS, ("Content-Length", "")), 200),
    "an odd length":          (post(LIST, PASSWORDS, ("Content-Length", "-5")), 200),
    "no UTF-8 in an address":  (get("/adfs/signin", query="own-page=\xff"), 404),
    "a GET with a body":      (Request(path=LIST, body=PASSWORDS, headers=(FORM,)), 200),
    "through a proxy":        (get(LIST, *THROUGH, **WAP), 200),
    "an unchecked proxy":     (get(LIST, peer=PROXY), 503),
    "no address":             (get(LIST, peer=""), 200),
    "any case":               (get("/adfs/LS/IDPinitiatedsignon.ASPX"), 200),
    "without its slash":      (get("/adfs/ls"), 404),
    "the probe by address":   (get("/adfs/probe", ("Host", "192.0.2.1:8443")), 200),
}  # fmt: skip
BY_FLASK = {
    "another case of adfs":   (get("/ADFS/ls/", query="a=%2f"), 308),
    "another host":           (get(LIST, ("Host", "x.test")), 421),
    "two slashes":            (get("//adfs/ls/"), 404),
    "a slash inside":         (get("/adfs//ls/"), 308),
    "nothing":                (get("/adfs/nothing"), 404),
    "below a page":           (get("/adfs/ls/x"), 404),
    "HEAD":                   (Request("HEAD"), 405),
    "HEAD of the probe":      (Request("HEAD", "/adfs/probe"), 200),
    "OPTIONS":                (Request("OPTIONS"), 200),
    "PUT":                    (Request("PUT"), 405),
    "a made-up method":       (Request("get "), 405),
    "POST to the probe":      (post("/adfs/probe"), 405),
    "GET of a choice":        (get("/adfs/language"), 405),
    "a WebSocket":            (get(LIST, ("Connection", "Upgrade"), ("Upgrade", "websocket")), 400),
    "an adapter's file":      (get("/adfs/adapter/AzureMfaAuthentication/x.css"), 404),
    "a theme's file":         (get("/adfs/portal/theme/x.css"), 404),
    "the front page":         (get("/"), 302),
    "another host's page":    (get("/authenticator/"), 200),
}  # fmt: skip


@pytest.fixture
def both(federation):
    """The two adapters of a server on which everything that looks at requests is on."""
    services, sections = federation.services, {
        "logging": LoggingSection(audit="verbose"),
        "metrics": MetricsSection(port=9),
        "proxies": ProxiesSection(web_application_proxies=[PROXY]),
        "sign_in": SignInSection(idp_initiated=True, password_change=True),
        "testing": TestingSection(allow_faults=True),
    }  # fmt: skip
    config = services.config.model_copy(update=sections)
    with ExitStack() as closing:
        own = replace(services, config=config)
        yield tuple(Adapter(own, closing, beside_flask=each) for each in (False, True))


def asked_of(both, request):
    """Ask both adapters; return what both did, and whether the second one went through Flask."""
    flask, beside = both
    beside.by_flask.clear()
    expected, observed = flask.ask(request), beside.ask(request)
    assert observed == expected
    return observed, bool(beside.by_flask)


def test_requests_for_the_sign_in_get_the_same_from_both_and_need_no_flask(both):
    for name, (request, status) in USUAL.items():
        observed, went_through_flask = asked_of(both, request)
        assert (name, observed.code, went_through_flask) == (name, status, False)
        assert dict(observed.headers)["X-Tallystick-Faults"] == "allowed"
        assert any("request_received" in line for line in observed.lines)


def test_what_the_entry_does_not_know_is_answered_by_flask(both):
    for name, (request, status) in BY_FLASK.items():
        observed, _ = asked_of(both, request)
        assert (name, observed.code) == (name, status)


def test_the_same_is_counted_and_recorded(both):
    observed, _ = asked_of(both, USUAL["a bad message"][0])

    assert observed.counted["tallystick_request_seconds_count", "signin.ls", "4xx"] == 1
    assert observed.steps[-2:] == ("refused", "answer")


PATHS = sorted({request.path for request, _ in (*USUAL.values(), *BY_FLASK.values())})
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
NAMES = ("Accept-Language", "Cookie", "Origin", "User-Agent", "X-Forwarded-For", "Content-Type")
REQUESTS = st.builds(
    Request,
    st.sampled_from(("GET", "POST", "HEAD", "PUT", "get")),
    st.sampled_from(PATHS) | st.sampled_from(PATHS).map(str.upper) | LATIN.map("/adfs/".__add__),
    LATIN | LATIN.map("SAMLRequest={}&RelayState=x".format),
    st.binary(max_size=40) | LATIN.map(lambda text: urlencode({"Context": text}).encode()),
    st.dictionaries(st.sampled_from(NAMES), LATIN | st.just(FORM[1])).map(
        lambda given: tuple(given.items())
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS)
def test_odd_requests_get_the_same_from_both(request, both):
    asked_of(both, request)


class Unforeseen(Exception):
    """Nobody expects it, and its text is secret."""


@pytest.mark.parametrize(("error", "status"), [(Unforeseen("secret"), 500), (NoNode(), 503)])
def test_what_fails_before_a_request_is_answered_alike_and_the_end_comes_all_the_same(
    error, status, both
):
    ended = fail_before(both, error)
    observed, went_through_flask = asked_of(both, get(LIST))

    assert (observed.code, went_through_flask, len(ended)) == (status, False, 2)
    assert "secret" not in observed.body + "".join(observed.lines)


def test_without_a_database_both_ask_to_come_back(federation, both):
    file = Path(federation.services.config.store.url.removeprefix("sqlite:///"))
    aside = file.rename(file.with_suffix(".aside"))
    try:
        answers = [adapter.ask(get("/adfs/probe")) for adapter in both]
    finally:
        aside.rename(file)

    assert {(answer.code, answer.headers, answer.body) for answer in answers} == {
        (503, answers[0].headers, answers[0].body)
    }
    assert dict(answers[0].headers)["Retry-After"] == "5"
    assert not both[1].by_flask


def test_the_entry_finds_every_address_of_the_sign_in_that_is_no_file(federation):
    host = build_host(federation.services)
    fixed = {path for path, _, _, _ in addresses(host.endpoints) if "<" not in path}

    assert fixed <= {request.path for request, _ in USUAL.values()} | {LIST.removesuffix(".aspx")}
