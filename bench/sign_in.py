"""Whole requests through Flask and SQLite: a signed-in user's, and a sign-in with its phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bench import saml, served
from bench.harness import Row
from bench.server import PASSWORD, Answer, Client, Phone, make_server

LS = "/adfs/ls/"
_NUMBER = re.compile(r'id="validEntropyNumber"[^>]*>\s*(\d\d)\s*<')


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about to sign in: a fresh browser, a phone, and the request that sent them."""

    name: str
    browser: Client
    phone: Phone
    query: str


@contextmanager
def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> Iterator[list[Row]]:
    """Give the rows of the sign-in, on a server of their own in *folder*."""
    services, app = make_server(folder, idp, sp)
    names = (f"user{number}@example.test" for number in count())

    def query(_: object = None) -> str:
        return saml.redirect_query(sp.key).decode()

    def form(_: object) -> bytes:
        field = saml.post_field(sp.key, saml.ENCRYPTED_SP)
        return urlencode({"SAMLRequest": field}).encode()

    def person(_: object = None) -> Person:
        """Nobody signs in twice here: what is kept of a user's last minutes would be measured."""
        name = next(names)
        services.directory.add(name, PASSWORD)
        phone = Phone(Client(app))
        phone.activate(services.mfa.activations.create(name, totp=False))
        return Person(name, Client(app), phone, query())

    signed_in = person()
    sign_in(signed_in)
    here = [
        Row(
            "a signed-in user's whole request",
            3.0,
            lambda request: must_be_issued(signed_in.browser.get(LS, request)),
            lambda times: map(query, range(times)),
        ),
        Row(
            "the same by POST, and encrypted",
            6.0,
            lambda form: must_be_issued(signed_in.browser.post_encoded(LS, "", form)),
            lambda times: map(form, range(times)),
        ),
        Row(
            "a whole sign-in, phone included",
            25.0,
            sign_in,
            lambda times: map(person, range(times)),
        ),
    ]
    with served.rows(folder, query, signed_in.browser.cookies) as by_http:
        yield [here[0], *by_http, *here[1:]]


def sign_in(person: Person) -> None:
    """Send a request, give the password, match the number on the phone, and get the assertion."""
    browser, query = person.browser, person.query
    page = browser.get(LS, query)
    credentials = {"UserName": person.name, "Password": PASSWORD}
    page = browser.post(LS, query, page.fields() | credentials)
    number = _NUMBER.search(page.body)
    if number is None:
        raise RuntimeError(f"There is no number on the page: {page}")
    person.phone.approve(number[1])
    must_be_issued(browser.post(LS, query, page.fields()))


def must_be_issued(page: Answer) -> None:
    """Stop measuring what does not happen."""
    if 'name="SAMLResponse"' not in page.body:
        raise RuntimeError(f"There is no assertion on the page: {page}")
