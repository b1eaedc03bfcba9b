"""``/admin/connect``: what an application needs of this server, and settings to paste."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from idp.management.connect.applications import KINDS
from idp.management.connect.server_facts import facts_of
from idp.management.connect.settings import settings_for

PAGE = "/admin/connect"
URL = "https://app.example.test"


def shown(page, name: str) -> str:
    return html.fromstring(page.text).get_element_by_id(name).value.removeprefix("\n")


def test_every_value_can_be_copied(administrator, services):
    facts, page = facts_of(services), administrator.see(PAGE)

    assert shown(page, "entity-id") == facts.entity_id
    assert shown(page, "metadata-url") == facts.metadata_url
    assert shown(page, "sign-on") == facts.sign_on_url
    assert shown(page, "certificate-1") == facts.certificates[0].pem
    assert shown(page, "sha1-1") == facts.certificates[0].sha1
    buttons = html.fromstring(page.text).xpath("//button[@data-copies]/@data-copies")
    assert len(buttons) == len(set(buttons)) == 7


def test_the_certificate_is_a_download_which_needs_no_session(new_administrator, services):
    [certificate] = facts_of(services).certificates
    browser = new_administrator()

    file = browser.see(f"{PAGE}/{certificate.thumbprint}.pem")

    assert file.text == certificate.pem
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert browser.see(f"{PAGE}/{'0' * 64}.pem").status_code == 404
    assert browser.see(PAGE).status_code == 303


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_those_of_the_command_and_lead_to_the_form(kind, administrator, services):
    page = administrator.see(f"{PAGE}?kind={kind}&url={URL}")

    found = settings_for(services, kind, URL)
    assert shown(page, "settings-text") == found.text
    [link] = html.fromstring(page.text).xpath("//a[contains(@href, '/trusts/add')]/@href")
    filled = {name: value for name, [value] in parse_qs(urlsplit(link).query).items()}
    form = html.fromstring(administrator.see(link).text)
    for name, value in filled.items():
        assert form.get_element_by_id(name).value.strip() == value
    assert {*filled.values()} <= {found.application.metadata_url, *found.trust}


def test_a_wrong_address_is_told_at_its_field(administrator):
    page = administrator.see(f"{PAGE}?kind=spring&url=nowhere")

    read = html.fromstring(page.text)
    assert page.status_code == 422
    assert read.get_element_by_id("url").value == "nowhere"
    assert read.get_element_by_id("url").get("aria-describedby") == "url-problem"
    assert administrator.see(f"{PAGE}?kind=nothing").status_code == 404
