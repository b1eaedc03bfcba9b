"""From an error page to why it failed, in a browser; and the list of the flight recorder."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import expect

from idp.recorder.timeline import ISSUED, Part, Step

UNKNOWN = base64.b64encode(
    b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_7" Version="2.0"'
    b' IssueInstant="2026-11-24T12:00:00Z"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">'
    b"https://new.example.test/an/entity/id/that/nobody/registered</Issuer></samlp:AuthnRequest>"
).decode()


def test_an_administrator_gets_from_an_error_page_to_why_it_failed(farm_page, farm_url, looks):
    farm_page.set_content(
        f'<form method="post" action="{farm_url}/adfs/ls/"><button>Sign in</button>'
        f'<input type="hidden" name="SAMLRequest" value="{UNKNOWN}"></form>'
    )
    farm_page.get_by_role("button", name="Sign in").click()
    looks(farm_page, "error-for-administrators")
    farm_page.get_by_role("link", name=re.compile(r"^[0-9a-f-]{36}$")).click()

    why = farm_page.locator("#summary")
    expect(why).to_be_in_viewport()
    expect(why).to_contain_text("Refused with MSIS7007: There is no enabled relying party trust")
    expect(why).to_contain_text("https://new.example.test/an/entity/id")
    looks(farm_page, "admin-trace")

    message = farm_page.get_by_text("Message received")
    message.click()
    expect(farm_page.get_by_role("region", name="Message received, XML")).to_contain_text(
        "https://new.example.test"
    )
    looks(farm_page, "admin-trace-message")


def test_the_list_is_searched_and_followed(farm_page, services, clock, looks):
    now = clock.now()
    steps = (Step(now, "decision", {"next_step": "complete"}),)
    found = {"user": "alice@example.test", "trust": "https://sp.example.test/metadata"}
    services.recordings.add(
        [
            Part("1" * 36, now, "sts1", steps, outcome=ISSUED, **found),
            Part("2" * 36, now, "sts1", steps, user="bob@example.test"),
        ]
    )
    farm_page.get_by_role("link", name="Traces").click()
    looks(farm_page, "admin-traces")

    farm_page.get_by_label("User", exact=True).fill("alice@example.test")
    farm_page.get_by_label("Outcome").select_option("issued")
    farm_page.keyboard.press("Enter")
    farm_page.get_by_role("button", name="Find").click()
    expect(farm_page.get_by_role("row", name="bob@example.test")).to_have_count(0)
    farm_page.get_by_role("link", name="issued").click()
    expect(farm_page.locator("#summary")).to_contain_text("alice@example.test signed in")

    farm_page.get_by_role("link", name="All traces").click()
    farm_page.get_by_role("link", name="Live").click()
    services.recordings.add([Part("3" * 36, now, "sts1", steps, user="carol@example.test")])
    expect(farm_page.get_by_role("row", name="carol@example.test")).to_be_visible(timeout=15_000)
