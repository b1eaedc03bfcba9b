"""A complete sign-in at the test service provider."""

from __future__ import annotations

import pytest


@pytest.fixture
def complete_sign_in(federation, service_provider, phone):
    """Sign in as asked, with the second factor where it is due, up to the answer's form."""

    def sign_in(browser=None, **how):
        started = federation.sign_in(service_provider.login_url(**how), browser=browser)
        if started.number:
            phone.approve(started.number)
        return started.finish()

    return sign_in
