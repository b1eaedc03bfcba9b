"""The pages with an administrator's theme, in a real browser."""

from __future__ import annotations

import pytest
from support.languages.samples import Request

from idp.web.page_frame import begin_page
from idp.web.theme.folder import read_theme

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">'
    '<rect width="120" height="40" rx="6" fill="#8a1538"/></svg>'
)
ILLUSTRATION = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none">'
    '<rect width="100" height="100" fill="#5b0e25"/><circle cx="30" cy="70" r="50" fill="#8a1538"/>'
    "</svg>"
)
SETTINGS = """
logo = "logo.svg"
logo_height = 40
illustration = "view.svg"
illustration_place = "{place}"
[colors]
accent = "#8a1538"
accent_soft = "#fbe9ee"
[colors.dark]
accent = "#f2a7b9"
accent_ink = "#3b0716"
accent_soft = "#4a1626"
[content]
company_name = "Contoso"
sign_in_page_description_text = "Sign in with your Contoso account."
home_link = "/"
help_desk_link = "/"
privacy_link = "/"
"""


@pytest.mark.parametrize("place", ["side", "background"])
def test_a_theme_looks_right(place, tmp_path, show, page, looks):
    (tmp_path / "theme.toml").write_text(SETTINGS.format(place=place))
    (tmp_path / "logo.svg").write_text(LOGO)
    (tmp_path / "view.svg").write_text(ILLUSTRATION)
    theme = read_theme(tmp_path)
    begin_page(Request(), theme)
    show("log in", {name: file.content for name, file in theme.files.items()})
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    assert page.evaluate(accent) == "#8a1538"
    looks(page, f"theme-{place}")
