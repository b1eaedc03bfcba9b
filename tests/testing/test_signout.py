"""Signing out with the fixtures: from the service provider, from the server, everywhere."""

from __future__ import annotations

import pytest


@pytest.fixture
def signed_in_browser(federation, service_provider, phone):
    """A browser signed in at the test service provider."""
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    assert sign_in.finish().page.status == 200
    return sign_in.browser


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_sign_out_at_the_service_provider_ends_the_session(
    binding, signed_in_browser, federation, service_provider
):
    signed_out = service_provider.sign_out(signed_in_browser, binding, relay_state="/bye")

    assert (signed_out.status, signed_out.relay_state) == (("Success",), "/bye")
    assert not service_provider.has_session(signed_in_browser)
    assert signed_in_browser.open(service_provider.login_url()).title == "Sign In"


def test_a_sign_out_at_the_server_reaches_the_service_provider(
    signed_in_browser, federation, service_provider
):
    assert service_provider.has_session(signed_in_browser)

    signed_out = federation.sign_out(signed_in_browser)

    assert signed_out.outcomes == {"Test service provider": "signed_out"}
    assert not service_provider.has_session(signed_in_browser)
    assert signed_out.page.link("back") == f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx"


def test_a_sign_out_everywhere_ends_the_sessions_of_other_browsers(
    signed_in_browser, federation, service_provider
):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    other = federation.sign_in(service_provider.login_url()).browser
    assert other.open(service_provider.login_url()).title != "Sign In"

    federation.sign_out(signed_in_browser, everywhere=True)

    assert other.open(service_provider.login_url()).title == "Sign In"


def test_a_user_who_is_not_signed_in_cannot_sign_out(federation):
    with pytest.raises(AssertionError, match="Nobody is signed in"):
        federation.sign_out(federation.browser())
