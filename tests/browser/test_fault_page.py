"""The faults of a trust's page in a browser: one is set by keyboard, shown as due, and cleared."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import SP_ID, metadata


@pytest.fixture
def allow_faults(monkeypatch):
    """Start the server for testing."""
    monkeypatch.setenv("TALLYSTICK__TESTING__ALLOW_FAULTS", "true")


@pytest.mark.usefixtures("allow_faults")
def test_a_fault_is_set_for_the_next_sign_in_and_cleared(
    page_without_script, farm_url, services, looks
):
    services.trusts.add(metadata().encode())
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Trusts").click()
    page.get_by_role("link", name=SP_ID).click()
    faults = page.get_by_role("region", name="Fault of the next sign-in")

    faults.get_by_label("Fault").select_option("audience_wrong")
    faults.get_by_role("button", name="Set the fault").press("Enter")

    expect(page.get_by_role("region", name="Fault of the next sign-in")).to_contain_text(
        "audience_wrong"
    )
    assert [each.code for each in services.next_faults.due()] == ["audience_wrong"]
    looks(page, "admin-faults")
    faults.get_by_label("Fault").select_option("")
    faults.get_by_role("button", name="Set the fault").click()
    expect(faults).not_to_contain_text("Due:")
