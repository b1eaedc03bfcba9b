"""The pages of ``/adfs/`` in a real browser, in languages: nothing sticks out, nothing is cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.languages.samples import SAMPLES, Request

import adapter.entra_mfa
import idp
from idp.web.languages import Language
from idp.web.page_texts import begin_page, page_language

FOLDERS = {
    "static": Path(idp.__file__).parent / "static",
    "P": Path(adapter.entra_mfa.__file__).parent / "static",
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
KINDS = (
    "log in", "wrong password", "new password: new_password_length", "number", "approve", "code",
    "ended: push_limit", "choice", "applications", "signing out", "signed out", "error: other",
    "http 404", "front page",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll('main *, header *, footer *')]
    .filter(each => !each.closest('.visually-hidden, progress, details:not([open])'))
    .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
    .filter(each => !['visible', 'auto'].includes(getComputedStyle(each).overflowX)
                    || each.scrollWidth > document.documentElement.clientWidth)
    .map(each => each.outerHTML.slice(0, 80))"""
PLACEHOLDERS_CUT = """() => [...document.querySelectorAll('input[placeholder]')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.id)"""


@pytest.fixture
def show(page):
    """Show one of the sample pages as a server would send it, with its style and scripts."""

    def answer(route):
        path = Path(route.request.url.partition("?")[0])
        file = FOLDERS.get(path.parent.name, Path("none")) / path.name
        if file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(body=page.sample, content_type="text/html")

    def load(name: str):
        page.sample = SAMPLES[name]()
        page.goto("http://localhost/adfs/ls/")

    page.route("**/*", answer)
    return load


@pytest.mark.parametrize("name", KINDS)
def test_longer_texts_fit_on_every_page(name, pseudo_german, show, page, looks):
    begin_page(Request())
    show(name)
    looks(page, f"pseudo-{name.replace(': ', '-').replace(' ', '-')}")
    page.set_viewport_size({"width": 320, "height": 640})  # 1280 pixels at 400 % (WCAG 1.4.10)
    assert page.evaluate(CUT) == []
    assert page.evaluate(PLACEHOLDERS_CUT) == []


@pytest.mark.parametrize("name", ["log in", "number", "error: other"])
@pytest.mark.parametrize("tag", ["de", "ja"])
def test_pages_look_right_in(tag, name, show, page, looks):
    begin_page(Request(headers={"Accept-Language": tag}))
    show(name)
    looks(page, f"{tag}-{name.replace(': ', '-').replace(' ', '-')}")


@pytest.mark.parametrize("name", ["log in", "number", "applications"])
def test_a_language_written_from_the_right_fits_too(name, show, page, looks):
    begin_page(Request())
    page_language().choose(Language("ar", "العربية", "rtl"))
    show(name)
    looks(page, f"rtl-{name.replace(' ', '-')}")
