"""Whole requests through Flask and SQLite: of a signed-in user, and a sign-in with a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from bench import recorder, saml, served
from bench.harness import Row
from bench.server import PASSWORD, Answer, Client, Phone, make_server
from idp.services import Services

LS = "/adfs/ls/"
NUMBER = re.compile(r'id="validEntropyNumber"[^>]*>\s*(\d\d)\s*<')


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """A user about to sign in: a new browser, a phone, and the request of a service provider."""

    user: str
    browser: Client
    phone: Phone
    query: str


@contextmanager
def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> Iterator[list[Row]]:
    """Give the rows, on a server of their own in *folder*."""
    services, app = make_server(folder, idp, sp)
    names = (f"user{number}@example.test" for number in count())

    def query(_: object = None) -> str:
        return saml.redirect_query(sp.key).decode()

    def form(_: object) -> bytes:
        field = saml.post_field(sp.key, saml.ENCRYPTED_SP)
        return urlencode({"SAMLRequest": field}).encode()

    def start(_: object = None) -> StartedSignIn:
        """Start as a new user: records of a user's last minutes would make a second one slower."""
        return start_sign_in(services, app, next(names), query())

    signed_in = start()
    sign_in(signed_in)
    direct = _direct_rows(signed_in, query, form, start)
    by_recorder = recorder.rows(
        services,
        signed_in.browser.cookies,
        lambda times: map(query, range(times)),
        lambda client, sent: must_be_issued(client.get(LS, str(sent))),
    )
    with served.rows(folder, query, signed_in.browser.cookies) as by_http:
        yield [direct[0], *by_recorder, *by_http, *direct[1:]]


def start_sign_in(services: Services, app: Flask, name: str, query: str) -> StartedSignIn:
    """Make a user with a phone, who is about to sign in with the request in *query*."""
    services.directory.add(name, PASSWORD)
    phone = Phone(Client(app))
    phone.activate(services.mfa.activations.create(name, totp=False).link)
    return StartedSignIn(name, Client(app), phone, query)


def _direct_rows(
    signed_in: StartedSignIn,
    query: Callable[[object], str],
    form: Callable[[object], bytes],
    start: Callable[[object], StartedSignIn],
) -> list[Row]:
    """Return the rows that call the application directly, without HTTP."""
    return [
        Row(
            recorder.WHOLE,
            3.5,
            lambda request: must_be_issued(signed_in.browser.get(LS, request)),
            lambda times: map(query, range(times)),
        ),
        Row(
            "the same by POST, and encrypted",
            5.5,
            lambda form: must_be_issued(signed_in.browser.post_encoded(LS, "", form)),
            lambda times: map(form, range(times)),
        ),
        Row(
            "a whole sign-in, phone included",
            18.0,
            sign_in,
            lambda times: map(start, range(times)),
        ),
    ]


def sign_in(started: StartedSignIn) -> None:
    """Send a request, enter the password, match the number on the phone, get the assertion."""
    browser, query = started.browser, started.query
    page = browser.get(LS, query)
    credentials = {"UserName": started.user, "Password": PASSWORD}
    page = browser.post(LS, query, page.fields() | credentials)
    number = NUMBER.search(page.body)
    if number is None:
        raise RuntimeError(f"There is no number on the page: {page}")
    started.phone.approve(number[1])
    must_be_issued(browser.post(LS, query, page.fields()))


def must_be_issued(page: Answer) -> None:
    """Raise if there is no assertion: then something else would be measured."""
    if 'name="SAMLResponse"' not in page.body:
        raise RuntimeError(f"There is no assertion on the page: {page}")
