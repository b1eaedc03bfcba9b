"""The first page of administration: what needs attention, and what mends it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.management.overview import overview


@pytest.fixture(autouse=True)
def _today(clock):
    """The keys of these tests are valid from today on."""
    clock.time = datetime.now(UTC)


def codes(script) -> set[str]:
    return {each["code"] for each in script("GET", "/admin/api/overview").json}


def test_a_server_that_has_nothing_yet_is_told_what_it_lacks(script, administrator):
    assert codes(script) == {"no_node", "no_trust"}
    assert "tallystick server set NODE BUILD" in administrator.see().text


def test_all_is_well(script, administrator, services, trust):
    services.farm.set_build("sts1", "20348.350", "set-up")
    services.trusts.change(SP_ID, {"min_rsa_bits": 2048})

    assert script("GET", "/admin/api/overview").json == []
    assert "All is well" in administrator.see().text


def test_nodes_of_differing_experience_are_a_mixed_farm(script, services):
    services.farm.set_build("sts1", "20348.350", "set-up")
    services.farm.set_build("sts2", "20348.349", "set-up")

    assert "mixed_farm" in codes(script)


def test_what_is_held_locked_blocked_or_ends_is_shown_with_its_page(
    script, services, administrator
):
    services.farm.set_build("sts1", "20348.350", "set-up")
    services.trusts.add(metadata().encode())
    held = PendingUpdate(metadata().encode(), ("a new key",))
    services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))
    services.directory.add(ALICE, PASSWORD)
    for _ in range(10):
        services.directory.check_password(ALICE, "wrong")
    services.mfa.protection.block(ALICE, None)
    script("POST", "/admin/api/api-tokens", {"name": "old", "role": "auditor", "expires": "1d"})

    assert codes(script) == {"trust", "user_locked", "user_standing", "api_token_ends"}
    for item in script("GET", "/admin/api/overview").json:
        assert administrator.see(item["page"]).status_code == 200
        assert item["command"].startswith("tallystick ")


def test_the_help_desk_has_its_own_first_page(signed_in_as):
    assert signed_in_as("help_desk").see().location == "/admin/users"


def test_a_server_that_sends_faulty_responses_says_so(services):
    testing = services.config.testing.model_copy(update={"allow_faults": True})
    config = services.config.model_copy(update={"testing": testing})

    found = overview(dataclasses.replace(services, config=config))

    assert "faults_allowed" in [each.code for each in found]
    assert "faults_allowed" not in [each.code for each in overview(services)]
