"""A fixture that puts the pseudo-locale in the place of German."""

from __future__ import annotations

import pytest
from support.languages import pseudo

import adapter.texts
from idp.signin.posting_texts import posting_texts
from idp.web import page_texts


@pytest.fixture
def pseudo_german(tmp_path, monkeypatch):
    """Show pages in German with the texts of the pseudo-locale."""
    folders = pseudo.write_catalogues(tmp_path / "locale")
    monkeypatch.setattr(page_texts, "LOCALE", folders["tallystick"])
    monkeypatch.setattr(adapter.texts, "LOCALE", folders["adapter"])
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    page_texts.catalogue.cache_clear()
    adapter.texts.catalogue.cache_clear()
    posting_texts.cache_clear()
