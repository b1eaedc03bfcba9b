"""The server's web application, with a clock to set, and administrators at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.clock import SetClock
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL, assembled
from support.service_providers.metadata_parts import metadata
from support.users import PASSWORD
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.audit.record import SignInRecord
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.sso import Proof, Session, start_session
from idp.store.engine import Database
from idp.store.used_once import SqlUsedOnce


@pytest.fixture
def once(database: Database) -> SqlUsedOnce:
    return SqlUsedOnce(database)


@pytest.fixture
def services(farm_folder: Path, clock: SetClock) -> Iterator[Services]:
    """The rooms of the server, by a clock to set."""
    with assembled(farm_folder, clock) as rooms:
        yield rooms


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services.config, services=services)


class Administrator:
    """Somebody at a browser; it sends what browsers send, and keeps its cookies."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.user, self.session = "", None
        self.headers = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}

    def see(self, path: str = "/admin/") -> TestResponse:
        return self.client.get(path, base_url=BASE_URL)

    def sign_in(self, token: str = ADMIN_TOKEN, **headers: str) -> TestResponse:
        return self.post("/admin/", {"token": token}, **headers)

    def post(self, path: str, form: dict[str, str], **headers: str | None) -> TestResponse:
        sent = {**self.headers, **{name.replace("_", "-"): v for name, v in headers.items()}}
        return self.client.post(
            path,
            data=form,
            base_url=BASE_URL,
            headers={name: value for name, value in sent.items() if value is not None},
        )

    def csrf(self) -> str:
        """Return the token of the page as it is now."""
        page = self.see()
        shown = self.see(page.location) if page.location else page  # the help desk's first page
        return hidden_fields(shown.text)["csrf"]

    def set_build(self, name: str, build: str, **headers: str | None) -> TestResponse:
        form = {"csrf": self.csrf(), "name": name, "build": build}
        return self.post("/admin/nodes", form, **headers)


def hidden_fields(html: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    fields: dict[str, str] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            if tag == "input" and values.get("type") == "hidden":
                fields[values["name"] or ""] = values.get("value") or ""

    Reader().feed(html)
    return fields


@pytest.fixture
def new_administrator(app: Flask) -> Callable[[], Administrator]:
    return lambda: Administrator(app.test_client())


@pytest.fixture
def administrator(new_administrator: Callable[[], Administrator]) -> Administrator:
    """One who has signed in."""
    signed_in = new_administrator()
    assert signed_in.sign_in().status_code == 303
    return signed_in


@pytest.fixture
def app_over_tls(services: Services) -> Flask:
    server = services.config.server.model_copy(update={"base_url": "https://idp.example.test"})
    changed = services.config.model_copy(update={"server": server})
    return create_app(changed, services=replace(services, config=changed))


@pytest.fixture
def record(clock: SetClock) -> Callable[..., SignInRecord]:
    """Make a row of the sign-in log."""

    def make(**values: str) -> SignInRecord:
        filled = {
            "user": "alice@example.test",
            "trust": "https://sp.example.test",
            "node": "sts1",
            "experience": "number_match",
            "reason": "kb_installed",
            "outcome": "issued",
        }
        return SignInRecord(clock.now(), 1200, "activity", **{**filled, **values})

    return make


@pytest.fixture
def trust(services: Services) -> RelyingPartyTrust:
    """The trust of one service provider."""
    return services.trusts.add(metadata().encode())


@pytest.fixture
def script(app: Flask) -> Callable[..., TestResponse]:
    """Call the API as a script with the token does."""
    client = app.test_client()

    def call(method, path, body=None, **headers):
        sent = {"Authorization": f"Bearer {ADMIN_TOKEN}", **headers}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        return client.open(path, method=method, data=data, base_url=BASE_URL, headers=sent)

    return call


@pytest.fixture
def signed_in_as(
    services: Services, new_administrator: Callable[[], Administrator]
) -> Callable[..., Administrator]:
    """Return a browser of a user with a role, who has given both proofs just now.

    Without a *role* it is an ordinary user, who gets no session of administration.
    """
    cookie = SessionCookie(services.config, services.sealer, services.clock)

    def sign_in(role: str | None, *, name: str = "", second: bool = True) -> Administrator:
        user = name or f"{role or 'nobody'}@example.test"
        if services.directory.find(user) is None:
            services.directory.add(user, PASSWORD, groups=GROUPS.get(role or "", ()))
            services.mfa.codes.register(user, "A" * 32)
        now = services.clock.now()
        proof = Proof(PASSWORD_PROTECTED_TRANSPORT, now)
        session = start_session(user, proof, Proof(MULTIPLE_AUTHN, now) if second else None)
        browser = new_administrator()
        give_session(browser, cookie, session)
        browser.user, browser.session = user, session
        browser.see("/admin/sign-in")
        return browser

    return sign_in


GROUPS = {
    "administrator": ("Tallystick Administrators",),
    "help_desk": ("tallystick help desk",),
    "auditor": ("Staff", "Tallystick Auditors"),
}


def give_session(browser: Administrator, cookie: SessionCookie, session: Session) -> None:
    """Put the SSO session into a browser."""
    value = cookie.set_header(session).split(";")[0].split("=", 1)[1]
    browser.client.set_cookie("MSISAuth", value, domain="idp.example.test")
