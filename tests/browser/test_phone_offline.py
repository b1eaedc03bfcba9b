"""The phone page as an installed app: its manifest, and what works without a connection."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from support.nets import NET_SECONDS
from support.phones.phone_page import READY, add, outcome, type_number
from support.users import ALICE

from idp.authenticator.installable import version_of

KEPT = """async () => {
    const all = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys())
            all.push(new URL(request.url).pathname);
    return all;
}"""
WIDTH = """address => new Promise((done) => {
    const picture = new Image();
    picture.onload = () => done(picture.naturalWidth);
    picture.src = address;
})"""


def installed(page: Page) -> Page:
    """Wait until the service worker has everything, and let it serve the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    return page


def fetched(address: str) -> Any:
    return requests.get(address, timeout=NET_SECONDS)


def test_a_browser_can_install_the_page(phone_host, phone_page):
    session = phone_page.context.new_cdp_session(phone_page)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"] == f"{phone_host.url}/authenticator/manifest.webmanifest"
    manifest = fetched(told["url"]).json()
    assert (manifest["start_url"], manifest["display"]) == ("/authenticator/", "standalone")
    for icon in manifest["icons"]:
        if icon["sizes"] != "any":
            assert f"{phone_page.evaluate(WIDTH, icon['src'])}x" in icon["sizes"]


def test_without_a_connection_the_app_opens_and_its_codes_are_right(phone_host, page, looks):
    add(page, phone_host, totp=True)
    installed(page)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name=ALICE)).to_be_visible()
    expect(page.get_by_text("codes still work")).to_be_visible()
    code = page.get_by_role("button", name="Copy the one-time code")
    expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
    looks(page, "phone-opened-offline")
    shown = re.sub(r"\D", "", code.inner_text())
    assert phone_host.services.mfa.codes.check(ALICE, shown, attempt="1") == "right"


def test_an_installed_app_answers_requests_as_any_other(phone_host, phone_page):
    installed(phone_page)
    expect(phone_page.get_by_text(READY)).to_be_visible()
    started = phone_host.push()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")
    assert phone_host.stored(started).state == "approved"


def test_no_answer_of_the_server_is_kept(phone_host, phone_page):
    installed(phone_page)
    started = phone_host.push()
    type_number(phone_page, started.number)
    outcome(phone_page, "Approved")
    kept = phone_page.evaluate(KEPT)
    assert "/authenticator/" in kept
    assert "/static/tallystick.css" in kept
    assert not [address for address in kept if "/api/" in address or "sw.js" in address]


def test_every_file_that_the_page_loads_is_kept(phone_host, phone_page):
    loaded = phone_page.evaluate(
        "performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)"
    )
    installed(phone_page)
    files = {address for address in loaded if "/static/" in address}
    assert files
    assert files <= set(phone_page.evaluate(KEPT))


@pytest.mark.parametrize(
    "changed", [{"/a": "1", "/b": "3"}, {"/a": "1"}, {"/a": "1", "/c": "2"}, {"/a": "2", "/b": "1"}]
)
def test_another_file_is_another_version_of_the_worker(changed):
    files = {"/a": "1", "/b": "2"}
    assert version_of(files) == version_of(dict(reversed(files.items())))
    assert version_of(files) != version_of(changed)


def test_the_worker_is_asked_for_anew_and_lists_what_the_server_has_now(phone_host):
    answer = fetched(f"{phone_host.url}/authenticator/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "/authenticator/static/app.js" in answer.text


def test_the_camera_is_for_the_phone_page_alone(phone_host):
    page = fetched(f"{phone_host.url}/authenticator/")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    other = fetched(f"{phone_host.url}/authenticator/api/pending")
    assert "camera=()" in other.headers["Permissions-Policy"]
