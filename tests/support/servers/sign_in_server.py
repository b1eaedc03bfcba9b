"""A service provider that asks by hand, and the log lines that its users leave."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from support.adapters.by_name import type_name
from support.service_providers.service_provider import ServiceProvider
from werkzeug.test import TestResponse

from idp import logs
from idp.app import create_app
from idp.assembly import assemble
from idp.authenticator.client import Phone
from idp.config.schema import SignInSection
from idp.directory import PasswordHasher
from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.saml.keys import PemPair, new_signing_certificate
from idp.services import Services
from idp.testing.federation import Federation
from idp.testing.shared_servers import SharedServers
from idp.testing.signin import SignIn as StartedSignIn


@pytest.fixture(scope="session")
def pairs() -> Callable[[str], PemPair]:
    """Key pairs by the name of whose they are; each is made once, RSA is slow."""
    made: dict[str, PemPair] = {}

    def pair_of(name: str) -> PemPair:
        if name not in made:
            made[name] = new_signing_certificate(name, datetime.now(UTC))
        return made[name]

    return pair_of


@pytest.fixture
def sp(federation: Federation, pairs: Callable[[str], PemPair]) -> ServiceProvider:
    """A service provider with a trust; its users need the second factor."""
    return ServiceProvider(federation, pairs("sp")).register()


@pytest.fixture
def easy(sp: ServiceProvider) -> ServiceProvider:
    """The same, whose users need no second factor."""
    sp.set(second_factor="never")
    return sp


@pytest.fixture
def approved(federation: Federation, sp: ServiceProvider, phone: Phone) -> StartedSignIn:
    """A sign-in that only lacks its last post: the phone has approved it."""
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    return sign_in


@pytest.fixture
def enable(federation: Federation) -> Callable[..., None]:
    """Register adapters by the names of their classes, and enable them and those named."""

    def enable(*names: str, config: bytes | None = None) -> None:
        providers = federation.services.providers
        for name in names:
            own = type_name(name)
            if own is not None:
                providers.register(name, own, config)
        providers.enable(names)

    return enable


REFUSALS = ("request_refused", "unavailable", "sign_in_failed")


class Lines:
    """What the server logs while a test runs."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        """Return the lines but those of the thread that sends mails, which may come at any time."""
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if not line["event"].startswith("mail_")]

    def refusals(self) -> list[str]:
        """Return the codes of all lines that tell why something was not done."""
        return [
            line.get("code") or line["outcome"]
            for line in self.all()
            if line["event"] in REFUSALS or line.get("event_id") in (1201, 1203)
        ]


@pytest.fixture
def lines(federation: Federation) -> Iterator[Lines]:
    caught = Lines()
    logs.configure(stream=caught.stream)
    yield caught
    logs.configure()


@pytest.fixture
def reconfigured(federation: Federation) -> Iterator[Callable[..., FlaskClient]]:
    """Make another server over the same rooms, with other settings, to be called in-process."""
    with ExitStack() as closing:

        def another(**sections: Any) -> FlaskClient:
            config = federation.services.config.model_copy(update=sections)
            return client_of(replace(federation.services, config=config, closing=closing))

        yield another


@pytest.fixture
def served(
    federation: Federation, _tallystick_host: SharedServers
) -> Iterator[Callable[..., None]]:
    """Put another server over the same rooms, with other settings, behind the same address."""
    with ExitStack() as closing:

        def serve(**sections: Any) -> None:
            config = federation.services.config.model_copy(update=sections)
            _tallystick_host.serve(replace(federation.services, config=config, closing=closing))

        yield serve


@pytest.fixture
def sign_in_settings(served: Callable[..., None]) -> Callable[..., None]:
    """Put another server with these settings of its section ``[sign_in]`` behind the address."""

    def settings(**given: Any) -> None:
        served(sign_in=SignInSection(idp_initiated=True, **given))

    return settings


@pytest.fixture
def reassembled(federation: Federation) -> Iterator[Callable[..., FlaskClient]]:
    """Make another server with other settings and rooms of its own, over the same database."""
    with ExitStack() as stack:

        def another(**sections: Any) -> FlaskClient:
            mine = federation.services
            services = assemble(
                mine.config.model_copy(update=sections),
                clock=mine.clock,
                signing_key=mine.signing_key,
                hasher=PasswordHasher(memory_kib=8, passes=1),
                waits_for_disk=False,
            )
            stack.callback(services.close)
            return client_of(services)

        yield another


@dataclass
class OtherNode:
    """Another node of the farm, and a browser that the load balancer sent there."""

    client: FlaskClient

    def post(self, page: Page, **fields: str) -> TestResponse:
        form = page.form
        path, data = urlsplit(form.action).path, {**form.fields, **fields}
        return self.client.post(path, data=data, follow_redirects=True)


@pytest.fixture
def elsewhere(federation: Federation) -> Iterator[Callable[[str, Browser], OtherNode]]:
    """Start a process for another node: it shares the database, the keys and nothing else."""
    with ExitStack() as stack:

        def node(name: str, browser: Browser) -> OtherNode:
            mine = federation.services
            server = mine.config.server.model_copy(update={"node": name})
            config = mine.config.model_copy(update={"server": server})
            services = assemble(config, clock=mine.clock, signing_key=mine.signing_key)
            stack.callback(services.close)
            client = client_of(services)
            for cookie in browser.session.cookies:
                client.set_cookie(cookie.name, cookie.value, path=cookie.path)
            return OtherNode(client)

        yield node


def client_of(services: Services) -> FlaskClient:
    """Return a client that sends what our own pages send."""
    app = create_app(services.config, services=services)
    client = app.test_client()
    base_url = services.config.server.base_url
    client.environ_base |= {"HTTP_ORIGIN": base_url}
    client.open = functools.partial(client.open, base_url=base_url)
    return client
