"""docs/postgresql.md: every setting of the store has a row, and its example can be loaded."""

from __future__ import annotations

import json
import re
from pathlib import Path

from idp.config import schema
from idp.config.reading import load

PAGE = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text()


def test_every_setting_has_a_row_with_its_default():
    for name, field in schema.StoreSection.model_fields.items():
        assert f"\n| `{name}` | `{json.dumps(field.default)}` | " in PAGE


def test_the_example_of_the_page_can_be_loaded(tmp_path):
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "tallystick.toml"
    file.write_text(example[1])

    assert load(file).store.url == "postgresql://tallystick@db.example.test/tallystick"
