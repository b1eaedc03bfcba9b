"""Attacks on the signature of a Redirect message: it is over the octets as they came."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from support.service_providers.saml_messages import refused_code

from idp.saml import uris
from idp.saml.bindings import decode_redirect
from idp.saml.refusal import Refused


def signed_query(sp) -> bytes:
    return sp.query(relay_state="a b/ü", key=sp.identity.key)


def with_signature(query: bytes, algorithm: str, value: bytes) -> bytes:
    written = f"&SigAlg={quote(algorithm, safe='')}&Signature={quote(base64.b64encode(value))}"
    return query + written.encode()


def lower_escapes(query: bytes) -> bytes:
    return re.sub(rb"%[0-9A-F]{2}", lambda match: match.group().lower(), query)


def test_redirect_signatures_hold_over_lower_case_escapes_as_dot_net_writes_them(idp, writer):
    query = lower_escapes(writer.query(relay_state="a/b+c"))
    query += b"&SigAlg=" + lower_escapes(quote(uris.RSA_SHA256, safe="").encode())
    signature = quote(base64.b64encode(writer.identity.key.sign(query))).encode()

    message = decode_redirect(query + b"&Signature=" + lower_escapes(signature))

    assert b"%2f" in query
    assert idp.read(message)
    assert message.relay_state == "a/b+c"


def test_the_same_parameters_escaped_in_another_way_are_refused(idp, writer):
    query = signed_query(writer)
    value, _, rest = query.partition(b"&")

    relowered = lower_escapes(value) + b"&" + rest

    assert relowered != query
    assert refused_code(idp, decode_redirect(relowered)) == "MSIS0038"


def test_the_order_of_the_parameters_in_the_query_does_not_matter(idp, writer):
    parts = signed_query(writer).split(b"&")

    assert idp.read(decode_redirect(b"&".join([b"client-request-id=1", *reversed(parts)])))


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query.replace(b"RelayState=a", b"RelayState=b"),
        lambda query: query.replace(b"&RelayState=a%20b%2F%C3%BC", b""),
        lambda query: query.replace(b"%20", b"+"),
    ],
    ids=["changed", "removed", "space written as plus"],
)
def test_a_changed_relay_state_is_refused(idp, writer, change):
    changed = change(signed_query(writer))

    assert changed != signed_query(writer)
    assert refused_code(idp, decode_redirect(changed)) == "MSIS0038"


def test_a_relay_state_added_to_a_signed_query_is_refused(idp, writer):
    query = writer.query(key=writer.identity.key)

    assert refused_code(idp, decode_redirect(query + b"&RelayState=x")) == "MSIS0038"


def test_another_message_under_a_good_signature_is_refused(idp, writer):
    other = writer.query(writer.forged(writer.message()))
    _, _, rest = signed_query(writer).partition(b"&")

    assert refused_code(idp, decode_redirect(other + b"&" + rest)) == "MSIS0038"


def test_a_garbage_signature_is_refused_also_where_none_is_asked_for(idp, writer):
    """pysaml2 never looks at it then."""
    query = with_signature(writer.query(), uris.RSA_SHA256, b"garbage")

    assert refused_code(idp, decode_redirect(query)) == "MSIS0038"


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "none",
    ],
)
def test_redirect_signatures_by_sha1_hmac_or_none_are_refused(idp, writer, algorithm):
    query = writer.query() + b"&SigAlg=" + quote(algorithm, safe="").encode()
    value = writer.identity.key.private_key.sign(query, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303

    query += b"&Signature=" + quote(base64.b64encode(value)).encode()

    assert refused_code(idp, decode_redirect(query)) == "signature_algorithm"


def test_ecdsa_signs_redirects_too_and_only_with_its_own_key(idp, writer, identities):
    query = writer.query(relay_state="x", key=identities.idp_ec.key)

    assert refused_code(idp, decode_redirect(query)) == "MSIS0038"
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))
    assert idp.read(decode_redirect(query))
    assert refused_code(idp, decode_redirect(query.replace(b"=x&", b"=y&"))) == "MSIS0038"


def test_an_rsa_signature_is_refused_by_an_ec_key_and_the_reverse(idp, writer, identities):
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))

    assert refused_code(idp, decode_redirect(signed_query(writer))) == "MSIS0038"
    assert refused_code(idp, writer.sign(writer.message())) == "MSIS0038"


def test_an_ec_signature_that_says_it_is_rsa_is_refused(idp, writer, identities):
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))
    query = writer.query() + b"&SigAlg=" + quote(uris.RSA_SHA256, safe="").encode()
    value = identities.idp_ec.key.sign(query)

    query += b"&Signature=" + quote(base64.b64encode(value)).encode()

    assert refused_code(idp, decode_redirect(query)) == "MSIS0038"


@pytest.mark.parametrize(
    "value",
    [bytes(64), bytes(63) + b"\1", b"\1" * 64, b"\xff" * 64, b"\0", b"\0" * 7, bytes(10_000)],
    ids=["zeros", "s of one", "small", "beyond the order", "one byte", "odd", "long"],
)
def test_numbers_that_no_curve_has_are_no_signature(value, idp, writer, identities):
    """CVE-2022-21449 took r = s = 0 for a signature of anything by anybody."""
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))
    query = with_signature(writer.query(), uris.ECDSA_SHA256, value)

    assert refused_code(idp, decode_redirect(query)) == "MSIS0038"


def test_a_letter_written_as_an_escape_is_another_octet(idp, writer):
    query = signed_query(writer)
    at = query.index(b"=") + 1

    escaped = query[:at] + b"%%%02X" % query[at] + query[at + 1 :]

    assert unquote(escaped.decode()) == unquote(query.decode())
    assert refused_code(idp, decode_redirect(escaped)) == "MSIS0038"


def test_a_message_under_the_name_of_the_other_parameter_is_refused(idp, writer):
    """CVE-2025-27773: the signature was over one parameter, and the other was read."""
    ours, other = writer.parameter, {"SAMLRequest": "SAMLResponse", "SAMLResponse": "SAMLRequest"}
    query = signed_query(writer)
    renamed = query.replace(ours.encode(), other[ours].encode())
    unsigned = writer.query(writer.forged(writer.message())).replace(
        ours.encode(), other[ours].encode()
    )

    for both in (unsigned + b"&" + query, query + b"&" + unsigned):
        with pytest.raises(Refused, match="more than one"):
            decode_redirect(both)
    assert refused_code(idp, decode_redirect(renamed)) == "MSIS7015"


def test_no_flipped_bit_of_a_signed_query_changes_what_is_read(idp, writer):
    """Every bit is tried; only how the signature itself is spelt may vary."""
    query = signed_query(writer)
    message = decode_redirect(query)
    good = (idp.read(message), message.relay_state)
    signature_at = query.index(b"&Signature=")

    accepted = {
        place
        for place in range(len(query))
        for bit in range(8)
        if is_read_as(
            idp, query[:place] + bytes([query[place] ^ 1 << bit]) + query[place + 1 :], good
        )
    }

    assert all(place > signature_at for place in accepted)


def is_read_as(idp, query: bytes, good) -> bool:
    """Say whether *query* is accepted; then it must not be read as anything but *good*."""
    try:
        message = decode_redirect(query)
        assert (idp.read(message), message.relay_state) == good
    except Refused:
        return False
    return True
