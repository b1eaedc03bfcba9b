"""The pytest plugin: a sign-in with number matching through it, and a server for one more test.

``python -m bench.plugin`` prints seconds: how soon the first test has its server, and fifty
sign-ins, browser, phone, server and service provider in this one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from bench.harness import Row

if TYPE_CHECKING:
    from idp.testing.federation import Federation
    from idp.testing.service_provider import ServiceProvider
    from idp.testing.shared_servers import SharedServers

SIGN_INS = 50


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """Give the rows, on servers of their own in *folder*."""
    from idp.testing.shared_servers import SharedServers

    folder.mkdir()
    servers, numbers = SharedServers(folder), count()

    def serve_one_test(_: object) -> None:
        with servers.new_server(folder / f"test{next(numbers)}"):
            pass

    with running(servers, folder / "rows") as (federation, service_provider):
        yield [
            Row(
                "a sign-in with a number through the pytest plugin",
                200.0,
                lambda _: sign_in(federation, service_provider),
            ),
            Row("  the plugin's server for one more test", None, serve_one_test),
        ]
    servers.stop()


@contextmanager
def running(servers: SharedServers, folder: Path) -> Iterator[tuple[Federation, ServiceProvider]]:
    """Give what the fixtures ``federation`` and ``service_provider`` give."""
    from idp.testing.federation import Federation
    from idp.testing.service_provider import ServiceProvider

    with (
        servers.new_server(folder) as services,
        servers.service_provider(services) as provider,
    ):
        federation = Federation(services, folder, servers.extranet, servers.messages)
        yield federation, ServiceProvider(provider, federation)
        federation.close()


def sign_in(federation: Federation, service_provider: ServiceProvider) -> None:
    """Sign in with password, push and number in a new browser, and post the response."""
    browser = federation.browser()
    started = federation.sign_in(service_provider.login_url(), browser=browser)
    phone = federation.user.phone
    if phone is None or started.number is None:
        raise RuntimeError(f"There is no number to match: {started}")
    phone.approve(started.number)
    if started.finish().page.text("user") != federation.user.name:
        raise RuntimeError("The service provider shows no user")
    browser.close()


def first_test() -> None:
    """Do what the fixtures do before the first test of a process, and end it."""
    from idp.collector import paused_collector

    with TemporaryDirectory() as name:
        folder = Path(name)
        with paused_collector():
            from idp.testing.shared_servers import SharedServers

            servers = SharedServers(folder / "shared")
        with running(servers, folder / "first"):
            pass
        servers.stop()


def main() -> None:
    """Print seconds by the clock and of processor time."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with seconds("imports"):
            import idp.testing.federation
            import idp.testing.service_provider
            import idp.testing.shared_servers
        with seconds("servers, keys and database, once"):
            servers = idp.testing.shared_servers.SharedServers(folder / "shared")
        with seconds("the first test's server"), servers.new_server(folder / "first"):
            pass
        with seconds("another test's server"), servers.new_server(folder / "second"):
            pass
        with running(servers, folder / "third") as (federation, service_provider):
            sign_in(federation, service_provider)
            with seconds(f"{SIGN_INS} sign-ins with a number"):
                for _ in range(SIGN_INS):
                    sign_in(federation, service_provider)
        servers.stop()


@contextmanager
def seconds(what: str) -> Iterator[None]:
    """Print how long the block takes."""
    wall, cpu = perf_counter(), process_time()
    yield
    print(f"{what:36} {perf_counter() - wall:6.2f} s  cpu {process_time() - cpu:6.2f} s")


if __name__ == "__main__":
    main()
