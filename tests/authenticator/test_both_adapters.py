"""Flask and the entry beside it are two adapters of one API: no call can tell which answers.

Each call here is made of both, and answer, log lines and counters are the same.
"""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.servers.two_adapters import Adapter, Request, fail_before

from adapter.mfa.devices.device import CURRENT_APPS
from idp.authenticator.bodies import MAX_BODY_LENGTH
from idp.authenticator.request_signing import NEW_DEVICE, SignedRequest, Stamp, sign
from idp.config.schema import MetricsSection, ProxiesSection
from idp.services import Services
from idp.session.node import NoNode
from idp.web.request_headers import CHECKED

API = "/authenticator/api/"
PROXY = "192.0.2.10"


def get(name, query="", *headers, **more) -> Request:
    return Request(path=API + name, query=query, headers=headers, **more)


def post(name, body=b"", *headers, **more) -> Request:
    return Request("POST", API + name, body=body, headers=headers, **more)


@dataclass(frozen=True)
class Device:
    """A registered device; it signs a request as it stands, so that nothing else is wrong."""

    services: Services
    id: str
    key: ec.EllipticCurvePrivateKey

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def signed(self, request: Request, **changes) -> Request:
        """Return the request with a signature of now, made anew each time."""
        now = round(self.services.clock.now().timestamp() * 1000)
        stamp = replace(Stamp(self.id, now, secrets.token_urlsafe(16)), **changes)
        target = f"{request.path}?{request.query}" if request.query else request.path
        base_url = self.services.config.server.base_url
        call = SignedRequest(base_url, request.method, target, request.body)
        header = ("Authorization", sign(call, stamp, self.key))
        return replace(request, headers=(header, *request.headers))


@pytest.fixture
def device(federation):
    device = Device(federation.services, "", ec.generate_private_key(ec.SECP256R1()))
    activations = federation.services.mfa.activations
    activated = activations.activate(
        activations.create(federation.user.name, totp=False).link,
        public_key=device.public_key,
        platform="android",
        app_version=CURRENT_APPS["android"],
        name="Mine",
    )
    return replace(device, id=activated.device.id)


@pytest.fixture
def both(federation):
    """The two adapters of a server that counts and has a proxy."""
    services = federation.services
    sections = {
        "metrics": MetricsSection(port=9),
        "proxies": ProxiesSection(web_application_proxies=[PROXY]),
    }
    own = replace(services, config=services.config.model_copy(update=sections))
    with ExitStack() as closing:
        yield tuple(Adapter(own, closing, beside_flask=each) for each in (False, True))


def made_of(both, make):
    """Make a call of both adapters; return what both did, and whether Flask did the second one.

    *make* makes the request anew each time, since a signature is good for one call.
    """
    flask, beside = both
    beside.by_flask.clear()
    expected, observed = flask.ask(make()), beside.ask(make())
    assert observed == expected
    return observed, bool(beside.by_flask)


def body_of(**fields) -> bytes:
    return json.dumps(fields).encode()


