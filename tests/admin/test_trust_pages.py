"""``/admin/trusts``: the trusts with their warnings, and a form for the settings of each."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from lxml import html
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.federation.claim_rules.toml.reader import read_toml
from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.federation.relying_party.settings import TrustSettings
from idp.saml import uris

ONE = f"/admin/trusts/one?id={quote(SP_ID, safe='')}"


@pytest.fixture
def save(administrator):
    """Send the form of the trust's page as it stands, with these changes."""

    def save(action: str | None = None, **changes: str):
        page = html.fromstring(administrator.see(ONE).text)
        [form] = [each for each in page.forms if "token_lifetime" in each.fields]
        # Browsers drop the line break with which the text of a textarea begins; lxml does not.
        fields = {name: (value or "").removeprefix("\n") for name, value in form.fields.items()}
        fields |= changes
        if action:
            fields |= {"action": action}
        return administrator.post("/admin/trusts/one", fields)

    return save


def settings(services) -> TrustSettings:
    return services.trusts.existing(SP_ID).settings


def test_the_list_shows_each_trust_and_its_warnings(administrator, services, trust):
    services.trusts.change_from_text(SP_ID, {"signature_algorithm": "rsa-sha1"})

    page = administrator.see("/admin/trusts")

    assert SP_ID in page.text
    assert "SHA-1" in page.text
    assert html.fromstring(page.text).xpath("//td/p[@class='warning']")
    assert "SHA-1" in administrator.see(ONE).text


def test_a_trust_that_may_use_short_keys_is_warned_of(administrator, services, trust):
    services.trusts.change_from_text(SP_ID, {"min_rsa_bits": "1024"})

    for page in ("/admin/trusts", ONE):
        assert "RSA keys of fewer than 2048 bits are used" in administrator.see(page).text


def test_the_list_is_searched_and_bounded(administrator, services, trust):
    services.trusts.add(metadata("urn:other").encode())

    assert "urn:other" in administrator.see("/admin/trusts").text
    assert "urn:other" not in administrator.see("/admin/trusts?q=SP.example").text
    assert "No trust matches." in administrator.see("/admin/trusts?q=nobody").text


def test_the_form_has_every_setting_in_a_section_and_a_label(administrator, trust):
    page = html.fromstring(administrator.see(ONE).text)
    [form] = [each for each in page.forms if "token_lifetime" in each.fields]

    tables = {name for name, value in TrustSettings().model_dump().items() if type(value) is dict}
    assert set(TrustSettings.model_fields) - tables <= set(form.fields)
    for each in page.xpath("//form[@class='trust']//*[@name and @id]"):
        assert page.xpath(f"//label[@for='{each.get('id')}']"), each.get("id")
    assert f"tallystick sp set {SP_ID} KEY=VALUE" in page.text_content()


def test_saving_an_unchanged_form_changes_nothing(save, services, trust):
    services.trusts.change_from_text(SP_ID, {"attributes.urn:x": "y", "notes": "one\ntwo"})
    before = settings(services)

    assert save().status_code == 303
    assert settings(services) == before


def test_a_changed_setting_holds(save, services, trust):
    answer = save(
        token_lifetime="30", second_factor="never", signature_algorithm="rsa-sha1", notes="a\r\nb"
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == ONE
    changed = settings(services)
    assert (changed.token_lifetime, changed.second_factor) == (30, "never")
    assert (changed.signature_algorithm, changed.notes) == (uris.RSA_SHA1, "a\nb")


def test_a_wrong_value_is_reported_and_the_typed_text_stays(save, services, trust):
    answer = save(token_lifetime="soon", notes="kept <b>")

    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert "token_lifetime" in page.get_element_by_id("problem").text_content()
    assert page.get_element_by_id("s-token_lifetime").value == "soon"
    assert "whole number" in page.get_element_by_id("p-token_lifetime").text_content()
    assert page.get_element_by_id("s-token_lifetime").get("aria-invalid") == "true"
    assert page.get_element_by_id("s-notes").value.strip() == "kept <b>"
    assert settings(services) == TrustSettings()


RULES = '[[claim_rules]]\nissue = "role"\nvalue = "a <b>"\n'


def test_claim_rules_are_seen_and_changed_as_toml(administrator, save, services, trust):
    assert save(claim_rules=RULES).status_code == 303

    page = html.fromstring(administrator.see(ONE).text)
    assert page.get_element_by_id("s-claim_rules").value.removeprefix("\n") == RULES
    assert save().status_code == 303
    assert settings(services).claim_rules == read_toml(RULES)
    assert save(claim_rules="claim_rules = []").status_code == 303
    assert settings(services).claim_rules == ()
    assert save(claim_rules="").status_code == 303
    assert settings(services).claim_rules is None


def test_wrong_claim_rules_are_reported_by_their_number(save, services, trust):
    answer = save(claim_rules=RULES + "[[claim_rules]]\n")

    assert answer.status_code == 422
    problem = html.fromstring(answer.text).get_element_by_id("problem").text_content()
    assert "Rule 2: A rule does not say what it does" in problem
    assert settings(services).claim_rules is None


def test_the_log_tells_what_was_done_and_no_event_that_a_form_makes_up(save, trust, capsys):
    save(action="removed", notes="a")

    lines = capsys.readouterr().err
    assert '"trust_set"' in lines
    assert "trust_removed" not in lines


def test_an_update_that_was_held_back_is_accepted_by_a_button(administrator, save, services, trust):
    held = PendingUpdate(metadata(acs_url="https://sp.example.test/new").encode(), ("for a test",))
    services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))
    page = administrator.see(ONE).text
    assert "for a test" in page
    assert f'name="held_digest" value="{held.digest}"' in page

    assert save("accept", held_digest="0" * 64).status_code == 422
    assert save("accept", held_digest=held.digest).status_code == 303

    found = services.trusts.existing(SP_ID).service_provider.assertion_consumer_services
    assert found[0].location.endswith("/new")
    assert save("accept").status_code == 422


