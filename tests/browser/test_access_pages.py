"""The pages of access control in a browser: a policy is made, given to a trust, and tested."""

from __future__ import annotations

from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, BOB

from idp.federation.access_control.policy_file import read_policy

LONG = "https://library.example.test/a/rather/long/entity/id/as/they/often/are/shibboleth"


def test_a_policy_is_made_given_to_a_trust_and_tested(farm_page, services, looks):
    for each in (SP_ID, LONG):
        services.trusts.add(metadata(each).encode())
    services.directory.add(ALICE, "first password", groups=["Staff"])
    services.directory.add(BOB, "first password")
    farm_page.get_by_role("link", name="Access", exact=True).click()
    looks(farm_page, "admin-access-list")

    farm_page.get_by_role("link", name="Add a policy").click()
    farm_page.get_by_label("Name", exact=True).fill("Office or staff")
    rule = farm_page.get_by_role("group", name="Rule 1")
    rule.get_by_label("From one of these networks").first.fill("intranet\nhome")
    farm_page.get_by_role("button", name="Add a rule").click()
    second = farm_page.get_by_role("group", name="Rule 2")
    second.get_by_label("In one of these groups").first.fill("{Who}")
    second.get_by_label("and require the second factor").check()
    farm_page.get_by_role("button", name="Save the policy").click()

    field = rule.get_by_label("From one of these networks").first
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(rule.locator("#p-rule-0-networks")).to_contain_text("'home' is not a network")
    field.fill("intranet\n10.20.0.0/16")
    farm_page.get_by_label("Description").press("Enter")  # previews, and stores nothing
    preview = farm_page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("Permit users from the intranet or 10.20.0.0/16.")
    looks(farm_page, "admin-access-policy-preview")
    farm_page.get_by_role("button", name="Save the policy").click()
    expect(farm_page.get_by_role("status")).to_contain_text("The policy is saved")

    farm_page.get_by_role("link", name="Access", exact=True).first.click()
    farm_page.get_by_role("link", name=f"Choose the policy of {SP_ID}").click()
    farm_page.get_by_label("Access control policy").select_option("Office or staff")
    farm_page.get_by_role("button", name="Choose").click()
    farm_page.get_by_role("button", name="Give the trust this policy").click()
    expect(farm_page.get_by_role("alert")).to_contain_text("Give groups")
    farm_page.get_by_label("Who: groups").fill("Staff")
    looks(farm_page, "admin-access-trust")
    farm_page.get_by_role("button", name="Give the trust this policy").click()
    expect(farm_page.get_by_role("status")).to_contain_text("has the policy Office or staff now")

    farm_page.get_by_label("User", exact=True).fill(ALICE)
    farm_page.get_by_label("Relying party trust").fill(SP_ID)
    farm_page.keyboard.press("Enter")
    farm_page.get_by_label("Network").select_option("extranet")
    farm_page.get_by_role("button", name="Test").click()
    expect(farm_page.get_by_role("status")).to_have_text("Permitted, after the second factor")
    expect(farm_page.get_by_role("main")).to_contain_text("Permit users in the group Staff")
    looks(farm_page, "admin-access-test")


def test_a_user_is_tested_without_script_and_told_why_nobody_gets_in(
    page_without_script, farm_url, services, looks
):
    services.trusts.add(metadata().encode())
    services.directory.add(BOB, "first password")
    services.access.set(read_policy("Staff", {"permit": [{"groups": ["Staff"]}]}))
    services.trusts.change_from_text(SP_ID, {"access_control_policy": "Staff"})
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Access", exact=True).click()
    page.get_by_label("User", exact=True).fill("nobody@example.test")
    page.get_by_label("Relying party trust").fill(SP_ID)
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody@example.test")
    page.get_by_label("User", exact=True).fill(BOB)
    page.get_by_role("button", name="Test").click()

    expect(page.get_by_role("status")).to_contain_text("Denied")
    expect(page.get_by_role("main")).to_contain_text("the user is not in the group")
    looks(page, "admin-access-denied")
