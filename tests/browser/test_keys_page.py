"""The page of the keys in a browser: a certificate is copied, and a rollover is gone through."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import metadata

from idp.federation.token_signing.configured import open_signing_keys
from idp.management.metadata.source import ENTERED


@pytest.fixture
def applications(services) -> None:
    services.trusts.add(metadata("urn:wiki").encode(), source=ENTERED)
    services.trusts.add(
        metadata("https://a-rather-long-host-name.staff.example.test/saml/metadata").encode(),
        source="https://sp.example.test/metadata",
    )


def open_keys(page: Page) -> Page:
    page.get_by_role("link", name="Keys", exact=True).click()
    return page


def step(page: Page):
    """The step that is next."""
    return page.locator("li[aria-current=step]")


def test_a_rollover_is_gone_through_step_by_step(farm_page, services, applications, looks):
    page = open_keys(farm_page)
    first = open_signing_keys(services.config).current().primary.facts.thumbprint
    expect(step(page)).to_contain_text("Publish the next certificate")
    expect(page.get_by_role("region", name="set up by hand")).to_contain_text("Somebody has to")
    looks(page, "admin-keys")

    page.get_by_label("Kind").select_option("ecdsa")
    page.get_by_role("button", name="Make the next key").click()
    expect(page.get_by_role("status")).to_contain_text("published as secondary")
    expect(step(page)).to_contain_text("Published for 0 days.")
    looks(page, "admin-keys-published")
    page.get_by_role("button", name="Set as primary").focus()
    page.keyboard.press("Enter")

    expect(step(page)).to_contain_text("Retire the former certificate")
    expect(page.get_by_role("region", name="Primary")).to_contain_text("ECDSA")
    looks(page, "admin-keys-promoted")
    page.get_by_role("button", name="Retire", exact=True).click()
    expect(page.get_by_role("region", name="Secondary")).to_have_count(0)
    assert open_signing_keys(services.config).current().primary.facts.thumbprint != first


def test_a_fingerprint_is_copied_and_certificates_are_downloaded(farm_page, services):
    page = open_keys(farm_page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = page.get_by_role("textbox", name="Thumbprint as in AD FS (SHA-1)").input_value()

    page.get_by_role("button", name="Copy: Thumbprint as in AD FS").click()

    expect(page.get_by_role("button", name="Copied: Thumbprint as in AD FS")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == shown
    for link, ending in (("PEM", ".pem"), ("DER", ".cer")):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Download as {link}").click()
        assert download.value.suggested_filename.endswith(ending)


def test_without_script_the_next_key_is_made(page_without_script, farm_url, services):
    page = open_keys(signed_in(page_without_script, farm_url))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)

    page.get_by_role("button", name="Make the next key").click()

    expect(page.get_by_role("region", name="Secondary")).to_be_visible()
