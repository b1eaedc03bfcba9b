"""An administrator in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from support.servers.server_folder import ADMIN_TOKEN


def signed_in(page: Page, url: str) -> Page:
    page.goto(f"{url}/admin/")
    page.get_by_label("Token").fill(ADMIN_TOKEN)
    page.get_by_role("button", name="Sign in with the token").click()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    page.get_by_role("link", name="Farm", exact=True).click()
    expect(page.get_by_role("heading", name="Farm", exact=True)).to_be_visible()
    return page
