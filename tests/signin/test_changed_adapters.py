"""The code of an adapter changes while the server runs: it is loaded anew, or the log says so."""

from __future__ import annotations

import sys
from itertools import count

import pytest
from support.adapters.odd_adapters import SAYS
from support.adapters.written_package import written

from idp.adapters import source_files
from idp.config.adapters import AdaptersSection

_numbers = count(1)


@pytest.fixture
def draft(tmp_path, monkeypatch, federation):
    """The only adapter that is enabled: a package that its author is at work on."""
    monkeypatch.setattr(source_files, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.syspath_prepend(tmp_path)
    package = written(f"draft_adapter_{next(_numbers)}", tmp_path)
    federation.services.providers.register("Draft", package.type_name)
    federation.services.providers.enable(["Draft"])
    yield package
    package.forget()


@pytest.fixture
def title(federation, sp):
    """What the adapter's page is called in a new sign-in."""

    def title() -> str:
        return federation.sign_in(sp.url()).page.title

    return title


@pytest.fixture
def reloads(served):
    served(adapters=AdaptersSection(reload=True))


def events(lines) -> list[str]:
    return [line["event"] for line in lines.all() if line["event"].startswith("adapter_")]


def test_a_change_of_the_code_is_logged_once_and_has_no_effect(draft, title, lines):
    assert title() == "The first one"

    draft.says("The second one")

    assert [title(), title()] == ["The first one", "The first one"]
    assert events(lines) == ["adapter_loaded", "adapter_changed"]
    (line,) = [line for line in lines.all() if line["event"] == "adapter_changed"]
    assert (line["provider"], line["level"]) == ("Draft", "warning")
    assert "a restart is due" in line["problem"]


def test_with_the_setting_changed_code_is_loaded_anew(draft, title, reloads, lines):
    assert title() == "The first one"

    draft.says("The other one")  # as long as the first one, and in the same second

    assert [title(), title()] == ["The other one", "The other one"]
    assert events(lines) == ["adapter_loaded", "adapter_loaded"]


def test_a_file_that_is_added_counts_as_a_change(draft, title, reloads, lines):
    title()

    draft.write("parts/more.py", "")

    title()
    assert events(lines) == ["adapter_loaded", "adapter_loaded"]


def test_code_that_cannot_be_imported_is_tried_again_when_it_has_changed(
    draft, title, reloads, lines
):
    title()
    draft.write("texts.py", f"SAYS = {SAYS!r} +\n")
    assert title() == "Error"
    draft.says("Mended")

    assert title() == "Mended"
    assert events(lines) == ["adapter_loaded", "adapter_load_failed", "adapter_loaded"]


def test_a_registration_again_does_not_hide_that_the_code_has_changed(
    draft, title, lines, federation
):
    title()
    draft.says("The second one")

    federation.services.providers.register("Draft", draft.type_name, b"another configuration")

    assert [title(), title()] == ["The first one", "The first one"]
    assert events(lines) == ["adapter_loaded", "adapter_loaded", "adapter_changed"]


def test_the_code_of_the_product_is_never_imported_anew():
    own = source_files.SourceFiles("adapter.entra_mfa:AzureMfaAuthentication")

    assert not own.forget()


def test_a_module_without_a_package_is_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(source_files, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "lonely_adapter.py").write_text("")
    files = source_files.SourceFiles("lonely_adapter:Draft")
    (tmp_path / "another.py").write_text("")
    assert not files.have_changed()

    (tmp_path / "lonely_adapter.py").write_text("a = 1\n")

    assert files.have_changed()
    assert not files.have_changed()


def test_files_are_looked_at_only_now_and_then(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow_adapter.py").write_text("")
    now = [0.0]
    files = source_files.SourceFiles("slow_adapter:Draft", lambda: now[0])

    (tmp_path / "slow_adapter.py").write_text("a = 1\n")

    assert not files.have_changed()
    now[0] += source_files.SECONDS_BETWEEN_LOOKS
    assert files.have_changed()


def test_a_package_that_is_not_there_has_no_files():
    files = source_files.SourceFiles("no_such_package.at_all:Draft", lambda: 0.0)

    assert not files.have_changed()
