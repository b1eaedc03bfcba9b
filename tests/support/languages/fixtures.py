"""Fixtures of languages: the pseudo-locale in the place of German, and no language left behind."""

from __future__ import annotations

import pytest
from support.languages import pseudo

import adapter.texts
import idp.admin
from idp.web import page_frame, page_texts


@pytest.fixture(autouse=True)
def page_of_no_request():
    """Let no page of one test, with its language and theme, be that of the next."""
    yield
    page_texts._current.set(None)
    page_frame._theme.set(None)
    page_frame._allows_faults.set(False)


@pytest.fixture
def pseudo_german(tmp_path, monkeypatch):
    """Show pages in German with the texts of the pseudo-locale."""
    folders = pseudo.write_catalogues(tmp_path / "locale")
    monkeypatch.setattr(page_texts, "LOCALE", folders["tallystick"])
    monkeypatch.setattr(adapter.texts, "LOCALE", folders["adapter"])
    monkeypatch.setattr(idp.admin, "DOMAIN", page_texts.Domain("admin", folders["admin"]))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    page_texts.catalogue.cache_clear()
    adapter.texts.catalogue.cache_clear()
    adapter.texts.html_of.cache_clear()
