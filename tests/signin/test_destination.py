"""Where a sign-in leads: to a trust by its request or by the user's choice, or to our own page."""

from __future__ import annotations

import pytest

from idp.signin.destination import OwnPage

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
