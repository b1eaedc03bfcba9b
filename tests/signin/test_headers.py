"""The headers of every kind of page of ``/adfs/``."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

FROM_HERE_ALONE = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}

INLINE = r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|javascript:"


def log_in_page(federation, sp, phone):
    return federation.browser().session.get(sp.url())


def second_factor_page(federation, sp, phone):
    return posted(federation.sign_in(sp.url()))


def denied_page(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.deny()
    return posted(sign_in)


def choice_page(federation, sp, phone):
    federation.services.providers.register("Other", "adapter.entra_mfa:AzureMfaAuthentication")
    federation.services.providers.enable(("AzureMfaAuthentication", "Other"))
    user = federation.user
    form = {"UserName": user.name, "Password": user.password}
    return federation.browser().session.post(sp.url(), data=form)


def error_page(federation, sp, phone):
    return federation.browser().session.get(f"{federation.url}/adfs/ls/?SAMLRequest=x")


def refused_form(federation, sp, phone):
    return federation.browser().session.post(
        sp.url(), data={"UserName": "x"}, headers={"Origin": "null"}
    )


def trusts_page(federation, sp, phone):
    return federation.browser().session.get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")


def unavailable_page(federation, sp, phone):
    federation.services.farm.remove("srv2022")
    return federation.browser().session.get(sp.url())


def posting_page(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    return posted(sign_in)


def status_page(federation, sp, phone):
    return federation.browser().session.get(sp.url(IsPassive="true"))


def not_found(federation, sp, phone):
    return federation.browser().session.get(f"{federation.url}/adfs/adapter/x/y.css")


def wrong_method(federation, sp, phone):
    return federation.browser().session.put(sp.url(), data="x")


def too_large(federation, sp, phone):
    return federation.browser().session.post(sp.url(), data={"x": "x" * 1_100_000})


def probe(federation, sp, phone):
    return federation.browser().session.get(f"{federation.url}/adfs/probe")


def metadata(federation, sp, phone):
    return federation.browser().session.get(federation.metadata_url)


def posted(sign_in):
    return sign_in.browser.session.post(sign_in.page.form.action, data=sign_in.page.form.fields)


PAGES = [log_in_page, second_factor_page, denied_page, choice_page, trusts_page]
ERRORS = [error_page, refused_form, unavailable_page]
POSTING = [posting_page, status_page]
OTHERS = [not_found, wrong_method, too_large, probe, metadata]


@pytest.fixture
def answer(request, federation, sp, phone):
    return request.param(federation, sp, phone)


def of(*groups):
    makers = [make for group in groups for make in group]
    return pytest.mark.parametrize("answer", makers, indirect=True, ids=lambda each: each.__name__)


def policy_of(answer) -> set[str]:
    return {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")}


@of(PAGES, ERRORS, POSTING, OTHERS)
def test_no_page_is_cached_framed_sniffed_or_named_to_others(answer):
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert {"frame-ancestors 'none'", "default-src 'none'", "base-uri 'none'"} <= policy_of(answer)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "*" not in answer.headers["Content-Security-Policy"]


@of(PAGES, ERRORS)
def test_scripts_and_styles_are_files_from_here(answer):
    assert policy_of(answer) >= FROM_HERE_ALONE
    assert "form-action" not in answer.headers["Content-Security-Policy"]
    assert not re.search(INLINE, answer.text)
    for address in re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', answer.text):
        assert address == "data:," or address.startswith(("/static/", "/adfs/adapter/"))


@of(PAGES, ERRORS, POSTING)
def test_every_page_names_an_icon_that_its_policy_allows(answer):
    """A browser asks for /favicon.ico if a page names none; Firefox logs it if that is blocked."""
    assert '<link rel="icon" href="/static/icon.svg">' in answer.text
    assert policy_of(answer) & {"img-src 'self'", "img-src 'self' data:"}


@of(POSTING)
def test_the_posting_page_runs_its_one_script_and_no_other(answer):
    (script,) = re.findall(r"<script>([^<]*)</script>", answer.text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"script-src 'sha256-{digest}'" in policy_of(answer)
    assert "form-action" not in answer.headers["Content-Security-Policy"]


@of(PAGES, ERRORS, POSTING)
def test_every_page_is_utf_8_and_begins_with_the_doctype(answer):
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")
    assert answer.encoding == "utf-8"


@of(PAGES, ERRORS, POSTING)
def test_every_input_has_a_name_and_is_closed(answer):
    for element in re.findall(r"<input[^>]*>", answer.text):
        assert ' name="' in element
        assert element.endswith(" />")


@of(PAGES, ERRORS, POSTING, OTHERS)
def test_no_header_names_the_software(answer):
    assert answer.headers.get("Server", "Tallystick") == "Tallystick"
    assert "Werkzeug" not in answer.text


def test_files_of_an_adapter_may_be_kept(federation, sp):
    page = federation.sign_in(sp.url()).page
    (address,) = re.findall(r'href="(/adfs/adapter/[^"]+)"', page.html)

    answer = federation.browser().session.get(federation.url + address)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
