"""Names of service providers on pages and phones: nothing in them changes the text around them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.service_providers.metadata_parts import ACS, entity, role

from idp.federation.relying_party.trust import name_for_people

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HIDDEN = BIDI + "\x00\x1b\x85\u00ad\u200b\u2028\u2029\ufeff\U000e0041\ud800"


@given(st.text() | st.text(HIDDEN + " aא\u200c\u200d"), st.text(HIDDEN + "u:"))
def test_no_invisible_character_but_joiners_is_in_a_name(display_name, entity_id):
    name = name_for_people(display_name, entity_id)

    assert name
    kinds = {unicodedata.category(char) for char in name if char not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Payroll\u202egnp.exe", "Payrollgnp.exe"),
        ("\u2067Wiki\u2069 \n of  all", "Wiki of all"),
        ("شركة می\u200cخواهم", "شركة می\u200cخواهم"),
        ("\u202e", "https://sp.example.test"),
        ("", "https://sp.example.test"),
    ],
)
def test_each_name_is_shown_as_it_reads(written, shown):
    assert name_for_people(written, "https://sp.example.test") == shown


def test_phone_and_pages_show_names_without_controls(federation, phone):
    info = (
        "<md:Extensions><mdui:UIInfo><mdui:DisplayName>Pay\u202eroll\u2066</mdui:DisplayName>"
        "</mdui:UIInfo></md:Extensions>"
    )
    sp_id = "https://pay.example.test"
    federation.add_service_provider(entity(role(info + ACS), sp_id))

    sign_in = federation.sign_in(federation.idp_initiated_url(sp_id))
    [request] = phone.pending()
    phone.approve(sign_in.number)
    sign_in.finish()
    listed = sign_in.browser.get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx").html

    assert request.sent["application"] == "Payroll"
    assert "Payroll" in listed
    assert not set(BIDI) & {*sign_in.page.html, *listed}
