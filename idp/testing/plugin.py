"""The pytest plugin ``tallystick``: the fixtures ``federation``, ``service_provider``, ``phone``.

Nothing of the product is imported before a test asks for one: tests without them pay nothing, and
coverage measures what is imported after it has begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from idp.authenticator.client import Phone
    from idp.testing.federation import Federation, ServiceProvider
    from idp.testing.host import Host


@pytest.fixture(scope="session")
def _tallystick_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The servers that all tests of this process share."""
    from idp.testing.host import Host

    host = Host(tmp_path_factory.mktemp("tallystick"))
    yield host
    host.stop()


@pytest.fixture
def tallystick_database() -> str | None:
    """The URL of an empty database for this test; None, unless overridden: a new SQLite file."""
    return None


@pytest.fixture
def federation(
    _tallystick_host: Host,
    tallystick_database: str | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Federation]:
    """A running federation server, new for this test, with one user and one node.

    ``url``, ``metadata_url``; ``set_build("20348.349")``, ``add_service_provider(metadata)``,
    ``add_user(...)``, ``clock.advance(seconds)``; ``sign_in(url, user)`` gives a sign-in with
    ``page``, ``number`` and ``finish()``.
    """
    from idp.testing.federation import Federation

    folder = tmp_path_factory.mktemp("federation") / "data"
    with _tallystick_host.afresh(folder, tallystick_database) as services:
        running = Federation(services, folder, _tallystick_host.extranet)
        yield running
        running.close()


@pytest.fixture
def service_provider(_tallystick_host: Host, federation: Federation) -> Iterator[ServiceProvider]:
    """The test service provider, registered: ``url``, ``login_url(...)``, ``entity_id``."""
    from idp.testing.federation import ServiceProvider

    with _tallystick_host.service_provider(federation.services) as provider:
        yield ServiceProvider(provider, federation)


@pytest.fixture
def phone(federation: Federation) -> Phone:
    """The default user's phone: ``approve(number=None)``, ``deny()``, ``pending()``."""
    phone = federation.user.phone
    if phone is None:
        raise RuntimeError("the default user has no phone")
    return phone
