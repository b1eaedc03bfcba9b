"""An application is connected in the browser: settings are copied, its trust is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo
from idp.management.connect.settings import settings_for

NewPage = Callable[..., Page]
URL = "https://app.example.test"
ENTITY_ID = f"{URL}/saml/metadata"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0), "127.0.0.1") as demo:
        yield demo


def show_settings(page: Page, kind: str) -> None:
    page.get_by_label("Application or library").select_option(label=kind)
    page.get_by_label("Its base URL").fill(URL)
    page.get_by_role("button", name="Show the settings").click()


def test_settings_are_copied_and_the_trust_is_added_from_them(farm_page, services, looks):
    page = farm_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Trusts").click()
    page.get_by_role("link", name="Connect your application").click()
    show_settings(page, "python3-saml")
    page.get_by_role("button", name="Copy: Settings").click()

    expect(page.get_by_role("button", name="Copied: Settings")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == settings_for(services, "python3-saml", URL).text
    looks(page, "admin-connect")
    page.get_by_role("link", name="Add the trust").click()
    expect(page.get_by_label("Entity ID of the application")).to_have_value(ENTITY_ID)
    looks(page, "admin-trust-add")
    entered = page.get_by_role("region", name="Without metadata")
    entered.get_by_role("button", name="Show what would be trusted").click()
    expect(page.get_by_text("none: requests need no signature")).to_be_visible()
    looks(page, "admin-trust-preview")
    page.get_by_role("button", name="Add the trust").click()

    expect(page.get_by_role("status")).to_contain_text("The trust is added")
    assert services.trusts.existing(ENTITY_ID)


def test_without_script_a_file_becomes_a_trust_by_keyboard(
    page_without_script, farm_url, services, tmp_path
):
    file = tmp_path / "sp.xml"
    file.write_text(metadata())
    page = signed_in(page_without_script, farm_url)
    page.goto(f"{farm_url}/admin/trusts/add")
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Entity ID", exact=True).press("Enter")
    page.get_by_role("button", name="Add the trust").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The trust is added")
    assert services.trusts.existing(SP_ID)
    page.goto(f"{farm_url}/admin/connect")
    expect(page.get_by_role("button", name="Copy: Metadata address")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Metadata address")).not_to_be_editable()


def test_a_fault_is_shown_at_its_field(farm_page, looks):
    farm_page.goto(urljoin(farm_page.url, "/admin/trusts/add"))
    farm_page.get_by_label("Entity ID of the application").fill("urn:app")
    farm_page.get_by_label("Assertion consumer service").fill("nowhere")
    farm_page.get_by_role("button", name="Show what would be trusted").last.click()

    field = farm_page.get_by_label("Assertion consumer service")
    expect(field).to_have_accessible_description("'nowhere' is not https or http The address that "
        "takes its responses, by HTTP-POST; further ones each on a line.")  # fmt: skip
    expect(field).to_have_value("nowhere")
    looks(farm_page, "admin-trust-add-fault")


def test_a_trust_is_removed_after_a_question(farm_page, services, looks):
    services.trusts.add(metadata().encode())
    farm_page.get_by_role("link", name="Trusts").click()
    farm_page.get_by_role("link", name=SP_ID).click()
    farm_page.get_by_role("link", name="Remove the trust").click()
    looks(farm_page, "admin-trust-remove")
    farm_page.get_by_role("button", name="Remove the trust").click()

    expect(farm_page.get_by_role("status")).to_contain_text("The trust is removed")
    assert services.trusts.list() == ()


def test_the_demo_leads_from_its_first_page_to_settings(demo, page, looks):
    page.goto(f"{demo.address.base_url}/")
    page.get_by_role("link", name="Connect your own application").click()
    expect(page.get_by_role("textbox", name="Metadata address")).to_have_value(demo.metadata_url)
    looks(page, "demo-home")
    show_settings(page, "pysaml2")

    expect(page.get_by_role("heading", name="Settings for pysaml2")).to_be_visible()
    assert (
        f"--acs {URL}/saml/acs" in page.get_by_role("textbox", name="In a terminal").input_value()
    )
    looks(page, "demo-connect")
