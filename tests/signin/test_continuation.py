"""What carries a sign-in over a redirect comes back as it was, at its own address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.browsers.direct_browser import web_request
from support.sessions.sealed_values import continuations

from idp.session.seal import Sealer
from idp.signin.address import Address, address_of, continues_sign_in
from idp.signin.continuation import MAX_LENGTH, Continuation, ContinuationCookies

BASE = "https://sts.example.test"


class FakeRequest:
    """As much of a browser's request as is read."""

    def __init__(self, query: str, cookies: dict[str, str]) -> None:
        self.web = web_request(query=query, cookies=cookies)

    @property
    def address(self) -> Address:
        return address_of(self.web, BASE)


def cookies_at(now) -> ContinuationCookies:
    seal = Sealer(bytes(32), lambda: now).purpose("sign-in-continuation")
    return ContinuationCookies(seal, is_secure=True)


@given(continuations)
def test_every_field_comes_back_as_it_was_unless_it_is_too_long(continuation: Continuation):
    received_at = continuation.pending.received_at
    continuation = replace(continuation, proved_at=received_at)
    ours = cookies_at(received_at)
    answer = ours.redirect(FakeRequest("SAMLRequest=x", {}), continuation)
    if answer is None:
        assert len(str(continuation.to_json())) > MAX_LENGTH / 2
        return
    name, _, value = answer.header("Set-Cookie").partition(";")[0].partition("=")
    name = name.removeprefix("__Host-")

    assert ours.read(FakeRequest("SAMLRequest=x", {name: value})) == continuation
    assert ours.read(FakeRequest("SAMLRequest=y", {name: value})) is None


SAME = {
    "an escape that need not be": ("SAMLRequest=a%41&RelayState=b", "SAMLRequest=aA&RelayState=b"),
    "a space": ("SAMLRequest=a&RelayState=b+c", "SAMLRequest=a&RelayState=b%20c"),
    "an apostrophe": ("SAMLRequest=a&RelayState='", "SAMLRequest=a&RelayState=%27"),
    "the case of an escape": ("SAMLRequest=%2f", "SAMLRequest=%2F"),
}
OTHER = {
    "another value": ("SAMLRequest=a", "SAMLRequest=b"),
    "another name": ("SAMLRequest=a", "SAMLRequest=a&RelayState="),
    "values that run together": ("SAMLRequest=a&x=b", "SAMLRequest=a%26x%3Db"),
}


def key_of(query: str) -> str:
    return address_of(web_request(query=query), BASE).key


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_a_client_may_escape_an_address_in_another_way(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER.keys())
def test_another_address_is_another_sign_in(one, other):
    assert key_of(one) != key_of(other)


def test_an_address_that_names_no_sign_in_gets_the_activity_id():
    web = web_request(query="a=b")
    address = address_of(web, BASE)

    assert address.path == f"/adfs/ls/?a=b&client-request-id={web.activity.id}"
    assert address.absolute == BASE + address.path
    again = web_request(query=address.path.partition("?")[2])
    assert address_of(again, BASE) == address


@pytest.mark.parametrize("name", ["SAMLRequest", "loginToRp", "LOGINTORP", "client-request-id"])
def test_an_address_that_names_a_sign_in_stays_as_it_is(name):
    query = f"{name}=%2fx&RelayState=é"
    assert address_of(web_request(query=query), BASE).path == (
        f"/adfs/ls/?{name}=%2fx&RelayState=%C3%A9"
    )


PARTS = st.lists(st.sampled_from(["client-request-id", "%2D", "-", "%", "=", "&", "+", ";", "x"]))


@given(parts=PARTS)
def test_the_names_of_an_address_are_read_as_its_values_are(parts):
    query = "".join(parts).replace("client-request-id", "client%2Drequest-ID")
    names = [name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)]
    assert continues_sign_in(web_request(query=query)) == ("client-request-id" in names)
