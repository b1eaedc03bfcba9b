"""Takes the picture of the Farm page in ``docs/pictures/`` anew, from a demo.

Run it in the root of the tree after the page has changed:
``PYTHONPATH=tests python -m support.tools.pictures``.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright
from support.browsers.chromium import find_chromium
from support.servers.demo_process import demo_process

FARM = Path("docs/pictures/farm.png")
SIZE = {"width": 1180, "height": 860}
SCALE = 1.5
"""Pixels of the picture for each of the page."""


def main() -> None:
    """Take the picture."""
    with TemporaryDirectory() as folder, demo_process("--data-dir", folder) as demo:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium())
            page = browser.new_context(viewport=SIZE, device_scale_factor=SCALE).new_page()
            page.goto(demo.told["admin"])
            page.get_by_label("Token").fill(demo.told["admin_token"])
            page.get_by_role("button", name="Sign in with the token").click()
            page.get_by_role("link", name="Farm", exact=True).click()
            expect(page.get_by_role("heading", name="Farm", exact=True)).to_be_visible()
            page.screenshot(path=FARM)
            browser.close()
        demo.end()


if __name__ == "__main__":
    main()
