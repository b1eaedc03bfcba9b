"""The phone in a browser: from activation to an answer, as a person meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from phone_host import PhoneHost, running
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 780}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PhoneHost]:
    """A running phone host."""
    with running(tmp_path) as running_host:
        yield running_host


@pytest.fixture
def alices(page: Page, host: PhoneHost) -> Page:
    """Alice's phone page, activated by the address in her QR code."""
    page.set_viewport_size(PHONE)
    page.goto(host.activation_url(totp=True))
    expect(page.get_by_text("Ready for sign-in requests")).to_be_visible()
    return page


def test_a_number_typed_on_the_page_approves(host, alices):
    started = host.push()
    alices.get_by_label("Enter number here").fill(started.number)
    alices.get_by_role("button", name="Yes").click()
    expect(alices.get_by_role("heading", name="Approved")).to_be_visible()
    assert host.stored(started).state == "approved"


def test_looks(host, page, alices, looks, new_page):
    looks(alices, "accounts")
    host.push()
    expect(alices.get_by_label("Enter number here")).to_be_focused()
    expect(alices.get_by_role("button", name="Yes")).to_be_enabled()
    looks(alices, "number")
    host.push("approve_deny")
    expect(alices.get_by_role("button", name="Approve")).to_be_visible()
    expect(alices.get_by_role("button", name="Approve")).to_be_enabled()
    looks(alices, "approve-deny")
    alices.get_by_role("button", name="Deny", exact=True).click()
    expect(alices.get_by_role("heading", name="Denied")).to_be_visible()
    looks(alices, "outcome")
    other = new_page()
    other.goto(f"{host.url}/authenticator/")
    expect(other.get_by_label("Activation code")).to_be_visible()
    looks(other, "empty")
