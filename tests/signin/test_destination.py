"""Where a sign-in leads: to a trust by its request or by the user's choice, or to our own page."""

from __future__ import annotations

import pytest
from support.clock import NOON

from idp.saml.values import AuthnRequest
from idp.signin.destination import OwnPage, SpInitiated

OUTSIDE = [
    "",
    "account",
    "https://evil.example.test/",
    "//evil.example.test",
    "/account//evil.example.test",
    "/\\evil.example.test",
    "\\/evil.example.test",
    "/account/\\..",
    "/\t/evil.example.test",
    "/ /evil.example.test",
    "/account/\r\nLocation: https://evil.example.test",
    "/account/\N{LATIN SMALL LETTER E WITH ACUTE}",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_an_own_page_cannot_lead_to_another_server(path):
    with pytest.raises(ValueError, match="not a path of this server"):
        OwnPage(path)


@pytest.mark.parametrize("path", ["/", "/account/", "/account/methods?added=1#phone"])
def test_an_own_page_is_a_path_on_this_server(path):
    assert OwnPage(path).path == path


def test_an_answer_to_a_request_goes_where_the_request_says_under_the_name_that_it_gave():
    request = AuthnRequest(
        "_1", "urn:trust", "https://sp.example.test/acs", NOON, audience="urn:alias"
    )

    leads_to = SpInitiated(request)

    assert leads_to.entity_id == "urn:trust"
    assert leads_to.acs_url == "https://sp.example.test/acs"
    assert leads_to.audience == "urn:alias"


def test_a_refused_path_is_quoted_up_to_eighty_characters():
    with pytest.raises(ValueError, match="not a path") as refused:
        OwnPage("x" * 100)

    assert str(refused.value) == f"'{'x' * 80}' is not a path of this server"
