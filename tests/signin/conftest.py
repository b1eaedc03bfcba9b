"""A service provider that asks by hand, and the log lines that its users leave."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Asking
from flask.testing import FlaskClient

from idp import logs
from idp.app import create_app
from idp.saml.keys import PemPair, new_signing_certificate
from idp.testing.federation import Federation


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
def sp(federation: Federation, pairs: Callable[[str], PemPair]) -> Asking:
    """A service provider with a trust; its users need the second factor."""
    return Asking(federation, pairs("sp")).register()


@pytest.fixture
def easy(sp: Asking) -> Asking:
    """The same, whose users need no second factor."""
    sp.set(second_factor="never")
    return sp


class Lines:
    """What the server logs while a test runs."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def refusals(self) -> list[str]:
        """Return the codes of all lines that tell why something was not done."""
        return [
            line.get("code") or line["outcome"]
            for line in self.all()
            if line["event"] not in ("adapter_loaded", "adapter_error")
            and line.get("event_id") not in (1200, 1202)
        ]


@pytest.fixture
def lines(federation: Federation) -> Iterator[Lines]:
    caught = Lines()
    logs.configure(stream=caught.stream)
    yield caught
    logs.configure()


@pytest.fixture
def reconfigured(federation: Federation) -> Callable[..., FlaskClient]:
    """Make another node over the same database, with other settings, to be called in-process."""

    def another(**sections: Any) -> FlaskClient:
        config = federation.services.config.model_copy(update=sections)
        services = replace(federation.services, config=config, closing=ExitStack())
        client = create_app(config, services=services).test_client()
        base_url = config.server.base_url
        client.environ_base |= {"HTTP_ORIGIN": base_url}
        client.open = functools.partial(client.open, base_url=base_url)
        return client

    return another
