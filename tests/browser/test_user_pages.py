"""The pages of users in a browser: somebody is found, changed, given a pass and renamed."""

from __future__ import annotations

from playwright.sync_api import expect
from support.adapters.mfa_node import CURRENT_PHONE, public_key
from support.browsers.administrator import signed_in
from support.users import ALICE

from idp.management import user_changes

NEW = "alice.with.a.rather.long.surname.as.they.happen@example.test"


def test_a_user_is_found_and_changed_and_given_a_pass(farm_page, services, looks):
    services.directory.add(
        ALICE,
        "first password",
        display_name="Alice Archer",
        groups=["Staff", "Wiki Users"],
        attributes={"givenName": "Alice", "telephoneNumber": ["5550100", "5550101"]},
    )
    services.directory.add("bo@example.test", "first password")
    code = services.mfa.activations.create(ALICE, totp=True).typed
    services.mfa.activations.activate(code, public_key=public_key(), name="Pixel", **CURRENT_PHONE)
    farm_page.get_by_role("link", name="Users", exact=True).click()
    looks(farm_page, "admin-users-list")

    farm_page.get_by_label("Name or mail address").fill("archer")
    farm_page.keyboard.press("Enter")
    expect(farm_page.get_by_role("link", name="bo@example.test")).to_have_count(0)
    farm_page.get_by_role("link", name=ALICE).click()
    looks(farm_page, "admin-user")
    expect(farm_page.get_by_label("telephoneNumber")).to_have_value("5550100\n5550101")
    farm_page.get_by_label("sn", exact=True).fill("Archer")
    farm_page.get_by_role("button", name="Save the attributes").click()

    expect(farm_page.get_by_role("status")).to_contain_text("The attributes are saved")
    assert services.directory.find(ALICE).attributes["sn"] == ("Archer",)
    farm_page.get_by_role("button", name="Issue an access pass").click()
    expect(farm_page.get_by_role("status")).to_contain_text("It is shown only now")
    farm_page.get_by_role("button", name="Remove: Authenticator Pixel").click()
    expect(farm_page.get_by_role("status")).to_contain_text("The method is removed")
    expect(farm_page.get_by_role("button", name="Remove: Authenticator Pixel")).to_have_count(0)


def test_a_wrong_name_is_told_at_its_field_and_a_right_one_renames(farm_page, services, looks):
    services.directory.add(ALICE, "first password")
    services.directory.add("bo@example.test", "first password")
    user_changes.disable_user(services, ALICE)
    farm_page.get_by_role("link", name="Users", exact=True).click()
    farm_page.get_by_role("link", name=ALICE).click()

    farm_page.get_by_label("New name").fill("bo@example.test")
    farm_page.keyboard.press("Enter")
    expect(farm_page.get_by_role("alert")).to_contain_text("There is already a user")
    expect(farm_page.get_by_label("New name")).to_have_value("bo@example.test")
    looks(farm_page, "admin-user-refused")
    farm_page.get_by_label("New name").fill(NEW)
    farm_page.keyboard.press("Enter")

    expect(farm_page.get_by_role("status")).to_contain_text("All sessions have ended")
    expect(farm_page.get_by_role("heading", level=1)).to_have_text(NEW)
    looks(farm_page, "admin-user-long-name")


def test_the_first_user_is_added_without_script(page_without_script, farm_url, services):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.get_by_text("There is no user yet")).to_be_visible()

    page.get_by_role("region", name="Add a user").get_by_label("Name").fill(ALICE)
    page.get_by_label("Temporary password").fill("temporary")
    page.get_by_role("button", name="Add the user").click()

    expect(page.get_by_role("status")).to_contain_text("The user is added")
    assert services.directory.find(ALICE).must_change
