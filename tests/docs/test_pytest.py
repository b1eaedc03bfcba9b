"""docs/pytest.md: its tests pass, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from idp.saml_faults.catalogue import select_faults

PAGE = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()

EXAMPLE, REQUESTS, MARKER, CONFORMANCE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

pytest_plugins = ["pytester"]


def test_the_tests_in_the_page_pass(pytester: pytest.Pytester):
    pytester.makepyfile("import pytest\n\n" + EXAMPLE + REQUESTS + MARKER)

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q").assert_outcomes(passed=6)


MY_APPLICATION = """
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import requests

from idp.embedded import test_sp
from idp.embedded.servers import ThreadedServer
from idp.saml.keys import new_signing_certificate
from idp.sockets import listen, port_of
from idp.system_clock import SystemClock


@contextmanager
def running(metadata_url):
    listener = listen("127.0.0.1", 0)
    url = f"http://localhost:{port_of(listener)}"
    provider = test_sp.SimulatedServiceProvider(
        base_url=url,
        idp_metadata=lambda: requests.get(metadata_url, timeout=30).content,
        key=new_signing_certificate("my-application", datetime.now(UTC)),
        clock=SystemClock(),
    )
    server = ThreadedServer(listener, test_sp.create_app(provider, idp_url="http://localhost"))
    server.start()
    yield SimpleNamespace(
        metadata=provider.metadata(),
        entity_id=provider.entity_id,
        login_url=f"{url}/login",
        profile_url=f"{url}/",
    )
    server.stop()
"""


def test_the_class_in_the_page_tests_an_application(pytester: pytest.Pytester):
    pytester.makepyfile(my_application=MY_APPLICATION, test_my_application=CONFORMANCE)
    chosen = select_faults(("wrapping", "key"))

    ended = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")

    ended.assert_outcomes(passed=len(chosen) + 1)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:federation|phone)\.\w+)", PAGE))))
def test_every_verb_of_the_page_exists(name, federation, phone):
    owner, verb = name.split(".")

    assert hasattr({"federation": federation, "phone": phone}[owner], verb)
