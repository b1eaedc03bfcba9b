"""What happened and who may ask, in a browser: sign-ins, the audit log, the tokens of programs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, BOB

from idp.audit.record import SignInRecord
from idp.recorder.timeline import Part, Step

LONG = "https://library.example.test/a/rather/long/entity/id/as/they/often/are/shibboleth"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def sixty_sign_ins(services):
    """Sixty entries of two users; the recorder has kept the newest."""
    for number in range(60):
        refused = number % 7 == 3
        services.log.append(
            SignInRecord(
                at=NOW + timedelta(seconds=number),
                event_id=1201 if refused else 1200,
                activity_id=f"00000000-0000-4000-8000-{number:012}",
                user=BOB if number % 2 else ALICE,
                trust=LONG if number % 3 else SP_ID,
                node="sts1",
                experience="" if refused else "number_match",
                reason="" if refused else "kb_installed",
                outcome="MSIS5007" if refused else "issued",
                detail="no rule permits" if refused else "",
            )
        )
    newest = "00000000-0000-4000-8000-000000000059"
    step = Step(NOW, "decision", {"what": "access", "outcome": "permitted"})
    part = Part(newest, NOW, "sts1", (step,), user=BOB, trust=LONG, outcome="issued")
    services.recordings.add([part])


def test_a_sign_in_is_found_and_its_timeline_opened(farm_page, sixty_sign_ins, looks):
    farm_page.get_by_role("link", name="Sign-ins").click()
    expect(farm_page.get_by_role("row")).to_have_count(51)
    farm_page.get_by_role("link", name="Older").click()
    expect(farm_page.get_by_role("row")).to_have_count(11)
    farm_page.get_by_role("link", name="Newer").click()
    expect(farm_page.get_by_role("link", name="Newer")).to_have_count(0)

    farm_page.get_by_label("Code").fill("MSIS5007")
    farm_page.get_by_label("User", exact=True).fill(BOB)
    farm_page.keyboard.press("Enter")
    expect(farm_page.get_by_role("row", name=BOB)).to_have_count(5)
    expect(farm_page.get_by_role("row", name=ALICE)).to_have_count(0)
    farm_page.get_by_label("Code").fill("")
    farm_page.keyboard.press("Enter")
    expect(farm_page).not_to_have_url(re.compile("MSIS5007"))
    looks(farm_page, "admin-sign-ins")
    farm_page.get_by_role("link", name="Step by step").click()
    expect(farm_page.get_by_role("main")).to_contain_text("permitted")


def test_sign_ins_are_searched_without_script(page_without_script, farm_url, looks):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Sign-ins").click()
    looks(page, "admin-sign-ins-empty")
    page.get_by_label("Since").fill("yesterday")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_role("alert")).to_contain_text("Give a span like 90m")
    expect(page.get_by_label("Since")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Since")).to_have_value("yesterday")


def test_a_change_is_found_in_the_audit_log(farm_page, services, looks):
    services.trusts.add(metadata().encode())
    farm_page.get_by_role("link", name="Trusts").click()
    farm_page.get_by_role("link", name=SP_ID).click()
    farm_page.get_by_label("Notes").fill("Ours")
    farm_page.get_by_role("button", name="Save the settings").click()
    farm_page.get_by_role("link", name="Audit").click()

    row = farm_page.get_by_role("row", name="trust.set")
    expect(row).to_contain_text("Ours")
    looks(farm_page, "admin-audit")
    farm_page.get_by_label("Object").fill("urn:another")
    farm_page.keyboard.press("Enter")
    expect(farm_page.get_by_role("main")).to_contain_text("No entry matches")
    farm_page.get_by_role("link", name="Show all").first.click()
    expect(row).to_be_visible()


def test_the_audit_log_says_at_its_field_what_is_no_time(page_without_script, farm_url):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Audit").click()
    page.get_by_label("Since").fill("yesterday")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_role("alert")).to_contain_text("Give a span like 90m")
    expect(page.get_by_label("Since")).to_have_attribute("aria-invalid", "true")


def test_an_api_token_is_made_shown_once_and_revoked(page_without_script, farm_url, looks):
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="API tokens").click()
    expect(page.get_by_text("There is no API token yet")).to_be_visible()
    page.get_by_label("Name").fill("monitoring")
    page.get_by_label("Ends").fill("soon")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("alert")).to_contain_text("'soon' is not a time")
    expect(page.get_by_label("Ends")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("monitoring")
    page.get_by_label("Ends").fill("90d")
    page.get_by_label("Ends").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("not shown again")
    token = page.locator("#new-token").text_content()
    looks(page, "admin-api-tokens")
    page.get_by_role("link", name="API tokens").click()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke monitoring").click()
    expect(page.get_by_role("status")).to_contain_text("is revoked")
