"""Requests that are wrong as HTTP: too large, oddly addressed, by methods nobody offers."""

from __future__ import annotations

import time

import pytest
from support.servers.raw_http import call

from idp.web.body_limits import MAX_BODY_LENGTH

MARK = "<b>bold</b>"
FORM = "application/x-www-form-urlencoded"


def is_unharmed(federation, easy) -> bool:
    return federation.sign_in(easy.url()).is_finished


@pytest.mark.parametrize("size", [MAX_BODY_LENGTH + 1, 2 * MAX_BODY_LENGTH])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_of_more_than_a_mebibyte_is_not_read(size, kind, federation, easy, lines):
    answer = call(federation, "POST", "/adfs/ls/", b"a" * size, Content_Type=kind)

    assert answer.status == 413
    assert lines.refusals() == ["http_413"]
    assert is_unharmed(federation, easy)


def test_a_body_is_read_no_further_than_its_declared_length(federation, easy):
    answer = call(federation, "POST", "/adfs/ls/", b"UserName=" + b"x" * 5000, Content_Length="9")
    assert answer.status in (400, 404)


def test_many_parts_are_refused(federation, lines):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    body = part * 1000 + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"

    answer = call(federation, "POST", "/adfs/ls/", body, Content_Type=kind)

    assert (answer.status, lines.refusals()) == (413, ["http_413"])


@pytest.mark.parametrize("body", [b"a&" * 500_000, b"a=1&" * 250_000, b"&" * 1_000_000, b"=" * 999])
def test_a_huge_number_of_fields_does_not_keep_others_waiting(body, federation, easy):
    began = time.process_time()  # the server is in this process, whatever else is busy
    answer = call(federation, "POST", "/adfs/ls/", body)

    assert answer.status in (400, 404, 413)
    assert time.process_time() - began < 10
    assert is_unharmed(federation, easy)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X"])
@pytest.mark.parametrize("path", ["/adfs/ls/", "/adfs/ls/idpinitiatedsignon.aspx"])
def test_a_method_that_nobody_offers_does_nothing(method, path, federation, easy, lines):
    query = easy.url().partition("?")[2]
    answer = call(federation, method, f"{path}?{query}&loginToRp={easy.entity_id}")

    assert answer.status in (405, 501)
    assert not any(row.event_id >= 1200 for row in federation.log)


def test_a_look_ahead_does_not_spend_the_request(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    url = easy.url()
    assert browser.session.head(url).status_code == 405
    assert federation.resume(browser, browser.get(url)).is_finished


@pytest.mark.parametrize(
    "path",
    [
        "/adfs/adapter/AzureMfaAuthentication/..%2f__init__.py",
        "/adfs/adapter/AzureMfaAuthentication/..%2f..%2fmfa.css",
        "/adfs/adapter/AzureMfaAuthentication/%2e%2e/adapter.py",
        "/adfs/adapter/AzureMfaAuthentication/../static/mfa.css",
        "/adfs/adapter/AzureMfaAuthentication/..%5cadapter.py",
        "/adfs/adapter/AzureMfaAuthentication/%2fetc%2fpasswd",
        "/adfs/adapter/AzureMfaAuthentication/.css",
        "/adfs/adapter/AzureMfaAuthentication/mfa.css%00.png",
        "/adfs/adapter/AzureMfaAuthentication/mfa.css/",
        "/adfs/adapter/AzureMfaAuthentication/MFA.CSS",
        "/adfs/adapter/AzureMfaAuthentication/..mfa.css",
        "/adfs/adapter/AzureMfaAuthentication/adapter.py",
        "/adfs/adapter/AzureMfaAuthentication/%3Cb%3Ebold%3C%2fb%3E.css",
        "/adfs/adapter/..%2f..%2fadapter/mfa.css",
        "/adfs/adapter/Nobody/mfa.css",
        "/adfs/adapter//mfa.css",
        "/static/..%2fapp.py",
        "/static/../app.py",
        "//etc/passwd",
    ],
)
def test_no_address_leads_out_of_a_folder(path, federation):
    answer = call(federation, "GET", path)

    assert answer.status in (308, 404)
    assert MARK not in answer.text
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_the_adapters_own_files_are_served(federation):
    for name in ("mfa.css", "mfa.js"):
        answer = call(federation, "GET", f"/adfs/adapter/AzureMfaAuthentication/{name}")
        assert answer.status == 200


def test_files_of_an_adapter_that_is_not_enabled_are_not(federation):
    federation.services.providers.enable(())
    answer = call(federation, "GET", "/adfs/adapter/AzureMfaAuthentication/mfa.css")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "relay_state",
    ["%0d%0aSet-Cookie:%20evil=1", "%0aX-Evil:1", "%0d%0a%0d%0a%3Cb%3Ebold%3C/b%3E", "%E2%80%A8X"],
)
def test_a_relay_state_splits_no_header(relay_state, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    for url in (easy.url(), easy.initiated_url()):
        answer = browser.session.get(f"{url}&RelayState={relay_state}")
        assert answer.status_code == 200
        assert "X-Evil" not in answer.headers
        assert "evil" not in answer.headers.get("Set-Cookie", "")
        assert MARK not in answer.text


@pytest.mark.parametrize("header", ["User-Agent", "Accept-Language", "Referer", "X-Forwarded-For"])
@pytest.mark.parametrize("value", [MARK, "\xff\xfe", "a" * 20_000, "%00"])
def test_hostile_headers_echo_nothing(header, value, federation, lines):
    answer = call(federation, "GET", "/adfs/ls/?SAMLRequest=x", **{header.replace("-", "_"): value})

    assert answer.status == 400
    assert MARK not in answer.text
    assert len(answer.text) < 5000
    assert lines.refusals() == ["not_base64"]


@pytest.mark.parametrize("host", ["evil.example.test", "evil.example.test:80", "<b>", "", None])
def test_no_address_on_a_page_is_taken_from_the_request(host, federation, easy):
    query = easy.url().partition("?")[2]
    answer = call(
        federation,
        "GET",
        f"/adfs/ls/?{query}",
        **({} if host is None else {"Host": host}),
        X_Forwarded_Host="evil.example.test",
        X_Forwarded_Proto="https",
        Forwarded="host=evil.example.test",
    )

    assert "evil" not in answer.text
    assert answer.status == (200 if host is None else 421)
    if host is None:
        assert f'action="{federation.url}/adfs/ls/?' in answer.text


def test_forwarded_addresses_count_for_nothing(federation, easy):
    browser = federation.browser()
    user = federation.user
    browser.session.post(
        easy.url(),
        data={"UserName": user.name, "Password": user.password},
        headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"},
    )
    assert {row.client_ip for row in federation.log} == {"127.0.0.1"}


@pytest.mark.parametrize(
    "body",
    [
        b"UserName=%00&Password=%00",
        b"UserName=%ff%fe&Password=%ff",
        b"UserName=%ed%a0%80&Password=x",
        b"UserName[]=x&Password[]=y&UserName=z",
        b"Context=%00",
        b"Context=%ff&AuthMethod=%00",
        b"SamlSession=%00",
        b"\x00\x01\x02",
        b"%",
        b"UserName",
    ],
)
def test_fields_of_any_bytes_are_answered(body, federation, easy, lines):
    query = easy.url().partition("?")[2]
    answer = call(federation, "POST", f"/adfs/ls/?{query}", body)

    assert answer.status in (200, 400)
    assert "Traceback" not in answer.text
    assert {row.event_id for row in federation.log} <= {364, 1203}
