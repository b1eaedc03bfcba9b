"""The folder of a theme is read once, and all its faults are reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

import idp
from idp.web.languages import LANGUAGES
from idp.web.theme.colors import DARK, LIGHT, contrast, faults_of
from idp.web.theme.folder import MAX_FILE_BYTES, ThemeError, read_theme
from idp.web.theme.settings import BothColors
from idp.web.theme.theme import NO_THEME, Theme

SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def theme(tmp_path):
    def write(text: str, **files: str | bytes):
        (tmp_path / "theme.toml").write_text(text)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name.replace("_", ".")).write_bytes(data)
        return tmp_path

    return write


def test_without_a_folder_the_look_is_ours():
    assert read_theme(None) is NO_THEME


def test_an_empty_theme_is_a_theme(theme):
    made = read_theme(theme(""))
    assert (made.logo, made.style_sheets, dict(made.files)) == ("", (), {})


def test_files_are_read_with_the_type_of_their_ending(theme):
    made = read_theme(theme('logo = "logo.svg"', logo_svg=SVG, font_woff2=b"x"))
    assert made.files["logo.svg"].mimetype == "image/svg+xml"
    assert made.files["font.woff2"].content == b"x"
    assert made.logo.startswith("/adfs/portal/theme/logo.svg?v=")


def test_the_digest_of_a_file_is_worked_out_once_not_for_each_page(theme):
    read = read_theme(theme('logo = "logo.svg"\nstyle_sheet = "own.css"', logo_svg=SVG, own_css=""))
    files = dict(read.files)
    made = Theme(read.settings, files)
    assert (made.logo, made.style_sheets) == (read.logo, read.style_sheets)
    files.clear()
    assert (made.logo, made.style_sheets) == (read.logo, read.style_sheets)


def test_a_text_is_that_of_the_language_or_else_the_common_one(theme):
    made = read_theme(
        theme('[content]\ncompany_name = "C"\nhelp_desk_link_text = "Help us"\n'
              '[content.de]\nhelp_desk_link_text = "Hilfe hier"\n')
    )  # fmt: skip
    texts = {each.tag: made.content(each) for each in LANGUAGES}
    assert texts["de"].help_desk_link_text == "Hilfe hier"
    assert texts["fr"].help_desk_link_text == "Help us"
    assert {each.company_name for each in texts.values()} == {"C"}


def test_colours_become_the_first_style_sheet(theme):
    text = 'style_sheet = "own.css"\n[colors]\naccent = "#8A1538"\n'
    made = read_theme(theme(text, own_css="p { margin: 0 }"))
    assert [each.partition("?")[0] for each in made.style_sheets] == [
        "/adfs/portal/theme/colors.css",
        "/adfs/portal/theme/own.css",
    ]
    sheet = made.files["colors.css"].content.decode()
    assert "--accent: #8a1538;" in sheet
    assert f"--accent: {DARK['accent']};" in sheet.partition("dark")[2]


def test_all_faults_are_reported_at_once(theme):
    folder = theme(
        'logo = "missing.svg"\nstyle_sheet = "a.png"\n[colors]\naccent = "#ffff00"\n',
        a_png=b"x",
        b_js="alert(1)",
        c_png=b"x" * (MAX_FILE_BYTES + 1),
    )
    with pytest.raises(ThemeError) as raised:
        read_theme(folder)
    for part in ("logo: there is no file", "style_sheet: a.png", "b.js", "c.png", "contrast of"):
        assert part in str(raised.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('logo = "../secret.key"',                          "logo"),
        ('logo = "/etc/x.svg"',                             "logo"),
        ('[colors]\naccent = "red"',                        "colors.accent"),
        ('[colors]\naccent = "#fff; } body { x"',           "colors.accent"),
        ('[content]\nhelp_desk_link = "javascript:x()"',    "content.help_desk_link"),
        ('[content]\nhelp_desk_link = "//evil.example"',    "content.help_desk_link"),
        ('[content]\nhelp_desk_link = "https://a\\"b c"',   "content.help_desk_link"),
        ('[content]\nerror_page_support_email = "a b"',     "support_email"),
        ('[content.xx]\ncompany_name = "C"',                "content.xx"),
        ('[content]\ncompany = "C"',                        "content.company"),
        ('logo_height = 4',                                 "logo_height"),
        ('not toml',                                        "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(text, fault, theme):
    with pytest.raises(ThemeError, match=fault):
        read_theme(theme(text))


def test_a_folder_without_settings_is_refused(tmp_path):
    with pytest.raises(ThemeError, match="No such file"):
        read_theme(tmp_path)


def test_a_folder_inside_and_a_link_to_nowhere_are_refused(theme):
    folder = theme("")
    (folder / "more").mkdir()
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    with pytest.raises(ThemeError, match=r"gone\.png is no file.*more is no file"):
        read_theme(folder)


def test_our_own_colours_can_be_read():
    assert list(faults_of(BothColors())) == []
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert set(LIGHT) == set(DARK)


def test_our_own_colours_are_those_of_the_style_sheet():
    sheet = (Path(idp.__file__).parent / "static" / "tallystick.css").read_text()
    light, _, dark = sheet.partition("prefers-color-scheme: dark")
    for name in LIGHT:
        declaration = f"--{name.replace('_', '-')}: "
        assert f"{declaration}{LIGHT[name]};" in light
        assert f"{declaration}{DARK[name]};" in dark
