"""DNS rebinding: a page of another site has its own name resolve to this server's address.

Its scripts may read what it answers, but their requests carry that name as ``Host``.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from support.servers.foreign_hosts import foreign_heads, foreign_target, own_heads, status_of

from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo

PATHS = (
    "/",
    "/adfs/ls/",
    "/ADFS/ls/",
    "/adfs/ls/idpinitiatedsignon.aspx",
    "/admin/",
    "/admin/api/nodes",
    "/authenticator/",
    "/authenticator/api/account",
    "/static/tallystick.css",
    "/FederationMetadata/2007-06/FederationMetadata.xml",
    "/nothing/here",
)
EMPTY = "localhost:1"
HEADS = list(foreign_heads(EMPTY))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that listens at all addresses of this machine."""
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0), "0.0.0.0") as demo:  # noqa: S104
        yield demo


@pytest.mark.parametrize("about", HEADS)
def test_the_plugins_server_answers_its_own_host_only(about, federation):
    own = urlsplit(federation.url)
    for path in PATHS:
        head = foreign_heads(own.netloc)[about]
        assert status_of(("127.0.0.1", own.port), "GET", path, head) in (400, 421)


def test_the_host_of_an_absolute_target_counts_too(federation):
    own = urlsplit(federation.url)
    head = foreign_target(own.netloc)
    assert status_of(("127.0.0.1", own.port), "GET", "/admin/", head) == 421


@pytest.mark.parametrize("about", list(own_heads(EMPTY)))
def test_its_own_host_may_be_spelt_in_several_ways(about, federation):
    own = urlsplit(federation.url)
    head = own_heads(own.netloc)[about]
    assert status_of(("127.0.0.1", own.port), "GET", "/authenticator/", head) == 200


@pytest.mark.parametrize("about", HEADS)
def test_the_demo_reveals_neither_token_nor_passwords(about, demo):
    own = demo.address
    head = foreign_heads(urlsplit(own.base_url).netloc)[about]
    for page in ("/", "/admin/", "/node/srv2019", "/authenticator/", "/demo/phone"):
        for method in ("GET", "POST"):
            assert status_of(("127.0.0.1", own.port), method, page, head) in (400, 421)


@pytest.mark.parametrize("about", HEADS)
def test_the_demos_service_provider_answers_its_own_host_only(about, demo):
    own = demo.address
    head = foreign_heads(urlsplit(own.sp_url).netloc)[about]
    for page in ("/", "/login", "/metadata", "/assertion"):
        assert status_of(("127.0.0.1", own.sp_port), "GET", page, head) in (400, 421)


def test_a_demo_that_listens_everywhere_answers_the_name_that_it_prints(demo):
    for url in (demo.address.base_url, demo.address.sp_url):
        own = urlsplit(url)
        head = own_heads(own.netloc)["as it is"]
        assert status_of(("127.0.0.1", own.port), "GET", "/", head) == 200
