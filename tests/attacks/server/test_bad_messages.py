"""Messages that are none, too much, too old, not for us or not from whom they say.

Each is a clear page or a SAML status, one log line with a stable code, and changes nothing.
"""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest

from idp.embedded.page import Page
from idp.saml.canonical import instant
from idp.saml.xml import MAX_BYTES

MARK = "<b>bold</b>"


def packed(xml: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(xml) + deflate.flush())


def by_redirect(asking, xml: bytes) -> str:
    return f"{asking.ls_url}?SAMLRequest={quote(packed(xml), safe='')}"


def with_doctype(asking, doctype: str) -> bytes:
    return doctype.encode() + asking.authn_request()


def entity_bomb() -> str:
    levels = "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' if level else '<!ENTITY e0 "ha">'
        for level in range(10)
    )
    return f"<!DOCTYPE x [{levels}]>"


MESSAGES = {
    "no XML": (lambda sp: b"not XML", "not_xml"),
    "empty": (lambda sp: b"", "not_xml"),
    "cut off": (lambda sp: sp.authn_request()[:-20], "not_xml"),
    "markup": (lambda sp: MARK.encode(), "MSIS7015"),
    "a doctype": (lambda sp: with_doctype(sp, "<!DOCTYPE x>"), "doctype"),
    "an external entity": (
        lambda sp: with_doctype(sp, '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        "doctype",
    ),
    "an external DTD": (
        lambda sp: with_doctype(sp, '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'),
        "doctype",
    ),
    "an entity bomb": (lambda sp: with_doctype(sp, entity_bomb()), "doctype"),
    "ten thousand nested": (lambda sp: sp.authn_request("<x>" * 10_000), "message_too_deep"),
    "64 KiB and more": (
        lambda sp: sp.authn_request(f"<!--{'x' * MAX_BYTES}-->"),
        "message_too_large",
    ),
    "a bomb": (lambda sp: b" " * 600_000, "message_too_large"),
    "UTF-16": (lambda sp: sp.authn_request().decode().encode("utf-16"), "not_xml"),
    "UTF-7": (lambda sp: sp.authn_request().replace(b"<", b"+ADw-"), "not_xml"),
    "NUL": (lambda sp: sp.authn_request().replace(b"Issuer", b"Iss\0uer"), "not_xml"),
    "another root": (
        lambda sp: sp.authn_request().replace(b"AuthnRequest", b"ArtifactResolve"),
        "MSIS7015",
    ),
    "no ID": (lambda sp: sp.authn_request(ID=None), "not_schema_valid"),
    "no version": (lambda sp: sp.authn_request(Version=None), "not_schema_valid"),
    "no instant": (lambda sp: sp.authn_request(IssueInstant=None), "not_schema_valid"),
    "an ID that is none": (lambda sp: sp.authn_request(ID=MARK), "not_schema_valid"),
    "an index that is none": (
        lambda sp: sp.authn_request(AssertionConsumerServiceIndex="-1"),
        "not_schema_valid",
    ),
    "another destination": (
        lambda sp: sp.authn_request(Destination="https://other.example.test/adfs/ls/"),
        "wrong_destination",
    ),
    "a destination that begins like ours": (
        lambda sp: sp.authn_request(Destination=f"{sp.ls_url}.evil.example.test/"),
        "wrong_destination",
    ),
    "an unknown issuer": (lambda sp: sp.authn_request(issuer="urn:nobody"), "MSIS7007"),
    "an issuer of markup": (lambda sp: sp.authn_request(issuer=f"{MARK}\r\n\x9b31m"), "MSIS7007"),
    "an issuer in upper case": (
        lambda sp: sp.authn_request(issuer=sp.entity_id.upper()),
        "MSIS7007",
    ),
    "no issuer": (lambda sp: sp.authn_request(issuer=""), "MSIS7007"),
    "expired": (lambda sp: sp.authn_request(IssueInstant=after(sp, minutes=-9)), "not_fresh"),
    "of the future": (lambda sp: sp.authn_request(IssueInstant=after(sp, minutes=4)), "not_fresh"),
    "of the year 9999": (
        lambda sp: sp.authn_request(IssueInstant="9999-12-31T23:59:59Z"),
        "not_fresh",
    ),
}


def after(asking, **delta: float) -> str:
    return instant(asking.federation.clock.now() + timedelta(**delta))


def must_be_refused(page, lines, code, federation):
    assert (page.status, page.form) == (400, None)
    assert page.title == "Error"
    assert MARK not in page.html
    assert "Traceback" not in page.html
    (line,) = lines.all()
    assert line["code"] == (code or line["code"])
    assert page.text("errorCode").startswith(line["code"])
    (row,) = federation.log
    assert (row.event_id < 1200, row.outcome) == (True, line["code"])


@pytest.mark.parametrize(("make", "code"), MESSAGES.values(), ids=MESSAGES.keys())
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_bad_message_is_refused_on_a_page(binding, make, code, federation, easy, lines):
    xml, browser = make(easy), federation.browser()
    if binding == "redirect":
        page = browser.get(by_redirect(easy, xml))
    else:
        page = browser.post(easy.ls_url, easy.fields(xml))

    must_be_refused(page, lines, code, federation)


PARAMETERS = {
    "not base64": ("SAMLRequest=%3Cb%3Ebold%3C/b%3E", "not_base64"),
    "not ASCII": ("SAMLRequest=%C3%A4%FF", "not_base64"),
    "empty": ("SAMLRequest=", None),
    "not DEFLATE": ("SAMLRequest=" + quote(base64.b64encode(b"x" * 90)), "not_deflate"),
    "half a stream": ("SAMLRequest=rZE9", "not_deflate"),
    "another encoding": ("SAMLEncoding=x&SAMLRequest=AAAA", "unknown_encoding"),
    "twice": ("SAMLRequest=AAAA&SAMLRequest=AAAA", "duplicate_parameter"),
    "in disguise": ("SAML%52equest=AAAA&SAMLRequest=AAAA", "duplicate_parameter"),
    "request and response": ("SAMLRequest=AAAA&SAMLResponse=AAAA", "MSIS7015"),
    "two relay states": ("SAMLRequest=AAAA&RelayState=a&RelayState=b", "duplicate_parameter"),
    "half a signature": ("SAMLRequest=AAAA&Signature=AAAA", None),
    "a response": ("SAMLResponse=" + quote(packed(b"<a/>")), "MSIS7015"),
}


@pytest.mark.parametrize(("query", "code"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_parameters_by_redirect_are_refused_on_a_page(query, code, federation, easy, lines):
    page = federation.browser().get(f"{easy.ls_url}?{query}")
    must_be_refused(page, lines, code, federation)


FORMS = {
    "not base64": ([("SAMLRequest", MARK)], "not_base64"),
    "empty": ([("SAMLRequest", "")], None),
    "twice": ([("SAMLRequest", "AAAA"), ("SAMLRequest", "AAAA")], "duplicate_parameter"),
    "request and response": (
        [("SAMLRequest", "AAAA"), ("SAMLResponse", "AAAA")],
        "duplicate_parameter",
    ),
    "two relay states": (
        [("SAMLRequest", "AAAA"), ("RelayState", "a"), ("RelayState", "b")],
        "duplicate_parameter",
    ),
    "a relay state with NUL": ([("SAMLRequest", "AAAA"), ("RelayState", "a\0b")], "MSIS7046"),
    "a bomb of base64": ([("SAMLRequest", "A" * 900_000)], "message_too_large"),
    "a response": ([("SAMLResponse", base64.b64encode(b"<a/>").decode())], "MSIS7015"),
}


@pytest.mark.parametrize(("form", "code"), FORMS.values(), ids=FORMS.keys())
def test_fields_by_post_are_refused_on_a_page(form, code, federation, easy, lines):
    browser = federation.browser()
    answer = browser.session.post(easy.ls_url, data=form)
    page = Page(answer.url, answer.status_code, answer.text)
    must_be_refused(page, lines, code, federation)


@pytest.mark.parametrize("in_query", ["SAMLRequest", "SAMLResponse", "SAML%52equest"])
@pytest.mark.parametrize("in_form", ["SAMLRequest", "SAMLResponse"])
def test_messages_by_both_bindings_at_once_are_refused(in_query, in_form, federation, easy, lines):
    """One reader would take the message of the form, and another one that of the query."""
    good = base64.b64encode(easy.authn_request()).decode()
    address = f"{easy.ls_url}?{in_query}=AAAA"

    answer = federation.browser().session.post(address, data={in_form: good})

    page = Page(answer.url, answer.status_code, answer.text)
    must_be_refused(page, lines, "duplicate_parameter", federation)


def test_a_bomb_is_not_blown_up(federation, easy, lines):
    """Forty megabytes in as many kilobytes: reading stops when it is too much."""
    page = federation.browser().get(by_redirect(easy, b" " * 40_000_000))
    must_be_refused(page, lines, "message_too_large", federation)


def test_a_session_survives_all_bad_messages(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    for query, _ in PARAMETERS.values():
        browser.get(f"{easy.ls_url}?{query}")
    assert federation.resume(browser, browser.get(easy.url())).is_finished