LONG = b"x" * (MAX_BODY_LENGTH + 1)
FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
THROUGH = (("X-MS-Proxy", "wap"), ("X-MS-Forwarded-Client-IP", "198.51.100.1"))
WAP = {"peer": PROXY, "more": ((CHECKED, True),)}
UPGRADE = (("Connection", "Upgrade"), ("Upgrade", "websocket"))
UNKNOWN = body_of(id="x", nonce="y", decision="deny")
SIGNED = {
    "an account":              (get("account"), 200),
    "what is pending":         (get("pending"), 200),
    "the same, with a query":  (get("pending", "wait=0&seen=a,b"), 200),
    "a query by percent":      (get("pending", "seen=%61%2Cb&wait=0&wait=9"), 200),
    "no wait":                 (get("pending", "wait=x"), 400),
    "no ids":                  (get("pending", "seen=%FF"), 400),
    "no UTF-8 in a query":     (get("pending", "seen=\xff"), 400),
    "a GET with a body":       (get("pending", body=b"{}"), 200),
    "an unknown request":      (post("answer", UNKNOWN, JSON), 404),
    "by another type":         (post("answer", UNKNOWN, FORM), 404),
    "no JSON":                 (post("answer", b"{", JSON), 400),
    "a field too many":        (post("answer", b'{"a": 1}', JSON), 400),
    "no body":                 (post("answer"), 400),
    "a long answer":           (post("answer", LONG, JSON), 413),
    "a notice":                (post("dismiss", body_of(id="x"), JSON), 200),
    "a new phone":             (post("activate", body_of(code="x"), JSON), 400),
    "through a proxy":         (get("account", "", *THROUGH, **WAP), 200),
    "no address":              (get("account", peer=""), 200),
}  # fmt: skip
UNSIGNED = {
    "no signature":            (get("account"), 401),
    "another signature":       (get("account", "", ("Authorization", "Basic x")), 401),
    "no signature on answers": (post("answer", UNKNOWN, JSON), 401),
    "a long body":             (post("answer", LONG), 413),
    "a body cut off":          (post("answer", b"{}", ("Content-Length", "99")), 400),
    "no length":               (post("answer", b"{}", ("Content-Length", "")), 401),
    "an odd length":           (post("answer", b"{}", ("Content-Length", "-5")), 401),
    "a cookie twice":          (get("account", "", ("Cookie", "MSISAuth=x; MSISAuth=y")), 400),
    "an unchecked proxy":      (get("account", peer=PROXY), 503),
    "through a proxy, too":    (get("account", "", *THROUGH, **WAP), 401),
}  # fmt: skip
BY_FLASK = {
    "another method":          (post("account"), 405),
    "PUT":                     (Request("PUT", f"{API}pending"), 405),
    "HEAD":                    (Request("HEAD", f"{API}pending"), 405),
    "OPTIONS":                 (Request("OPTIONS", f"{API}pending"), 405),
    "a made-up method":        (Request("get ", f"{API}pending"), 405),
    "no such call":            (get("nothing"), 404),
    "below a call":            (get("pending/x"), 404),
    "another case":            (get("Pending"), 404),
    "a line break":            (get("pending\n"), 404),
    "no call":                 (get(""), 404),
    "a slash inside":          (Request(path="/authenticator//api/pending"), 308),
    "two slashes":             (Request(path="//authenticator/api/pending"), 401),
    "another host":            (get("account", "", ("Host", "x.test")), 421),
    "a WebSocket":             (get("account", "", *UPGRADE), 400),
}  # fmt: skip


@pytest.mark.parametrize("about", SIGNED)
def test_calls_get_the_same_from_both_and_need_no_flask(about, both, device):
    request, status = SIGNED[about]
    observed, went_through_flask = made_of(both, lambda: device.signed(request))

    assert (observed.code, went_through_flask) == (status, False)


def test_calls_that_nobody_signed_are_refused_alike(both):
    for about, (request, status) in UNSIGNED.items():
        observed, went_through_flask = made_of(both, lambda request=request: request)
        assert (about, observed.code, went_through_flask) == (about, status, False)
        assert any("refused" in line for line in observed.lines)


def test_what_is_no_call_is_answered_by_flask(both):
    for about, (request, status) in BY_FLASK.items():
        observed, _ = made_of(both, lambda request=request: request)
        assert (about, observed.code) == (about, status)


def test_signatures_are_judged_alike(both, device):
    account = get("account")
    wrong = {
        "device_unknown": lambda: device.signed(account, device="x"),
        "bad_signature": lambda: replace(device.signed(account), query="a=b"),
        "stale_call": lambda: device.signed(account, time=1_700_000_000_000),
    }
    for code, make in wrong.items():
        observed, _ = made_of(both, make)
        assert json.loads(observed.body)["error"] == code

    for signed, adapters in ((device.signed(account), both), (device.signed(account), both[::-1])):
        assert [adapter.ask(signed).code for adapter in adapters] == [200, 401]


