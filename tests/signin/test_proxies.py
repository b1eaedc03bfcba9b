"""Requests that come through proxies: over real HTTP, through a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.browsers.forwarding_proxy import appended, forwarding, through
from support.nets import NET_SECONDS

from idp.config.schema import ProxiesSection

WAP, USER = "192.0.2.80", "203.0.113.9"
PROXIES = ProxiesSection(web_application_proxies=[WAP], reverse_proxies=["127.0.0.1"])


@contextmanager
def web_application_proxy() -> Iterator[str]:
    """A Web Application Proxy and the load balancer behind it."""
    with forwarding(
        lambda headers: {
            "X-MS-Proxy": "wap.example.test",
            **appended(headers, "X-MS-Forwarded-Client-IP", USER),
            **appended(headers, "X-Forwarded-For", WAP),
        }
    ) as url:
        yield url


@contextmanager
def load_balancer() -> Iterator[str]:
    with forwarding(lambda headers: appended(headers, "X-Forwarded-For", USER)) as url:
        yield url


@pytest.mark.parametrize("proxy", [web_application_proxy, load_balancer])
def test_the_log_names_who_connected_to_the_proxy(proxy, served, federation, easy):
    served(proxies=PROXIES)
    with proxy() as url:
        browser = through(federation.browser(), url, X_Forwarded_For="10.0.0.1")
        assert federation.sign_in(easy.url(), browser=browser).is_finished

    assert {row.client_ip for row in federation.log} == {USER}


def test_the_phone_is_shown_who_connected_to_the_proxy(served, federation, sp, phone):
    served(proxies=PROXIES)
    with web_application_proxy() as url:
        federation.sign_in(sp.url(), browser=through(federation.browser(), url))

    assert phone.pending()[0].sent["client_ip"] == USER


@pytest.mark.parametrize("proxy", [web_application_proxy, load_balancer])
def test_a_proxy_that_is_not_configured_is_only_a_client(proxy, federation, easy):
    with proxy() as url:
        federation.sign_in(easy.url(), browser=through(federation.browser(), url))

    assert {row.client_ip for row in federation.log} == {"127.0.0.1"}


def test_no_proxy_header_changes_the_servers_address(served, federation, easy):
    served(proxies=PROXIES)
    hostile = {
        "X-Forwarded-Host": "evil.example.test",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example.test;proto=https",
        "X-Original-URL": "/evil",
    }
    with forwarding(lambda _headers: hostile) as url:
        browser = through(federation.browser(), url)
        page = browser.get(easy.url())
        metadata = browser.session.get(federation.metadata_url, timeout=NET_SECONDS).text
        moved = browser.session.get(
            f"{federation.url}/ADFS/ls/", allow_redirects=False, timeout=30
        ).headers

    assert page.form.action.startswith(f"{federation.url}/adfs/ls/?")
    assert "evil" not in str(page.html) + metadata + str(moved)
    assert f'entityID="{federation.entity_id}"' in metadata
