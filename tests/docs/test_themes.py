"""docs/themes.md: every key of a theme has a row, and the example is a theme."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from idp.config.theme import ThemeSection
from idp.web.theme.colors import DARK, LIGHT
from idp.web.theme.folder import MAX_FILE_BYTES, MAX_FILES, TYPES, read_theme
from idp.web.theme.settings import Colors, Content, ThemeSettings

PAGE = (Path(__file__).parents[2] / "docs" / "themes.md").read_text()


def test_every_key_has_a_row():
    tables = {"colors", "content"}
    files = set(ThemeSettings.model_fields) - tables
    for name in [*files, *Colors.model_fields, *Content.model_fields, *ThemeSection.model_fields]:
        assert re.search(rf"\n\| (?:`\w+`, )?`{name}`", PAGE), name


def test_colours_have_their_defaults():
    for name in LIGHT:
        assert f"\n| `{name}` | `{LIGHT[name]}` | `{DARK[name]}` |" in PAGE


def test_the_limits_are_those_of_the_code():
    assert f"up to {MAX_FILES} files of at most {MAX_FILE_BYTES // 2**20} MiB" in PAGE
    assert all(f"`{ending}`" in PAGE for ending in TYPES)


def test_the_example_is_a_theme(tmp_path):
    configuration, theme = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert ThemeSection(**tomllib.loads(configuration)["theme"]).folder == Path("theme")
    (tmp_path / "theme.toml").write_text(theme)
    (tmp_path / "logo.svg").write_text("<svg/>")
    (tmp_path / "harbour.jpg").write_bytes(b"x")
    assert read_theme(tmp_path).settings.content.company_name == "Contoso"
