"""Nobody is signed in to a service provider whose metadata has passed its validUntil."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.service_providers.service_provider import ServiceProvider

from idp.testing.signin import NotFinished


@pytest.fixture
def limited(federation, pairs) -> ServiceProvider:
    """A service provider whose metadata holds for half a minute from now."""
    sp = ServiceProvider(federation, pairs("sp"))
    until = federation.clock.now() + timedelta(seconds=30)
    metadata = sp.metadata().replace(" entityID", f' validUntil="{until.isoformat()}" entityID')
    federation.add_service_provider(metadata)
    sp.set(second_factor="never")
    return sp


def test_a_trust_is_served_until_valid_until_and_not_after(federation, limited, lines):
    assert federation.sign_in(limited.url()).finish().name_id == federation.user.name

    federation.clock.advance(30)
    sign_in = federation.sign_in(limited.url())

    assert not sign_in.is_finished
    assert sign_in.page.status == 400
    assert lines.refusals()[-1] == "metadata_expired"


def test_valid_until_ends_a_sign_in_that_is_under_way(federation, limited, phone, lines):
    limited.set(second_factor="always")
    sign_in = federation.sign_in(limited.url())
    phone.approve(number=sign_in.number)
    federation.clock.advance(30)

    with pytest.raises(NotFinished):
        sign_in.finish()
    assert lines.refusals()[-1] == "metadata_expired"


def test_a_trust_may_be_set_to_ignore_valid_until(federation, limited):
    limited.set(honour_valid_until="false")
    federation.clock.advance(7200)

    assert federation.sign_in(limited.url()).finish().name_id == federation.user.name
