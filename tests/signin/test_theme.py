"""An administrator's theme on the pages of ``/adfs/``: logo, colours, texts and links."""

from __future__ import annotations

import pytest
from lxml import html

from idp.config.schema import SignInSection
from idp.config.theme import ThemeSection

SETTINGS = """\
logo = "logo.svg"
illustration = "view.png"
style_sheet = "own.css"
[colors]
accent = "#8a1538"
[content]
company_name = "Example & Sons"
sign_in_page_description_text = "Use your <company> account."
sign_in_page_additional_authentication_description_text = "Have your phone ready."
sign_out_page_description_text = "Close the window."
update_password_page_description_text = "No old ones."
error_page_description_text = "Call us."
error_page_authorization_error_message = "Not for you."
error_page_support_email = "help@example.test"
home_link = "https://www.example.test/"
help_desk_link = "https://help.example.test/"
help_desk_link_text = "Help desk"
privacy_link = "/privacy"
[content.de]
help_desk_link_text = "Hilfestelle"
"""
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def themed(served, tmp_path):
    folder = tmp_path / "theme"
    folder.mkdir()
    (folder / "theme.toml").write_text(SETTINGS)
    (folder / "logo.svg").write_bytes(SCRIPT)
    (folder / "view.png").write_bytes(b"picture")
    (folder / "own.css").write_text("p { margin: 0 }")
    return served(theme=ThemeSection(folder=folder), sign_in=SignInSection(password_change=True))


def tree(page):
    return html.document_fromstring(page.html)


def test_the_log_in_page_has_logo_texts_and_links(themed, federation, sp):
    page = federation.browser().get(sp.url())
    document = tree(page)
    (logo,) = document.xpath("//header//img")
    assert logo.get("alt") == "Example & Sons"
    assert page.text("introduction") == "Use your <company> account."
    links = {
        link.get("id"): (link.get("href"), link.text) for link in document.xpath("//footer//a")
    }
    assert links == {
        "home": ("https://www.example.test/", "Home"),
        "privacy": ("/privacy", "Privacy"),
        "helpDesk": ("https://help.example.test/", "Help desk"),
    }
    sheets = [
        each.get("href").partition("?")[0] for each in document.xpath("//link[@rel='stylesheet']")
    ]
    assert sheets[-2:] == ["/adfs/portal/theme/colors.css", "/adfs/portal/theme/own.css"]


def test_a_language_has_its_own_texts_and_else_the_common_ones(themed, federation, sp):
    browser = federation.browser()
    browser.session.headers["Accept-Language"] = "de"
    document = tree(browser.get(sp.url()))
    links = {link.get("id"): link.text for link in document.xpath("//footer//a")}
    assert links == {"home": "Startseite", "privacy": "Datenschutz", "helpDesk": "Hilfestelle"}


def test_every_kind_of_page_has_its_text(themed, federation, sp):
    sign_in = federation.sign_in(sp.url())
    assert sign_in.page.text("introduction") == "Have your phone ready."
    browser = sign_in.browser
    sign_out = browser.get(f"{federation.url}/adfs/ls/signout")
    assert sign_out.text("introduction") == "Close the window."
    update = browser.get(f"{federation.url}/adfs/portal/updatepassword/")
    assert update.text("introduction") == "No old ones."
    error = browser.get(f"{federation.url}/adfs/ls/?wrong=1")
    assert error.text("introduction") == "Call us."
    assert error.text("supportEmail") == "help@example.test"
    assert "Not for you." not in error.html


def test_a_page_of_an_http_error_has_the_theme_too(themed, federation):
    document = tree(federation.browser().get(f"{federation.url}/adfs/nothing"))
    assert document.xpath("//header//img/@alt") == ["Example & Sons"]


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("logo.svg", "image/svg+xml"), ("view.png", "image/png"),
     ("own.css", "text/css; charset=utf-8"), ("colors.css", "text/css; charset=utf-8")],
)  # fmt: skip
def test_a_file_has_the_type_of_its_ending_and_runs_nothing(name, mimetype, themed, federation):
    answer = federation.browser().session.get(f"{federation.url}/adfs/portal/theme/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, mimetype)
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("name", ["theme.toml", "none.png", "..%2Ftheme.toml", "%2e%2e/x", ""])
def test_nothing_else_is_served(name, themed, federation):
    answer = federation.browser().session.get(f"{federation.url}/adfs/portal/theme/{name}")
    assert answer.status_code == 404


def test_without_a_theme_there_are_no_files_and_no_links(federation, sp):
    page = federation.browser().get(sp.url())
    assert not tree(page).xpath("//footer//a")
    answer = federation.browser().session.get(f"{federation.url}/adfs/portal/theme/colors.css")
    assert answer.status_code == 404