@pytest.mark.parametrize("experience", ["number_match", "approve_deny"])
def test_a_request_is_shown_and_answered_alike(experience, both, device, federation):
    answered = []
    for adapter in both:
        started = federation.services.mfa.push.start(
            federation.user.name, experience, application="Payroll", client_ip="192.0.2.7"
        )
        shown, _ = made_of(both, lambda: device.signed(get("pending")))
        [told] = json.loads(shown.body)["requests"]
        answer = {"id": told["id"], "nonce": told["nonce"], "decision": "approve"}
        request = post("answer", body_of(**answer, number=started.number), JSON)
        observed = adapter.ask(device.signed(request))
        again = adapter.ask(device.signed(request))
        answered.append(
            (observed.code, json.loads(observed.body)["state"], observed.counted, again)
        )

    assert answered[0] == answered[1]
    assert answered[0][:2] == (200, "approved")
    assert answered[0][2]["tallystick_request_seconds_count", "authenticator.api", "2xx"] == 1
    assert answered[0][3].code == 409


def test_a_phone_is_activated_alike(both, federation):
    activations, codes = federation.services.mfa.activations, []
    for adapter in both:
        new = Device(federation.services, NEW_DEVICE, ec.generate_private_key(ec.SECP256R1()))
        code = activations.create(federation.user.name, totp=False).link
        key = base64.b64encode(new.public_key).decode()
        phone = {"platform": "android", "app_version": "6.2301.0001", "name": "New"}
        request = post("activate", body_of(code=code, public_key=key, **phone), JSON)
        codes.append([adapter.ask(new.signed(request)).code for _ in range(2)])

    assert codes == [[200, 404], [200, 404]]


def test_a_phone_without_a_place_is_turned_away_alike(both, device, federation):
    federation.services.admission.phones.places = 0

    request = get("pending", "wait=9")
    observed, went_through_flask = made_of(both, lambda: device.signed(request))

    assert (observed.code, observed.body, went_through_flask) == (204, "", False)
    assert dict(observed.headers)["Retry-After"] == "1"


class Unforeseen(Exception):
    """Nobody expects it, and its text is secret."""


@pytest.mark.parametrize(("error", "status"), [(Unforeseen("secret"), 500), (NoNode(), 503)])
def test_what_fails_before_a_call_is_answered_alike_and_the_end_comes_all_the_same(
    error, status, both, device
):
    ended = fail_before(both, error)
    observed, went_through_flask = made_of(both, lambda: device.signed(get("account")))

    assert (observed.code, went_through_flask, len(ended)) == (status, False, 2)
    assert "secret" not in observed.body + "".join(observed.lines)


def test_without_a_database_both_ask_to_come_back(both, device, federation):
    file = Path(federation.services.config.store.url.removeprefix("sqlite:///"))
    aside = file.rename(file.with_suffix(".aside"))
    try:
        by_flask, beside = [adapter.ask(device.signed(get("pending"))) for adapter in both]
    finally:
        aside.rename(file)

    assert (beside.code, beside.headers, beside.body) == (503, by_flask.headers, by_flask.body)
    assert dict(beside.headers)["Retry-After"] == "1"
    assert json.loads(beside.body)["error"] == "store_unavailable"
    assert not both[1].by_flask


LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
HEADERS = ("Cookie", "Origin", "User-Agent", "X-Forwarded-For", "Content-Type", "Content-Length")
REQUESTS = st.builds(
    Request,
    st.sampled_from(("GET", "POST", "HEAD", "PUT", "get")),
    st.sampled_from([API + name for name in ("account", "pending", "answer", "dismiss")])
    | LATIN.map(API.__add__),
    LATIN | LATIN.map("seen={}&wait=0".format),
    st.binary(max_size=40) | LATIN.map(lambda text: body_of(id=text)),
    st.dictionaries(st.sampled_from(HEADERS), LATIN).map(lambda given: tuple(given.items())),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS, is_signed=st.booleans())
def test_odd_calls_get_the_same_from_both(request, is_signed, both, device):
    made_of(both, lambda: device.signed(request) if is_signed else request)
