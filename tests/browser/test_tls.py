"""The demo under TLS in a real browser, which drops cookies that break the rules of ``__Host-``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0, tls=True), "127.0.0.1") as demo:
        yield demo


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(ignore_https_errors=True)  # no browser trusts its authority
    yield context
    context.close()


def test_the_browser_keeps_all_cookies_and_the_session_goes_on(demo, context):
    page, user = context.new_page(), demo.users[0]
    page.goto(f"{demo.address.base_url}/node/srv2022")
    page.goto(f"{demo.address.sp_url}/login")
    page.get_by_label("User name").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#validEntropyNumber").wait_for()
    admin = context.new_page()
    admin.goto(demo.admin_url)
    admin.get_by_label("Token").fill(demo.folder.admin_token)
    admin.get_by_role("button", name="Sign in with the token").click()
    admin.wait_for_load_state()

    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    page.goto(f"{demo.address.sp_url}/login")

    assert {"__Host-MSISAuth", "__Host-tallystick_node", "__Host-AdminSession"} <= set(cookies)
    assert all(name.startswith("__Host-") for name in cookies)
    assert {cookie["path"] for cookie in cookies.values()} == {"/"}
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies.values())
    assert page.locator("#passwordInput").count() == 0
