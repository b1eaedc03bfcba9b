"""A phone in Python answers real pushes over real HTTP."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from support.nets import NET_SECONDS
from support.users import ALICE, BOB

from idp.authenticator.client import Phone, PhoneError
from idp.authenticator.phonefile import PhoneFile, PhoneFileError
from idp.authenticator.transport import PhoneRefused, ServerUnreachable, server_of

WHOLE = dict.fromkeys(
    [
        *("id", "nonce", "experience", "application", "user", "client_ip"),
        *("reason", "text", "occasion", "device", "at"),
    ],
    "x",
)
"""Has all that a request, a refusal or a notice has."""


def test_the_right_number_approves(phone_host, phone):
    started = phone_host.push()
    assert phone.approve(started.number) == "approved"
    assert phone_host.stored(started).state == "approved"


def test_a_wrong_number_ends_the_request(phone_host, phone):
    started = phone_host.push()
    assert phone.approve(str(109 - int(started.number))) == "wrong_number"


def test_without_the_number_that_is_due_nothing_is_sent(phone_host, phone):
    started = phone_host.push()
    with pytest.raises(PhoneError) as refused:
        phone.approve()
    assert refused.value.code == "number_required"
    assert phone_host.stored(started).state == "pending"


def test_a_number_on_approve_and_deny_is_ignored(phone_host, phone):
    phone_host.push("approve_deny")
    assert phone.approve("42") == "approved"


def test_a_denial_can_be_reported(phone_host, phone):
    started = phone_host.push()
    assert phone.deny(report=True) == "denied"
    assert phone_host.stored(started).reported


def test_without_a_request_there_is_nothing_to_answer(phone):
    with pytest.raises(PhoneError) as refused:
        phone.approve()
    assert refused.value.code == "no_request"


def test_an_answer_waits_for_its_request(phone_host, phone):
    with ThreadPoolExecutor(1) as threads:
        approval = threads.submit(phone.approve, timeout=NET_SECONDS)
        phone_host.push("approve_deny")
        assert approval.result(NET_SECONDS) == "approved"


def test_two_accounts_on_one_phone_are_both_asked(phone_host, phone):
    phone.activate(phone_host.activation_url(BOB))
    phone_host.push("approve_deny", BOB)
    (request,) = phone.pending(wait=5)
    assert request.account.user == BOB
    assert phone.approve() == "approved"


def test_among_several_requests_one_must_be_named(phone_host, phone):
    phone.activate(phone_host.activation_url(BOB))
    alices, bobs = phone_host.push("approve_deny"), phone_host.push("approve_deny", BOB)
    with pytest.raises(PhoneError) as refused:
        phone.approve()
    assert refused.value.code == "several_requests"
    assert phone.deny(request_id=bobs.challenge.id) == "denied"
    assert phone.approve() == "approved"
    assert phone_host.stored(alices).state == "approved"


def test_an_account_that_is_refused_does_not_stand_in_the_way_of_another(phone_host, phone):
    phone.activate(phone_host.activation_url(BOB))
    phone_host.services.directory.disable(ALICE)
    phone_host.push("approve_deny", BOB)
    assert phone.approve() == "approved"
    phone_host.services.directory.disable(BOB)
    with pytest.raises(PhoneRefused) as refused:
        phone.pending()
    assert refused.value.code == "user_disabled"


def test_activating_again_replaces_the_account(phone_host, phone):
    before = phone.accounts()
    phone.activate(phone_host.activation_url())
    after = phone.accounts()
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def test_a_phone_whose_clock_is_wrong_corrects_itself(phone_host):
    phone = phone_host.phone()
    late = Phone(phone.file, now=lambda: time.time() - 3600)
    phone_host.push("approve_deny")
    assert late.approve() == "approved"


def test_a_phone_follows_a_server_whose_clock_was_moved(phone_host, phone):
    assert phone.pending() == ()
    phone_host.clock.advance(24 * 3600)
    phone_host.push("approve_deny")
    assert phone.approve() == "approved"


def test_codes_go_by_the_servers_clock(phone_host, tmp_path):
    phone_host.clock.advance(3600)
    phone = Phone.at(tmp_path / "codes.json")
    phone.activate(phone_host.activation_url(totp=True))
    outcome = phone_host.services.mfa.codes.check(ALICE, phone.code(), attempt="1")
    assert outcome == "right"
    assert 0 < phone.codes()[0].seconds_left <= 30


def test_an_account_without_codes_has_none(phone):
    with pytest.raises(PhoneError) as refused:
        phone.code()
    assert refused.value.code == "no_code"


def test_a_code_alone_needs_its_server(phone_host, tmp_path):
    code = phone_host.services.mfa.activations.create(ALICE, totp=False).typed
    phone = Phone.at(tmp_path / "new.json")
    with pytest.raises(PhoneError) as refused:
        phone.activate(code)
    assert refused.value.code == "no_server"
    spaced = f"{code[:3]} {code[3:6]} {code[6:]}"
    assert phone.activate(spaced, server=f"{phone_host.url}/authenticator/").user == ALICE


def test_a_wrong_code_is_refused_and_leaves_no_file(phone_host, tmp_path):
    with pytest.raises(PhoneRefused) as refused:
        Phone.at(tmp_path / "new.json").activate("000000000", server=phone_host.url)
    assert refused.value.code == "activation_unknown"
    assert not (tmp_path / "new.json").exists()


def test_a_file_that_cannot_be_used_does_not_use_the_code_up(phone_host, tmp_path):
    (tmp_path / "new.json").write_text("not a phone")
    (tmp_path / "new.json").chmod(0o600)
    url = phone_host.activation_url()
    with pytest.raises(PhoneFileError):
        Phone.at(tmp_path / "new.json").activate(url)
    assert Phone.at(tmp_path / "other.json").activate(url).user == ALICE


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(ServerUnreachable, match=r"http://127\.0\.0\.1:9 does not answer"):
        Phone.at(tmp_path / "new.json").activate("http://127.0.0.1:9/authenticator/#123456789")


def test_a_page_that_is_no_tallystick_server_is_one_clear_error(phone_host, phone, monkeypatch):
    monkeypatch.setattr("idp.authenticator.transport.API", "/static/")
    with pytest.raises(ServerUnreachable, match="does not come from a Tallystick server"):
        phone.pending()


@pytest.fixture
def strange_phone(phone, tmp_path):
    """A phone whose server sends what a test says."""

    class Strange(BaseHTTPRequestHandler):
        answer: object = {}

        def do_GET(self) -> None:
            body = json.dumps(self.answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_of_line: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Strange) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            (account,) = phone.file.accounts()
            there = Phone.at(tmp_path / "strange.json")
            there.file.add(replace(account, server=f"http://127.0.0.1:{server.server_port}"))
            yield there, Strange
        finally:
            server.shutdown()


@pytest.mark.parametrize("name", ["requests", "refusals", "notices"])
@pytest.mark.parametrize("thing", [5, None, [], {}, {"id": "x"}, {**WHOLE, "id": 5}])
def test_an_answer_that_lacks_what_a_phone_shows_is_one_clear_error(name, thing, strange_phone):
    phone, strange = strange_phone
    empty = {"requests": [], "refusals": [], "notices": []}

    strange.answer = {**empty, name: [WHOLE]}
    assert (phone.pending(), phone.refusals(), phone.notices()) != ((), (), ())
    strange.answer = {**empty, name: [WHOLE, thing]}
    with pytest.raises(ServerUnreachable, match="answered with something unexpected"):
        phone.notices() if name == "notices" else phone.pending()


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(phone_host, phone, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert phone.pending() == ()


@pytest.mark.parametrize("text", ["localhost:8080", "ftp://host/x", "https://", "javascript:1"])
def test_a_malformed_address_is_refused(text):
    with pytest.raises(ServerUnreachable):
        server_of(text)


def test_the_server_of_an_address_is_its_origin():
    address = "https://user:secret@sts.example.test:8443/authenticator/?a#b"
    assert server_of(address) == "https://sts.example.test:8443"


def test_a_phone_without_accounts_says_how_to_get_one(tmp_path):
    with pytest.raises(PhoneFileError, match="tallystick phone activate"):
        Phone(PhoneFile(tmp_path / "none.json")).pending()
