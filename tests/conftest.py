"""What holds for all tests: modules of fixtures, no deadlines, Ctrl-C, gc, and no leftovers."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = [
    "support.clock",
    "support.adapters.mfa_node",
    "support.databases.compiled_statements",
    "support.databases.fixtures",
    "support.languages.fixtures",
    "support.phones.phone_host",
    "support.servers.engine_server",
    "support.servers.server_folder",
    "support.service_providers.saml_messages",
    "support.servers.sign_in_server",
    "support.servers.stored_server",
    "support.service_providers.logout_messages",
    "support.service_providers.metadata_publisher",
    "support.sessions.account_visit",
    "support.tools.threads",
    "support.tools.log_lines",
    "support.radius.fixtures",
]

SUITES_WITHIN = {"test_example_projects.py", "test_optimised.py"}

settings.register_profile("any machine", deadline=None)  # a busy one is slow, and not wrong
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``tests/browser`` run in a second browser."""
    parser.addoption(
        "--firefox",
        action="store_true",
        help="of tests/browser, run the tests that have the marker main_flow, in Firefox",
    )


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start.

    A suite that a script runs in the background has it ignored, and so would its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector away from what lives as long as the process.

    Thousands of collected tests and all modules were looked through again and again, for a third
    of a worker's time; and each web application of a test leaves circles, which come by the 10,000.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the suites within the suite: no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.path.name not in SUITES_WITHIN)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Return how many workers ``make test`` starts: half as many again as there are processors.

    Three tenths of the time, a worker waits: for a browser, a process that starts, a phone. The
    variable that pytest-xdist reads decides where it is set.
    """
    found = yield
    return found if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else found + (found + 1) // 2


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail if tests have written into the folder where the suite was started.

    Tools keep what they know in folders that begin with a dot.
    """
    here = Path.cwd()
    before = {each.name for each in here.iterdir()}
    yield
    left = {each.name for each in here.iterdir() if not each.name.startswith(".")} - before
    assert not left, f"Tests have written into {here}: {', '.join(sorted(left))}"
