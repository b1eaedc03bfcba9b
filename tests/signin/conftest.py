"""Fixtures of the sign-ins that go on after a redirect."""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import ServiceProvider


@pytest.fixture
def by_post(federation, sp):
    """Begin a sign-in by HTTP-POST: the log-in form that this browser gets."""

    def begin(browser, provider=sp, **given):
        return browser.post(provider.ls_url, provider.fields(**given)).form

    return begin


@pytest.fixture
def other(federation, pairs):
    """Another service provider, whose users need no second factor."""
    made = ServiceProvider(federation, pairs("sp"), "other").register()
    made.set(second_factor="never")
    return made
