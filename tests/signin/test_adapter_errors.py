"""Adapters that throw, hang or claim too much: the sign-in ends, and others are not affected."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.adapters import last_page_adapters, odd_adapters, probe_adapters
from support.nets import NET_SECONDS

from idp.adapters import calls, registry, timeout

ENTRA = "AzureMfaAuthentication"


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def answer(sign_in):
    return sign_in.post(Answer="yes")


# Odd ones

FAILS = [
    "ThrowsAtBegin", "PassesAtBegin", "NothingAtBegin", "TextAtBegin", "ThrowsInTheTitle",
    "RemembersWhatNoSealCarries", "RemembersHalfACharacter", "ForgetsItsMemory",
    "RecursesWithoutEnd", "NoTextInTheForm", "HalfACharacterInTheForm", "ThrowsWhenItExplains",
    "ExplainsInNumbers", "ThrowsTwice", "NoLastPage", "Exits", "ExitsTwice", "Unprintable",
    "LastPageOfClaims", "LastPageThrows", "LastPageAway",
]  # fmt: skip
FAILS_AT_THE_END = [
    "ThrowsAtTheEnd", "NothingAtTheEnd", "YesAtTheEnd", "NoClaimAmongClaims", "NoTextInAClaim",
]  # fmt: skip
UNANNOUNCED = [
    "NoClaimsAtAll", "NoMethod", "AnotherMethod", "TwoMethods", "MethodInOtherLetters",
    "AnnouncesLater",
]  # fmt: skip
NOT_LOADED = [
    "ThrowsAtLoad", "ThrowsWhenMade", "NoMetadata", "NoNames", "AsksForTooMuch",
]  # fmt: skip


def must_have_failed(page, code, federation, lines):
    assert (page.status, page.title, page.form) == (403, "Error", None)
    assert page.text("errorCode").startswith(code)
    assert issued(federation) == 0
    assert lines.refusals() == [code]
    assert odd_adapters.SAYS not in page.html
    assert federation.log[-1].outcome == code


@pytest.mark.parametrize("name", FAILS)
def test_an_error_of_an_adapter_at_the_beginning_ends_the_sign_in(
    name, enable, federation, sp, lines
):
    enable(name)
    page = federation.sign_in(sp.url()).page
    must_have_failed(page, "adapter_error", federation, lines)


@pytest.mark.parametrize("name", FAILS_AT_THE_END)
def test_an_error_of_an_adapter_at_the_end_ends_the_sign_in(name, enable, federation, sp, lines):
    enable(name)
    page = answer(federation.sign_in(sp.url()))
    must_have_failed(page, "adapter_error", federation, lines)


@pytest.mark.parametrize("name", UNANNOUNCED)
def test_claims_without_exactly_one_announced_method_end_the_sign_in(
    name, enable, federation, sp, lines
):
    enable(name)
    page = answer(federation.sign_in(sp.url()))
    must_have_failed(page, "method_not_announced", federation, lines)


@pytest.mark.parametrize("name", [*FAILS, *NOT_LOADED, "ThrowsWhenAsked"])
def test_other_adapters_are_not_affected(name, enable, federation, sp, phone):
    enable(name, ENTRA)
    sign_in = federation.sign_in(sp.url())
    if sign_in.number is None:
        sign_in.choose(ENTRA)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


@pytest.mark.parametrize("name", NOT_LOADED)
def test_an_adapter_that_cannot_be_loaded_is_logged_and_signs_nobody_in(
    name, enable, federation, sp, lines
):
    enable(name)
    page = federation.sign_in(sp.url()).page
    assert (page.status, page.form) == (403, None)
    assert odd_adapters.SAYS not in lines.text
    assert [line["event_id"] for line in lines.all() if line["event"] == "adapter_load_failed"] == [
        105
    ]


def test_an_adapter_may_show_its_own_last_page(enable, federation, sp):
    enable("OwnLastPage")
    sign_in = federation.sign_in(sp.url())
    assert (sign_in.page.title, sign_in.page.text("instructions")) == ("It is broken", "Call us.")
    assert issued(federation) == 0
    assert federation.log[-1].outcome == "adapter_error"


def test_the_last_page_of_an_adapter_knows_the_reason_and_the_stored_data(enable, federation, sp):
    enable("SaysWhy")
    page = federation.sign_in(sp.url()).page
    assert page.text("instructions") == f"why, {federation.user.name}"


def test_a_failed_sign_in_may_be_begun_again(enable, federation, sp, phone):
    enable("ThrowsAtBegin")
    url, browser = sp.url(), federation.browser()
    assert federation.sign_in(url, browser=browser).page.status == 403
    enable(ENTRA)
    sign_in = federation.sign_in(url, browser=browser)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


# on_error in depth


def test_a_last_page_that_never_comes_is_not_waited_for(
    enable, federation, sp, lines, monkeypatch, phone
):
    monkeypatch.setattr(calls, "LAST_PAGE_SECONDS", 0.05)
    enable("HangsAtTheLastPage", ENTRA)
    page = federation.sign_in(sp.url()).choose("HangsAtTheLastPage")
    must_have_failed(page, "adapter_error", federation, lines)

    sign_in = federation.sign_in(sp.url())
    sign_in.choose(ENTRA)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)
    last_page_adapters.HangsAtTheLastPage.let_go.set()


def test_the_number_of_hanging_calls_is_limited(enable, federation, sp, monkeypatch):
    monkeypatch.setattr(timeout, "PLACES", threading.BoundedSemaphore(1))
    enable("OwnLastPage")
    assert federation.sign_in(sp.url()).page.title == "It is broken"
    assert timeout.PLACES.acquire(blocking=False)
    assert federation.sign_in(sp.url()).page.title == "Error"


def test_an_error_without_a_context_is_shown_with_the_context_of_the_sign_in(
    enable, federation, sp
):
    enable("ThrowsAnotherContext")
    assert federation.sign_in(sp.url()).page.text("instructions") == "True"


@pytest.mark.parametrize("code", ["adapter_error", "method_not_announced"])
def test_a_page_from_before_the_error_is_good_for_nothing(
    code, enable, federation, sp, lines, monkeypatch
):
    enable("BreaksAtTheEnd")
    sign_in = federation.sign_in(sp.url())
    form = sign_in.page.form
    if code == "method_not_announced":
        monkeypatch.setattr(odd_adapters.BreaksAtTheEnd, "broken", False)
        monkeypatch.setattr(odd_adapters, "METHOD", "another one")
    assert answer(sign_in).text("errorCode").startswith(code)
    monkeypatch.undo()
    monkeypatch.setattr(odd_adapters.BreaksAtTheEnd, "broken", False)

    page = sign_in.browser.submit(form, Answer="yes")

    assert page.text("errorCode").startswith("MSIS7001")
    assert issued(federation) == 0


def test_a_page_that_is_loaded_again_after_the_error_begins_anew(
    enable, federation, sp, monkeypatch
):
    enable("BreaksAtTheEnd")
    url = sp.url()
    sign_in = federation.sign_in(url)
    assert answer(sign_in).status == 403
    monkeypatch.setattr(odd_adapters.BreaksAtTheEnd, "broken", False)

    browser = sign_in.browser
    browser.submit(browser.get(url).form, Answer="yes")

    assert issued(federation) == 1


# One that hangs


@pytest.fixture
def hanging(enable, monkeypatch):
    """An adapter that hangs, with two places; the phone is another way."""
    monkeypatch.setattr(registry, "MAX_CALLS", 2)
    monkeypatch.setattr(probe_adapters.Hangs, "let_go", threading.Event())
    enable("Hangs", ENTRA)
    yield probe_adapters.Hangs
    probe_adapters.Hangs.let_go.set()


def test_a_hanging_adapter_takes_only_its_own_places(hanging, federation, sp, phone):
    waiting = [federation.sign_in(sp.url()) for _ in range(3)]
    for sign_in in waiting:
        sign_in.choose("Hangs")
    with ThreadPoolExecutor(2) as pool:
        posts = [pool.submit(answer, sign_in) for sign_in in waiting[:2]]
        for _ in posts:
            assert hanging.entered.acquire(timeout=NET_SECONDS)

        page = answer(waiting[2])
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        straight = federation.sign_in(sp.url())
        phone.approve(straight.number)
        assert straight.finish().status == ("Success",)

        hanging.let_go.set()
        assert all("SAMLResponse" in post.result(NET_SECONDS).html for post in posts)
    sign_in = federation.sign_in(sp.url())
    sign_in.choose("Hangs")
    assert "SAMLResponse" in answer(sign_in).html
