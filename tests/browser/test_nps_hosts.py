"""The NPS hosts on the Farm page: the version change and the override, rehearsed by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect


def host(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


@pytest.fixture
def hosts_page(farm_page, services):
    """The Farm page with three hosts: a new one, an old one, and one whose restart is pending."""
    nps = services.nps
    nps.set_host("nps1", "set-up", version="1.2.2216.1", addresses=["192.0.2.1"])
    nps.add_client("nps1", "192.0.2.7", "set-up", secret="a long shared secret")
    nps.set_host("nps2", "set-up", version="1.0.1.41", addresses=["192.0.2.2"])
    nps.set_host("nps3", "set-up", version="1.2.2893.1", addresses=["192.0.2.3"], legacy_port=True)
    nps.set_registry("nps3", "set-up", override="FALSE", ip_whitelist="192.0.2.0/24")
    farm_page.reload()
    return farm_page


def test_every_host_shows_what_its_users_see_and_why(hosts_page, looks):
    expect(host(hosts_page, "nps1")).to_contain_text("Shows a code")
    expect(host(hosts_page, "nps1")).to_contain_text("totp_by_version")
    expect(host(hosts_page, "nps2")).to_contain_text("Shows Approve/Deny")
    expect(host(hosts_page, "nps2")).to_contain_text("earlier than 1.2.2216.1")
    expect(host(hosts_page, "nps3")).to_contain_text("unset; FALSE after a restart")
    expect(host(hosts_page, "nps3")).to_contain_text("IP_WHITELIST has '192.0.2.0/24'")
    looks(hosts_page, "nps-hosts")


def test_the_override_is_set_and_in_force_after_the_restart(hosts_page, services, looks):
    nps2 = host(hosts_page, "nps2")
    nps2.get_by_text("Change version or override").click()
    nps2.get_by_label("OVERRIDE_NUMBER_MATCHING_WITH_OTP").select_option("TRUE")
    nps2.get_by_role("button", name="Set version and override of nps2").click()

    expect(nps2.get_by_role("status")).to_contain_text("shows Approve/Deny. A restart is pending.")
    expect(nps2.get_by_role("status")).to_be_in_viewport()
    nps2.get_by_text("By protocol and client").click()
    row = nps2.get_by_role("row", name="PAP, user with a code")
    expect(row.get_by_role("cell")).to_have_text(["Approve/Deny", "a code"])
    looks(hosts_page, "nps-pending")

    nps2.get_by_role("button", name="Restart the NPS service of nps2").click()

    expect(nps2.get_by_role("status")).to_contain_text("shows a code.")
    expect(nps2.get_by_role("button", name="Restart")).to_have_count(0)
    assert not services.nps.host("nps2").pending


def test_another_version_shows_another_experience(hosts_page, services):
    nps2 = host(hosts_page, "nps2")
    nps2.get_by_text("Change version or override").click()
    nps2.get_by_label("Version of the NPS extension").fill("1.2.2216.1")
    nps2.get_by_role("button", name="Set version and override of nps2").click()

    expect(nps2).to_contain_text("Shows a code")
    assert services.nps.host("nps2").version == "1.2.2216.1"


def test_a_wrong_version_is_kept_and_explained(hosts_page, services, looks):
    nps2 = host(hosts_page, "nps2")
    nps2.get_by_text("Change version or override").click()
    nps2.get_by_label("Version of the NPS extension").fill("latest")
    nps2.get_by_role("button", name="Set version and override of nps2").click()

    field = nps2.get_by_label("Version of the NPS extension")
    expect(nps2.get_by_role("alert")).to_contain_text("four numbers")
    expect(field).to_have_value("latest")
    expect(field).to_be_focused()
    expect(hosts_page).to_have_title("Error: NPS host not set · Tallystick administration")
    looks(hosts_page, "nps-fault")
    assert services.nps.host("nps2").version == "1.0.1.41"


def test_a_host_is_added_by_keyboard(farm_page, services):
    farm_page.get_by_role("region", name="Add an NPS host").get_by_label("Name").focus()
    farm_page.keyboard.type("nps1")
    farm_page.keyboard.press("Tab")
    farm_page.keyboard.type("1.0.1.40")
    farm_page.keyboard.press("Tab")
    farm_page.keyboard.type("T")
    farm_page.keyboard.press("Tab")
    farm_page.keyboard.press("Enter")

    expect(host(farm_page, "nps1")).to_contain_text("Restart pending")
    added = services.nps.host("nps1")
    assert (added.version, added.registry.override) == ("1.0.1.40", "TRUE")


def test_a_name_that_no_host_can_have_is_kept_and_explained(farm_page):
    new = farm_page.get_by_role("region", name="Add an NPS host")
    new.get_by_label("Name").fill("two words")
    new.get_by_label("Version of the NPS extension").fill("1.0.1.40")
    new.get_by_role("button", name="Add NPS host").click()

    expect(new.get_by_role("alert")).to_contain_text("is no name for an NPS host")
    expect(new.get_by_label("Name")).to_have_value("two words")
    expect(new.get_by_label("Name")).to_be_focused()
    expect(new.get_by_label("Version of the NPS extension")).to_have_value("1.0.1.40")