GROUPS = "Permit specific group"
PARAMETER = "access_control_parameters.GroupParameter"


def test_a_policy_is_chosen_and_then_its_parameters_are_given(save, services, trust):
    asked = save(access_control_policy=GROUPS)

    page = html.fromstring(asked.text)
    assert asked.status_code == 422
    assert "GroupParameter" in page.get_element_by_id("p-access_control_policy").text_content()
    assert page.get_element_by_id("s-access_control_policy").value == GROUPS
    assert (
        save(**{"access_control_policy": GROUPS, PARAMETER: "Staff\r\nPartners"}).status_code == 303
    )
    assert settings(services).access_control_parameters == {"GroupParameter": ("Staff", "Partners")}
    assert save(**{PARAMETER: "Staff"}).status_code == 303
    assert settings(services).access_control_parameters == {"GroupParameter": ("Staff",)}


def test_attributes_are_given_changed_and_removed(save, services, trust):
    save(**{"attribute-0-name": "urn:x", "attribute-0-values": "a\r\n{upn}"})
    assert settings(services).attributes == {"urn:x": ("a", "{upn}")}

    wrong = save(**{"attribute-0-values": "{nobody}", "attribute-1-name": "urn:y"})
    page = html.fromstring(wrong.text)
    assert "there is no {nobody}" in page.get_element_by_id("p-attributes").text_content()
    assert page.get_element_by_id("attribute-1-name").value == "urn:y"
    save(**{"attribute-0-name": ""})
    save(**{"attribute-0-name": "", "attribute-0-values": ""})

    assert settings(services).attributes == {}


def test_claims_are_tested_as_typed_and_nothing_is_saved(save, services, trust):
    services.directory.add("ada@example.test", "first password")

    shown = save(
        "test", **{"test-user": "ada@example.test", "claim_rules": RULES, "notes": "typed"}
    )
    default = save("test", **{"test-user": "ada@example.test"})
    unknown = save("test", **{"test-user": "nobody"})
    wrong = save("test", **{"test-user": "ada@example.test", "claim_rules": "x"})

    page = html.fromstring(shown.text)
    assert shown.status_code == 200
    assert "role = a <b>" in page.get_element_by_id("claims").text_content()
    assert page.get_element_by_id("s-notes").value.strip() == "typed"
    assert (
        "no claim rules" in html.fromstring(default.text).get_element_by_id("claims").text_content()
    )
    assert html.fromstring(unknown.text).get_element_by_id("p-test-user") is not None
    assert html.fromstring(wrong.text).get_element_by_id("p-claim_rules") is not None
    assert settings(services) == TrustSettings()


def test_the_list_has_pages(administrator, services, monkeypatch):
    monkeypatch.setattr("idp.admin.pages.trusts.MAX_ROWS", 2)
    for number in range(5):
        services.trusts.add(metadata(f"urn:app:{number}").encode())

    seen, path = [], "/admin/trusts?q=APP"
    while path:
        page = html.fromstring(administrator.see(path).text)
        seen.append(page.xpath("//tbody//th/a/text()"))
        path = next(iter(page.xpath("//a[text()='Next page']/@href")), "")

    assert seen == [["urn:app:0", "urn:app:1"], ["urn:app:2", "urn:app:3"], ["urn:app:4"]]
    assert administrator.see("/admin/trusts?after=x").status_code == 200
    assert "No trust matches" in administrator.see(f"/admin/trusts?after={10**30}&q=a").text


def test_an_unknown_trust_is_not_found(administrator):
    assert administrator.see("/admin/trusts/one?id=urn:none").status_code == 404


def test_without_a_session_there_is_only_the_form_for_the_token(new_administrator, trust):
    stranger = new_administrator()

    for path in ("/admin/trusts", ONE):
        assert stranger.see(path).status_code == 303
    assert stranger.post("/admin/trusts/one", {"id": SP_ID, "enabled": "false"}).status_code == 403


def test_a_change_needs_the_sessions_token_and_our_own_page(administrator, services, trust):
    form = {"id": SP_ID, "enabled": "false"}

    assert administrator.post("/admin/trusts/one", form).status_code == 403
    form["csrf"] = administrator.csrf()
    evil = administrator.post("/admin/trusts/one", form, Origin="https://evil.test")
    assert evil.status_code == 403
    assert settings(services).enabled
