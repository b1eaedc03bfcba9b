"""Whatever a RelayState holds, the page that posts it on gives back the same."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service_providers.service_provider import ServiceProvider

from idp.embedded.browser import Browser
from idp.saml.bindings import MAX_RELAY_STATE

ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=100)
BREAKS = st.text("\r\n\t\x0b\x1b\x7f\x85\u2028\ufeff\ufffe<>&\"'%+ ", min_size=1, max_size=20)


@pytest.fixture
def signed_in_browser(federation, easy) -> Browser:
    """A browser whose user is signed in, so that every request is answered at once."""
    return federation.sign_in(easy.url()).browser


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(relay_state=ANYTHING | BREAKS)
def test_any_unicode_comes_back_as_it_was_by_redirect(relay_state, signed_in_browser, easy):
    page = signed_in_browser.session.get(easy.url(relay_state=relay_state))

    assert fields_of(page.content)["RelayState"] == relay_state


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(relay_state=ANYTHING | BREAKS)
def test_any_unicode_comes_back_as_it_was_by_post(relay_state, signed_in_browser, easy):
    page = signed_in_browser.session.post(easy.ls_url, data=easy.fields(relay_state=relay_state))

    assert fields_of(page.content)["RelayState"] == relay_state


def test_the_longest_relay_state_survives_the_log_in_page_and_the_second_factor(
    federation, sp, phone
):
    relay_state = "𝄞" * MAX_RELAY_STATE
    browser = federation.browser()
    page = browser.post(sp.ls_url, sp.fields(relay_state=relay_state))
    user = federation.user
    page = browser.submit(page.form, UserName=user.name, Password=user.password)
    sign_in = federation.resume(browser, page)
    phone.approve(sign_in.number)

    assert sign_in.finish().relay_state == relay_state


def test_a_relay_state_that_is_too_long_is_refused(federation, easy: ServiceProvider, lines):
    fields = easy.fields(relay_state="x" * (MAX_RELAY_STATE + 1))
    page = federation.browser().post(easy.ls_url, fields)

    assert (page.status, lines.refusals()) == (400, ["MSIS7046"])


def test_an_idp_initiated_relay_state_that_is_too_long_is_refused_as_well(
    federation, easy: ServiceProvider, lines
):
    page = federation.browser().get(easy.initiated_url("x" * (MAX_RELAY_STATE + 1)))

    assert (page.status, lines.refusals()) == (400, ["MSIS7046"])


def fields_of(html: bytes) -> dict[str, str]:
    """Return the form's fields as a browser has them: it makes line feeds of all line breaks."""
    fields: dict[str, str] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "input":
                values = dict(attrs)
                fields[values["name"] or ""] = values["value"] or ""

    Reader().feed(html.decode().replace("\r\n", "\n").replace("\r", "\n"))
    return fields
