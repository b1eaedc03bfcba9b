"""The pages of ``/adfs/`` in a real browser, in languages: nothing sticks out, nothing is cut."""

from __future__ import annotations

import pytest
from support.browsers.fit import CUT, PLACEHOLDERS_CUT, TOO_SMALL
from support.languages.samples import Request

from idp.web.languages import Language
from idp.web.page_texts import begin_language, page_language

KINDS = (
    "log in", "wrong password", "new password: new_password_length", "number", "approve", "code",
    "ended: push_limit", "choice", "applications", "signing out", "signed out", "error: other",
    "http 404", "front page",
)  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_longer_texts_fit_on_every_page(name, pseudo_german, show, page, looks):
    begin_language(Request())
    show(name)
    looks(page, f"pseudo-{name.replace(': ', '-').replace(' ', '-')}")
    page.set_viewport_size({"width": 320, "height": 640})  # 1280 pixels at 400 % (WCAG 1.4.10)
    assert page.evaluate(CUT) == []
    assert page.evaluate(PLACEHOLDERS_CUT) == []
    assert page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("name", ["log in", "number", "error: other"])
@pytest.mark.parametrize("tag", ["de", pytest.param("ja", marks=pytest.mark.main_flow)])
def test_pages_look_right_in(tag, name, show, page, looks):
    begin_language(Request(headers={"Accept-Language": tag}))
    show(name)
    looks(page, f"{tag}-{name.replace(': ', '-').replace(' ', '-')}")


@pytest.mark.parametrize("name", ["log in", "number", "applications"])
def test_a_language_written_from_the_right_fits_too(name, show, page, looks):
    begin_language(Request())
    page_language().choose(Language("ar", "العربية", "rtl"))
    show(name)
    looks(page, f"rtl-{name.replace(' ', '-')}")
