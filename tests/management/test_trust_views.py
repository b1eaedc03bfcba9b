"""What is said of a trust in lists: whether the end of its metadata is something to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.service_providers.metadata_parts import metadata

from idp.federation.metadata.schedule import RefreshState
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.management.trust_views import TrustView
from idp.saml.sp_metadata import read_service_provider
from idp.saml.validity import Validity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FETCHED = RefreshState(due_at=NOW)


@pytest.fixture
def view():
    provider = read_service_provider(metadata().encode())

    def of(days: int, state: RefreshState | None, **settings: bool) -> TrustView:
        trust = RelyingPartyTrust(
            entity_id=provider.entity_id,
            display_name="sp",
            service_provider=provider,
            settings=TrustSettings(**settings),
            source="",
            added_at=NOW,
            changed_at=NOW,
            validity=Validity(NOW + timedelta(days=days)),
        )
        return TrustView(trust, state, NOW, sides_are_unknown=False)

    return of


@pytest.mark.parametrize(
    ("days", "state", "settings", "warned"),
    [
        # ends in  refreshed                        settings                       warned
        (30,       None,                            {},                            True),
        (31,       None,                            {},                            False),
        (30,       FETCHED,                         {},                            False),
        (30,       replace(FETCHED, failures=1),    {},                            True),
        (30,       FETCHED,                         {"monitoring_enabled": False}, True),
        (30,       None,                            {"honour_valid_until": False}, False),
        (0,        FETCHED,                         {},                            True),
        (-1,       None,                            {"honour_valid_until": False}, True),
    ],
)  # fmt: skip
def test_the_end_is_a_warning_unless_newer_metadata_comes_by_itself(
    view, days, state, settings, warned
):
    assert bool(view(days, state, **settings).end_of_metadata) is warned
