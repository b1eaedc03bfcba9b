"""Whole requests through Flask and SQLite: a signed-in user's, and a sign-in with its phone."""

from __future__ import annotations

import re
from pathlib import Path

from bench import saml
from bench.harness import Row
from bench.server import PASSWORD, USER, Client, Phone, make_server

LS = "/adfs/ls/"
_NUMBER = re.compile(r'id="validEntropyNumber"[^>]*>\s*(\d\d)\s*<')


def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> list[Row]:
    """Return the rows of the sign-in, on a server of their own in *folder*."""
    services, app = make_server(folder, idp, sp)
    phone = Phone(Client(app))
    phone.activate(services.mfa.activations.create(USER, totp=False))
    browser = Client(app)
    sign_in(browser, phone, saml.redirect_query(sp.key).decode())

    def queries(times: int) -> list[str]:
        return [saml.redirect_query(sp.key).decode() for _ in range(times)]

    return [
        Row("a signed-in user's whole request", 3.0, lambda query: ask(browser, query), queries),
        Row(
            "a whole sign-in with its phone, less the password hash",
            25.0,
            lambda query: sign_in(Client(app), phone, query),
            queries,
        ),
    ]


def ask(browser: Client, query: str) -> None:
    """Send a request whose user is signed in already, and get the assertion."""
    _must_be_issued(browser.get(LS, query).body)


def sign_in(browser: Client, phone: Phone, query: str) -> None:
    """Send a request, give the password, match the number on the phone, and get the assertion."""
    page = browser.get(LS, query)
    credentials = {"UserName": USER, "Password": PASSWORD, "AuthMethod": "FormsAuthentication"}
    page = browser.post(LS, query, page.fields() | credentials)
    number = _NUMBER.search(page.body)
    if number is None:
        raise RuntimeError(f"There is no number on the page: {page}")
    phone.approve(number[1])
    _must_be_issued(browser.post(LS, query, page.fields()).body)


def _must_be_issued(page: str) -> None:
    if 'name="SAMLResponse"' not in page:
        raise RuntimeError(f"There is no assertion on the page: {page}")
