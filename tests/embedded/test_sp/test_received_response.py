"""Responses are read word for word; what they lack is shown as missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.embedded.test_sp import read_response
from idp.embedded.test_sp.received_response import NotAResponse
from idp.embedded.test_sp.response_table import breakable, indented, rows_of
from idp.saml import uris
from idp.saml.assertions import write_response, write_status_response
from idp.saml.keys import new_signing_certificate
from idp.saml.signing import SigningKey
from idp.saml.values import Assertion, Attribute, NameID

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey.from_pem(*new_signing_certificate("idp", NOW))
OTHER = SigningKey.from_pem(*new_signing_certificate("another", NOW))

texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20)


def assertion(name: str = "user@example.test", values: tuple[str, ...] = ("a",)) -> Assertion:
    return Assertion(
        id="_a",
        issuer="http://idp.example.test",
        audience="urn:sp",
        recipient="https://sp.example.test/acs",
        in_response_to="_q",
        issue_instant=NOW,
        not_before=NOW,
        not_on_or_after=NOW + timedelta(hours=1),
        confirmation_not_on_or_after=NOW + timedelta(minutes=5),
        authn_instant=NOW - timedelta(minutes=3),
        session_index="_s",
        session_not_on_or_after=None,
        authn_context_class="urn:context",
        name_id=NameID(name),
        attributes=(Attribute("http://claims.example.test/what", values),),
    )


def response(said: Assertion, key: SigningKey = KEY, **signed: bool) -> bytes:
    return write_response(
        said, response_id="_r", destination="https://sp.example.test/acs", key=key, **signed
    )


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_any_text_comes_out_as_it_was(name, values):
    received = read_response(response(assertion(name, tuple(values))), [KEY.certificate])
    assert received.assertion.name_id == NameID(name)
    assert received.assertion.values_of("what") == tuple(values)


def test_everything_that_is_said_is_read():
    received = read_response(response(assertion()), [KEY.certificate])
    read = received.assertion
    assert received.is_success
    assert (received.id, received.in_response_to, read.in_response_to) == ("_r", "_q", "_q")
    assert (read.session_index, read.authn_context_class) == ("_s", "urn:context")
    assert (read.not_before, read.not_on_or_after) == (NOW, NOW + timedelta(hours=1))
    assert read.authn_instant == NOW - timedelta(minutes=3)
    assert read.session_not_on_or_after is None


@pytest.mark.parametrize(
    ("signs_assertion", "signs_response", "states"),
    [
        (True, False, ("valid", "absent")),
        (False, True, ("absent", "valid")),
        (True, True, ("valid", "valid")),
    ],
)
def test_each_signature_is_judged_by_itself(signs_assertion, signs_response, states):
    xml = response(assertion(), sign_assertion=signs_assertion, sign_response=signs_response)
    received = read_response(xml, [KEY.certificate])
    assert (received.assertion.signature.state, received.signature.state) == states


def test_a_signature_by_another_key_is_wrong():
    received = read_response(response(assertion(), OTHER), [KEY.certificate])
    assert received.assertion.signature.state == "wrong"
    assert "wrong signature" in received.assertion.signature.fault


def test_a_signature_by_sha1_is_valid_but_weak():
    sha1 = KEY.with_algorithm("http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    xml = response(assertion(), sha1)

    assert read_response(xml, [KEY.certificate]).assertion.signature.state == "weak"
    altered = xml.replace(b"urn:context", b"urn:another")
    assert read_response(altered, [KEY.certificate]).assertion.signature.state == "wrong"


def test_after_a_key_change_either_certificate_will_do():
    received = read_response(response(assertion()), [OTHER.certificate, KEY.certificate])
    assert received.assertion.signature.state == "valid"


def test_a_response_with_several_assertions_has_none_to_go_by():
    xml = response(assertion()).decode()
    start, end = xml.index("<Assertion"), xml.index("</samlp:Response>")
    twice = xml[:end] + xml[start:end] + xml[end:]
    received = read_response(twice.encode(), [KEY.certificate])
    assert len(received.assertions) == 2
    assert received.assertion is None


def test_a_status_is_read_from_the_outermost_code_to_the_innermost():
    xml = write_status_response(
        response_id="_r",
        issuer="http://idp.example.test",
        destination="https://sp.example.test/acs",
        in_response_to="_q",
        issue_instant=NOW,
        status=(uris.RESPONDER, uris.NO_PASSIVE),
        key=KEY,
    )
    received = read_response(xml, [KEY.certificate])
    assert received.status_names == ("Responder", "NoPassive")
    assert not received.is_success
    assert received.signature.state == "valid"


def test_a_bare_response_says_nothing_and_is_no_error():
    received = read_response(f'<p:Response xmlns:p="{uris.PROTOCOL}"/>'.encode(), [])
    assert (received.status, received.assertions, received.id) == ((), (), "")
    assert received.signature.state == "absent"


def test_other_xml_is_no_response():
    with pytest.raises(NotAResponse):
        read_response(b"<a/>", [])


def test_times_that_are_none_are_missing():
    xml = response(assertion()).replace(b'NotBefore="2026', b'NotBefore="soon')
    assert read_response(xml, []).assertion.not_before is None


def test_the_time_since_the_sign_in_is_shown():
    received = read_response(response(assertion()), [KEY.certificate])
    notes = {row.key: row.note for row in rows_of(received, NOW)}
    assert notes["authn-instant"] == "3 minutes ago"


def test_addresses_may_be_broken_and_sentences_are_left_alone():
    assert breakable("http://a/b") == "http:<wbr>/<wbr>/<wbr>a/<wbr>b"
    assert breakable("<i>") == "&lt;i&gt;"
    assert breakable("12:30 to 13:30") == "12:30 to 13:30"


def test_xml_for_eyes_has_line_breaks():
    assert indented(response(assertion())).count("\n") > 20
