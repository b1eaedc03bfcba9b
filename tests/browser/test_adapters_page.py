"""The pages of the adapters in a browser: one is registered, offered first, checked and removed."""

from __future__ import annotations

from playwright.sync_api import expect
from support.browsers.administrator import signed_in

OURS = "AzureMfaAuthentication"


def test_an_adapter_is_registered_offered_and_checked(farm_page, services, looks):
    farm_page.get_by_role("link", name="Adapters", exact=True).click()
    register = farm_page.get_by_role("region", name="Register an adapter")
    register.get_by_role("textbox", name="Name Register-").fill("OddFactorOfOurs")
    register.get_by_label("Class").fill("support.adapters.odd_adapters:Gone")
    farm_page.get_by_role("button", name="Register").click()
    expect(register.get_by_role("alert")).to_contain_text("cannot be loaded")
    register.get_by_label("Class").fill("support.adapters.odd_adapters:Good")
    farm_page.get_by_role("button", name="Register").click()
    expect(farm_page.get_by_role("status")).to_contain_text("OddFactorOfOurs is registered")

    farm_page.get_by_label("Place of OddFactorOfOurs").select_option("2")
    farm_page.get_by_role("button", name="Save").click()
    expect(farm_page.get_by_role("status")).to_contain_text("The next sign-in uses")
    assert services.policy.enabled_providers() == (OURS, "OddFactorOfOurs")
    looks(farm_page, "admin-adapters")

    farm_page.get_by_role("link", name="OddFactorOfOurs").click()
    farm_page.get_by_role("button", name="Check it").click()
    check = farm_page.get_by_role("region", name="Does it keep the contract?")
    expect(check.get_by_role("status")).to_be_visible()
    looks(farm_page, "admin-adapter")


def test_the_last_adapter_is_not_switched_off_without_script(
    page_without_script, farm_url, services
):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Adapters", exact=True).click()
    for name in (OURS, "AzureMfaServerAuthentication"):
        page.get_by_label(f"Place of {name}").select_option("")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("Choose at least one")
    assert services.policy.enabled_providers() == (OURS,)
