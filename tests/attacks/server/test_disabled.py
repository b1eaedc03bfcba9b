"""Whoever is disabled is refused on every path in, also half-way.

Keycloak CVE-2026-3047 and -2603: a disabled trust was still served by IdP-initiated sign-on.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.service_providers.service_provider import ServiceProvider, two_levels

from idp.embedded.browser import Browser
from idp.embedded.page import Page


def by_redirect(sp: ServiceProvider, browser):
    return browser.get(sp.url())


def by_post(sp: ServiceProvider, browser):
    return browser.post(sp.ls_url, sp.fields())


def signed_by_redirect(sp: ServiceProvider, browser):
    return browser.get(sp.url(key=sp.key))


def signed_by_post(sp: ServiceProvider, browser):
    return browser.post(sp.ls_url, sp.fields(sp.authn_request(sign=sp.key)))


def started_here(sp: ServiceProvider, browser):
    return browser.get(sp.initiated_url())


def started_here_by_relay_state(sp: ServiceProvider, browser):
    relay_state = two_levels(sp.entity_id, "x")
    return browser.get(f"{sp.ls_url}idpinitiatedsignon?RelayState={relay_state}")


WAYS = [by_redirect, by_post, signed_by_redirect, signed_by_post, started_here,
        started_here_by_relay_state]  # fmt: skip
Way = Callable[[ServiceProvider, Browser], Page]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_disabled_trust_gets_nothing_for_a_user_who_is_signed_in(way: Way, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    easy.set(enabled="false")
    rows = federation.log

    page = way(easy, browser)

    assert "SAMLResponse" not in page.html
    assert page.status >= 400
    assert not any(row.event_id >= 1200 for row in federation.log[len(rows) :])


@pytest.mark.parametrize("way", WAYS[:-1], ids=lambda way: way.__name__)
def test_a_disabled_user_is_no_user_though_the_session_lasts(way: Way, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    federation.services.directory.disable(federation.user.name)

    page = way(easy, browser)

    assert "SAMLResponse" not in page.html
    user = federation.user
    again = browser.submit(page.form, UserName=user.name, Password=user.password)
    assert "SAMLResponse" not in again.html


def test_a_page_kept_open_lets_no_disabled_user_in(federation, easy):
    browser, user = federation.browser(), federation.user
    form = browser.get(easy.url()).form
    federation.services.directory.disable(user.name)

    page = browser.submit(form, UserName=user.name, Password=user.password)

    assert "SAMLResponse" not in page.html
