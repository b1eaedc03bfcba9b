"""The fixtures of the pytest plugin: ``federation``, ``service_provider``, ``phone``, ``radius``.

The product is imported when a test first uses one: other tests do not pay for it, and coverage
only measures modules that are imported after it has started.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from idp.authenticator.client import Phone
    from idp.testing.federation import Federation
    from idp.testing.radius import Radius
    from idp.testing.service_provider import ServiceProvider
    from idp.testing.shared_servers import SharedServers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failing test its own line, and below it the timelines of its sign-ins."""
    services = getattr(getattr(item, "funcargs", {}).get("federation"), "services", None)
    whole = item.config.getoption("fulltrace")
    if services is not None and call.excinfo is not None and not whole:
        from idp.testing.expected import end_at_the_test

        end_at_the_test(call.excinfo)
    report = yield
    if report.when == "call" and report.failed and services is not None:
        from idp.testing.timelines import section_of

        report.sections += section_of(services)
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Make the plugin's markers known."""
    config.addinivalue_line(
        "markers",
        "federation(build=..., settings=..., policy=..., push_policy=..., migration=..., "
        "reset=..., reset_methods=..., must_register=..., campaign=...): how the fixture "
        "federation is set up for this test, class or module",
    )
    config.addinivalue_line(
        "markers",
        "saml_fault(code): the next sign-in to the fixture service_provider has this fault",
    )


@pytest.fixture(scope="session")
def _tallystick_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServers]:
    """The web servers that all tests of this process share."""
    from idp.collector import paused_collector

    with paused_collector():
        for wanted in ("running", "service_provider"):  # by the fixtures that come next
            importlib.import_module(f"idp.testing.{wanted}")
        from idp.testing.shared_servers import SharedServers

        servers = SharedServers(tmp_path_factory.mktemp("tallystick"))
    yield servers
    servers.stop()


@pytest.fixture
def tallystick_database() -> str | None:
    """The URL of an empty database for this test. None, unless overridden: a new SQLite file."""
    return None


@pytest.fixture
def federation(
    _tallystick_host: SharedServers,
    tallystick_database: str | None,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Federation]:
    """A running federation server for this test alone, with one user and one node.

    ``url``, ``metadata_url``; ``set_build("20348.349")``, ``add_service_provider(metadata)``,
    ``add_user(...)``, ``clock.advance(seconds)``; ``sign_in(url, user)`` gives a sign-in with
    ``page``, ``number`` and ``finish()``; ``requests`` and ``responses`` are what it received and
    sent. With the marker ``federation(build="20348.349")`` it is set up in another way.
    """
    from idp.testing.running import running_federation

    folder = tmp_path_factory.mktemp("federation") / "data"
    with running_federation(_tallystick_host, request.node, folder, tallystick_database) as running:
        yield running


@pytest.fixture
def service_provider(
    _tallystick_host: SharedServers, federation: Federation, request: pytest.FixtureRequest
) -> Iterator[ServiceProvider]:
    """The test service provider, registered: ``url``, ``login_url(...)``, ``entity_id``.

    With the marker ``saml_fault("audience_wrong")``, the next sign-in to it has that fault.
    """
    from idp.testing.service_provider import ServiceProvider

    with _tallystick_host.service_provider(federation.services) as provider:
        registered = ServiceProvider(provider, federation)
        for marker in request.node.iter_markers("saml_fault"):
            federation.faults.next(registered, *marker.args)
        yield registered


@pytest.fixture
def phone(federation: Federation) -> Phone:
    """The default user's phone: ``approve(number=None)``, ``deny()``, ``pending()``."""
    phone = federation.user.phone
    if phone is None:
        raise AssertionError("The default user has no phone: federation.add_user() makes one")
    return phone


@pytest.fixture
def radius(federation: Federation) -> Iterator[Radius]:
    """An NPS host with the NPS extension: ``host``, ``port``, ``secret``, ``set(version=...)``."""
    from idp.testing.radius import running_radius

    with running_radius(federation.services) as running:
        yield running
