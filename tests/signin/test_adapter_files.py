"""Files of an adapter's package: those of its folder ``static``, by plain names, and no others."""

from __future__ import annotations

import importlib

import pytest

from idp.adapters.failure_log import FailureLog
from idp.adapters.registry import Announced, LoadedAdapter

NOTHING = Announced(frozenset(), "", (), {}, {})
THERE = ["style.css", "Style-2.min.css", "_x.js"]
NOT_TO_BE_HAD = [
    ".hidden.css", "..style.css", "a\\b.css", "a b.css", "style.css\n", "ü.css", "sub", "",
    ".", "..", "../__init__.py", "sub/deep.css", "/etc/passwd", "style.css\0",
]  # fmt: skip


@pytest.fixture
def loaded(tmp_path, monkeypatch) -> LoadedAdapter:
    package = tmp_path / "an_adapter_with_files"
    static = package / "static"
    (static / "sub").mkdir(parents=True)
    (package / "__init__.py").write_text("class Adapter: pass\n")
    for name in [*THERE, *NOT_TO_BE_HAD[:6], "sub/deep.css"]:
        (static / name).write_bytes(b"content")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(package.name)
    return LoadedAdapter("Files", module.Adapter(), NOTHING, FailureLog("Files", package.name))


@pytest.mark.parametrize("name", THERE)
def test_plain_names_are_served(name, loaded):
    assert loaded.static_file(name) == b"content"


@pytest.mark.parametrize("name", NOT_TO_BE_HAD)
def test_other_files_are_not_served_even_where_they_exist(name, loaded):
    assert loaded.static_file(name) is None


def test_a_missing_file_is_not_found(loaded):
    assert loaded.static_file("nothing.css") is None


def test_an_adapter_without_a_package_has_no_files():
    from support.adapters import odd_adapters

    loaded = LoadedAdapter("Odd", odd_adapters.Good(), NOTHING, FailureLog("Odd", "support"))
    assert loaded.static_file("style.css") is None
