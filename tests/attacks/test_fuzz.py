"""Fuzz: whatever comes in is read or refused, and never anything else.

The bindings have theirs in ``tests/saml/test_bindings.py``, the XML parser in ``test_xml.py``,
and sealed values in ``tests/session/test_seal.py``.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.attacks.malformed_messages import read_message
from support.service_providers.saml_messages import READERS, Reader

from adapter.errors import TallystickError
from idp.app import create_app
from idp.federation.claim_rules.adfs import parser
from idp.federation.claim_rules.toml import reader as tables
from idp.saml import uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect
from idp.saml.refusal import Refused
from idp.saml.sp_metadata import read_service_provider
from idp.saml.values import POST

SETTINGS = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

PIECES = (
    "<", ">", "/>", "</", "&", ";", "&#0;", "&#x10FFFF;", "&lt;", '"', "'", "=", " ", "<!--", "-->",
    "<![CDATA[", "]]>", "<?x y?>", "<!DOCTYPE x>", "xmlns=''", "xmlns:a='1'", "a:b='c'", "ID='_x'",
    "saml:", "samlp:", "ds:", "<saml:Issuer>", "</saml:Issuer>", "<ds:Signature>", "Extensions",
    uris.PROTOCOL, uris.ASSERTION, uris.XMLDSIG, "true", "-1", "9" * 5000, "\ufffe", "é",
)  # fmt: skip


@st.composite
def spliced(draw: st.DrawFn, text: str) -> str:
    """Return *text* after a few cuts, copies, moves and insertions."""
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        middle = text[start:end]
        change = draw(st.sampled_from(["cut", "copy", "insert", "replace"]))
        piece = draw(st.sampled_from(PIECES))
        middles = {"cut": "", "copy": middle * 2, "insert": piece + middle, "replace": piece}
        text = text[:start] + middles[change] + text[end:]
    return text


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.element)
@SETTINGS
@given(data=st.data())
def test_a_spliced_message_is_read_as_it_was_signed_or_refused(kind, data, identities):
    sender = kind(identities.sp)
    reader = Reader(identities.sp, READERS[kind], sender.parameter)
    good = sender.sign(sender.message())
    signed = reader.read(good)

    changed = data.draw(spliced(good.decode())).encode("utf-8", "surrogatepass")

    with suppress(Refused):
        read = reader.read(changed)
        assert read == signed or not getattr(read, "signed", True)


@SETTINGS
@given(text=st.text(max_size=200), parameter=st.sampled_from(["SAMLRequest", "SAMLResponse"]))
def test_any_posted_text_is_read_or_refused(text, parameter):
    with suppress(Refused):
        read_message(decode_post(text, text, parameter=parameter))
    with suppress(Refused):
        xml = text.encode("utf-8", "surrogatepass")
        read_message(SamlMessage(xml, None, POST, parameter))


@SETTINGS
@given(query=st.lists(st.tuples(st.sampled_from(
    ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding", "x"]),
    st.binary(max_size=40))))  # fmt: skip
def test_any_parameters_are_read_or_refused(query):
    raw = b"&".join(name.encode() + b"=" + value for name, value in query)
    with suppress(Refused):
        read_message(decode_redirect(raw))


METADATA = (
    f'<md:EntityDescriptor xmlns:md="{uris.METADATA}" xmlns:ds="{uris.XMLDSIG}" '
    'entityID="urn:x" validUntil="2030-01-01T00:00:00Z" cacheDuration="P1D">'
    f'<md:SPSSODescriptor protocolSupportEnumeration="{uris.PROTOCOL}" AuthnRequestsSigned="false">'
    "<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>"
    "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    f'<md:SingleLogoutService Binding="{POST}" Location="https://sp.example.test/slo"/>'
    "<md:NameIDFormat>urn:f</md:NameIDFormat>"
    f'<md:AssertionConsumerService Binding="{POST}" Location="https://sp.example.test/acs" '
    'index="0" isDefault="true"/></md:SPSSODescriptor><md:Organization>'
    '<md:OrganizationDisplayName xml:lang="en">x</md:OrganizationDisplayName></md:Organization>'
    "</md:EntityDescriptor>"
)


@SETTINGS
@given(xml=spliced(METADATA))
def test_spliced_metadata_is_read_or_refused(xml):
    with suppress(BadMetadata):
        read_service_provider(xml.encode("utf-8", "surrogatepass"))


RULE = (
    '@RuleName = "x" c1:[Type == "http://a", Value =~ "^(?i)a.b$"] && NOT EXISTS([Type == "b"]) '
    '=> issue(store = "Active Directory", types = ("http://b", "http://c"), '
    'query = ";mail,sn;{0}", param = c1.Value);'
    'c:[] => add(Type = "d", Value = RegExReplace(c.Value, "a", "b"), '
    'Properties["http://p"] = "q", Issuer = c.Issuer);'
)
WORDS = ("=>", "&&", "c:[", "]", "issue", "(", ")", ";", "==", "=~", "count", "exists", '"', ",")


@SETTINGS
@given(text=st.one_of(spliced(RULE), st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_any_text_is_claim_rules_or_refused(text):
    for read in (parser.read, tables.read_toml):
        with suppress(TallystickError):
            read(text)


# The whole server, called as HTTP calls it.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = ("code", "public_key", "platform", "app_version", "name", "id", "nonce", "approve",
          "number", "report", "signature")  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda value: json.dumps(value).encode()),
)
NAMES = (
    "UserName", "Password", "Context", "SamlSession", "AuthMethod", "SAMLRequest", "RelayState",
    "SAMLResponse", "SigAlg", "Signature", "loginToRp", "wa", "Kmsi", "token", "csrf", "after",
    "user", "SignOut", "OldPassword", "NewPassword", "ConfirmNewPassword",
)  # fmt: skip
GIVEN = st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30), max_size=4)


@pytest.fixture
def client(federation):
    """A server on which everything is switched on."""
    services = federation.services
    options = {"password_change": True, "keep_me_signed_in": True}
    sign_in = services.config.sign_in.model_copy(update=options)
    config = services.config.model_copy(update={"sign_in": sign_in})
    return create_app(config, services=replace(services, config=config)).test_client()


@pytest.fixture
def url_paths(client):
    """Every path that there is, with something for what it leaves open."""
    rules = client.application.url_map.iter_rules()
    return sorted({re.sub(r"<[^>]*>", "x", rule.rule) for rule in rules})


@SETTINGS
@given(call=st.sampled_from(["activate", "pending", "answer", "account", "x"]), body=BODIES,
       method=st.sampled_from(["GET", "POST"]), authorization=st.text(max_size=60))  # fmt: skip
def test_no_call_of_a_phone_upsets_the_server(call, body, method, authorization, client):
    headers = {"Authorization": authorization.encode("latin-1", "replace").decode("latin-1")}
    headers = {name: "".join(c for c in each if c not in "\r\n") for name, each in headers.items()}

    answer = client.open(
        f"/authenticator/api/{call}",
        method=method,
        data=body,
        headers=headers,
        content_type="application/json",
    )

    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


@SETTINGS
@given(data=st.data(), query=GIVEN, form=GIVEN, cookie=st.text(max_size=30),
       method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]))  # fmt: skip
def test_no_fields_upset_the_server(data, query, form, cookie, method, client, url_paths):
    client.set_cookie("MSISAuth", cookie)
    path = data.draw(st.sampled_from(url_paths))

    answer = client.open(path, method=method, query_string=query, data=form)

    assert answer.status_code < 500
    assert "Traceback" not in answer.text
