"""The Farm page: an administrator sees what each node shows, and installs an update."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from support.browsers.administrator import signed_in
from support.servers.server_folder import ADMIN_TOKEN

SYSTEMINFO = """\
Host Name:                 STS2
OS Name:                   Microsoft Windows Server 2019 Standard
OS Version:                10.0.17763 N/A Build 17763
"""
WINVER = "Version 1809 (OS Build 17763.2300)"


def node(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def test_the_token_opens_the_farm(page, farm_url, looks):
    page.goto(f"{farm_url}/admin/")
    expect(page.get_by_label("Token")).to_be_focused()
    looks(page, "admin-token")

    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the administrator's token")
    expect(page.get_by_label("Token")).to_be_focused()
    looks(page, "admin-token-wrong")

    page.keyboard.type(ADMIN_TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The farm is mixed")).to_be_visible()
    looks(page, "admin-overview")
    page.get_by_role("link", name="Farm", exact=True).click()
    expect(page.get_by_role("article")).to_have_count(3)


def test_every_node_shows_its_experience_and_the_reason(farm_page, looks):
    expect(node(farm_page, "sts1")).to_contain_text("Shows a number to match")
    expect(node(farm_page, "sts1")).to_contain_text("KB5007205 of 2021-11-09")
    expect(node(farm_page, "sts2")).to_contain_text("Shows Approve/Deny")
    expect(node(farm_page, "sts2")).to_contain_text("kb_missing")
    expect(node(farm_page, "sts2")).to_contain_text(
        "The preview KB5006744 (17763.2268) is installed"
    )
    expect(node(farm_page, "sts3")).to_contain_text("not_in_table")
    looks(farm_page, "farm")


def test_an_update_is_installed_by_one_press_and_the_page_says_what_is_next(
    farm_page, services, looks
):
    node(farm_page, "sts2").get_by_role("button", name="Install KB5007206 (17763.2300)").click()

    expect(node(farm_page, "sts2").get_by_role("status")).to_contain_text(
        "The next sign-in that begins here shows a number to match"
    )
    expect(node(farm_page, "sts2").get_by_role("status")).to_be_in_viewport()
    expect(node(farm_page, "sts2")).to_contain_text("by administrator")
    assert services.farm.node("sts2").build == "17763.2300"
    looks(farm_page, "farm-changed")

    node(farm_page, "sts2").get_by_role("button", name="Go back to KB5006672").click()
    expect(node(farm_page, "sts2")).to_contain_text("Shows Approve/Deny")
    assert services.farm.node("sts2").build == "17763.2237"


def test_loading_the_page_again_changes_nothing_again(farm_page, services):
    node(farm_page, "sts2").get_by_role("button", name="Install KB5007206").click()
    expect(node(farm_page, "sts2").get_by_role("status")).to_be_visible()
    services.farm.set_build("sts2", "17763.1", "somebody else")

    farm_page.reload()

    expect(node(farm_page, "sts2")).to_contain_text("17763.1")
    expect(farm_page.get_by_role("status")).to_have_count(0)


def test_a_build_may_be_pasted_as_the_server_prints_it(farm_page, services):
    sts2 = node(farm_page, "sts2")
    sts2.get_by_text("Set another build").click()
    sts2.get_by_label("Build, KB, or what the server prints").fill(WINVER)
    sts2.get_by_role("button", name="Set build").click()

    expect(node(farm_page, "sts2")).to_contain_text("Shows a number to match")
    assert services.farm.node("sts2").build == "17763.2300"


def test_a_text_without_a_revision_is_kept_and_the_page_names_what_is_missing(
    farm_page, services, looks
):
    sts2 = node(farm_page, "sts2")
    sts2.get_by_text("Set another build").click()
    sts2.get_by_label("Build, KB, or what the server prints").fill(SYSTEMINFO)
    sts2.get_by_role("button", name="Set build").click()

    field = sts2.get_by_label("Build, KB, or what the server prints")
    expect(sts2.get_by_role("alert")).to_contain_text("revision")
    expect(field).to_have_value(SYSTEMINFO)
    expect(field).to_be_focused()
    assert services.farm.node("sts2").build == "17763.2299"
    looks(farm_page, "farm-fault")


def test_a_node_is_added(farm_page, services, looks):
    form = farm_page.get_by_role("region", name="Add a node")
    form.get_by_label("Name").fill("no name")
    form.get_by_label("Build, KB").fill("KB5006669")
    form.get_by_role("button", name="Add node").click()
    expect(farm_page.get_by_role("alert")).to_contain_text("is no name for a node")
    looks(farm_page, "farm-bad-name")

    form.get_by_label("Name").fill("sts4")
    form.get_by_role("button", name="Add node").click()

    expect(node(farm_page, "sts4")).to_contain_text("Windows Server 2016")
    assert services.farm.node("sts4").build == "14393.4704"


def test_the_experience_of_other_devices_is_folded_away(farm_page, looks):
    sts1 = node(farm_page, "sts1")
    expect(sts1.get_by_role("row", name="Wearable")).to_be_hidden()

    sts1.get_by_text("By device").click()

    expect(sts1.get_by_role("row", name="old app")).to_contain_text("upgrade the app")
    expect(sts1.get_by_role("row", name="Wearable")).to_contain_text("use your phone")
    looks(farm_page, "farm-devices")


def test_everything_is_reached_by_keyboard(farm_page, services):
    """Skip link, links, then node by node: its update's page, its step, its two folds."""
    farm_page.reload()
    farm_page.keyboard.press("Tab")
    expect(farm_page.get_by_text("Skip to the content")).to_be_focused()
    expect(farm_page.get_by_text("Skip to the content")).to_be_in_viewport()
    farm_page.keyboard.press("Enter")

    for expected in ("KB5007205", "Go back to", "Set another build", "By device", "KB5007206"):
        farm_page.keyboard.press("Tab")
        expect(farm_page.locator(":focus")).to_contain_text(expected)
    farm_page.keyboard.press("Tab")
    farm_page.keyboard.press("Enter")

    expect(node(farm_page, "sts2").get_by_role("status")).to_be_visible()
    assert services.farm.node("sts2").build == "17763.2300"


def test_without_script_everything_works(page_without_script, farm_url, services, looks):
    farm = signed_in(page_without_script, farm_url)
    sts2 = node(farm, "sts2")
    sts2.get_by_text("Set another build").click()
    sts2.get_by_label("Build, KB").fill("KB5007206")
    sts2.get_by_role("button", name="Set build").click()

    expect(node(farm, "sts2")).to_contain_text("Shows a number to match")
    assert services.farm.node("sts2").build == "17763.2300"
    looks(farm, "farm-without-script")
    farm.get_by_role("button", name="Sign out").click()
    expect(farm.get_by_label("Token")).to_be_visible()


def test_another_sites_page_cannot_change_a_build(farm_page, farm_url, services):
    """The form posts, but the browser keeps the cookie back, and we would not take it."""
    farm_page.context.route(
        "http://evil.test/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<form method=post action={farm_url}/admin/nodes><input name=name value=sts1>"
            "<input name=build value=20348.1><button>Win</button></form>",
        ),
    )
    evil = farm_page.context.new_page()
    evil.goto("http://evil.test/")
    with evil.expect_response("**/admin/nodes") as answer:
        evil.get_by_role("button", name="Win").click()

    assert answer.value.status == 403
    assert services.farm.node("sts1").build == "20348.350"
