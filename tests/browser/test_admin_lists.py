"""The other pages of an administrator in a browser: log, access and trusts."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect
from support.browsers.administrator import signed_in
from support.service_providers.metadata_parts import SP_ID, metadata

from adapter.mfa.protection.risk import Risk
from idp.audit.record import SignInRecord
from idp.federation.relying_party.weak_settings import SHA1


def test_the_log_shows_who_saw_what_and_why(farm_page, services, looks):
    services.log.append(
        SignInRecord(
            at=datetime.now(UTC),
            event_id=1200,
            activity_id="activity",
            user="alice@example.test",
            trust="https://sp.example.test/a/rather/long/entity/id/as/they/often/are",
            node="sts1",
            experience="number_match",
            reason="kb_installed",
            outcome="issued",
        )
    )

    farm_page.get_by_role("link", name="Sign-ins").click()

    row = farm_page.get_by_role("row", name="alice@example.test")
    expect(row).to_contain_text("number_match")
    expect(row).to_contain_text("kb_installed")
    looks(farm_page, "admin-log")


def test_access_shows_who_gets_in_where(farm_page, services, looks):
    services.trusts.add(metadata().encode())
    services.policy.set_additional_rules(
        'c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork"]\n'
        ' => issue(Type = "urn:a/rather/long/claim/type/as/they/often/are", Value = c.Value);'
    )
    services.trusts.change_from_text(
        "https://sp.example.test/metadata",
        {
            "access_control_policy": "Permit specific group",
            "access_control_parameters.GroupParameter": '["Staff", "Partners"]',
        },
    )

    farm_page.get_by_role("link", name="Access").click()

    row = farm_page.get_by_role("row", name="https://sp.example.test/metadata")
    expect(row).to_contain_text("Permit specific group")
    expect(row).to_contain_text("GroupParameter: Staff, Partners")
    looks(farm_page, "admin-access")


def test_users_at_risk_are_listed_and_blocked_by_a_button(farm_page, services, looks):
    user = "somebody.with.a.rather.long.name@example.test"
    services.directory.add(user, "first password")
    with services.mfa.push._store.transaction(user) as mine:
        mine.raise_risk(Risk(datetime.now(UTC), "2001:db8:1234:5678:9abc:def0:1234:5678"))
    farm_page.get_by_role("link", name="Users", exact=True).click()
    risks = farm_page.get_by_role("region", name="Users at risk")
    row = risks.get_by_role("row", name=user)
    expect(row).to_contain_text("2001:db8")

    row.get_by_role("button", name="Block").click()

    expect(farm_page.get_by_role("status")).to_contain_text("blocked for 90 days")
    expect(risks.get_by_role("row", name=user)).to_contain_text("by administrator")
    looks(farm_page, "admin-users")


def test_an_empty_log_and_an_empty_farm_have_a_sentence(farm_page, services, looks):
    for name in ("sts1", "sts2", "sts3"):
        services.farm.remove(name)
    farm_page.reload()
    expect(farm_page.get_by_text("There is no node yet")).to_be_visible()
    looks(farm_page, "farm-empty")

    farm_page.get_by_role("link", name="Sign-ins").click()
    expect(farm_page.get_by_text("Nobody has signed in yet")).to_be_visible()


def test_a_setting_of_a_trust_is_changed_and_the_page_names_the_weakness(
    farm_page, services, looks
):
    services.trusts.add(metadata().encode())
    services.trusts.add(metadata("https://library.example.test/shibboleth").encode())
    services.trusts.change_from_text(SP_ID, {"signature_algorithm": "rsa-sha1"})

    farm_page.get_by_role("link", name="Trusts").click()
    expect(farm_page.get_by_role("row")).to_have_count(3)
    looks(farm_page, "admin-trusts")
    farm_page.get_by_label("Name or entity id").fill("sp.example")
    farm_page.keyboard.press("Enter")
    farm_page.get_by_role("link", name=SP_ID).click()
    expect(farm_page.get_by_text("SHA-1, which can be forged")).to_be_visible()
    looks(farm_page, "admin-trust")

    farm_page.get_by_label("Signature algorithm").select_option("rsa-sha256")
    farm_page.get_by_role("button", name="Save the settings").click()

    expect(farm_page.get_by_role("status")).to_contain_text("The settings are saved")
    expect(farm_page.get_by_text("SHA-1, which can be forged")).to_have_count(0)
    assert services.trusts.weakened_by(SHA1) == ()


def test_claims_are_tested_before_the_rules_are_saved(
    page_without_script, farm_url, services, looks
):
    services.trusts.add(metadata().encode())
    services.directory.add("ada@example.test", "first password", display_name="Ada")
    page = signed_in(page_without_script, farm_url)
    page.get_by_role("link", name="Trusts").click()
    page.get_by_role("link", name=SP_ID).click()
    page.get_by_label("Claim rules").fill('[[claim_rules]]\npass = "upn"\n')
    page.get_by_label("User", exact=True).fill("ada@example.test")
    page.get_by_role("button", name="Show the claims").click()

    shown = page.get_by_role("status")
    expect(shown).to_contain_text("upn = ada@example.test")
    assert services.trusts.existing(SP_ID).settings.claim_rules is None
    page.get_by_label("Access control policy").select_option("Permit specific group")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_label("GroupParameter")).to_be_visible()
    looks(page, "admin-trust-fault")
    page.get_by_label("GroupParameter").fill("Staff")
    page.get_by_role("button", name="Save the settings").click()

    expect(page.get_by_role("status")).to_contain_text("The settings are saved")
    stored = services.trusts.existing(SP_ID).settings
    assert stored.access_control_parameters == {"GroupParameter": ("Staff",)}
    assert stored.claim_rules is not None
