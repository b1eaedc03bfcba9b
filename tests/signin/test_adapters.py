"""Adapters from elsewhere: chosen, seen at once, and never able to let anybody in by accident."""

from __future__ import annotations

import html
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.adapters import odd_adapters

from idp.adapters import calls, registry, timeout

MFA = "Multi-Factor Authentication"
ENTRA = "AzureMfaAuthentication"


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def answer(sign_in):
    return sign_in.post(Answer="yes")


# Several, one, none


def test_a_single_adapter_is_shown_without_a_choice(enable, federation, sp):
    enable("Good")
    sign_in = federation.sign_in(sp.url())
    assert sign_in.page.form.fields["AuthMethod"] == "Good"
    answer(sign_in)
    methods = sign_in.finish().assertion.values_of("authnmethodsreferences")
    assert odd_adapters.METHOD in methods


def test_of_several_the_user_chooses(enable, federation, sp, phone):
    enable("Good", ENTRA)
    sign_in = federation.sign_in(sp.url())
    assert {"Good", ENTRA} <= sign_in.page.ids()
    assert html.escape("It is <b>odd</b>.") in sign_in.page.html
    assert phone.pending() == ()

    sign_in.choose("Good")
    assert phone.pending() == ()
    answer(sign_in)
    assert sign_in.finish().name_id == federation.user.name


def test_the_user_may_change_to_another(enable, federation, sp, phone):
    enable("Good", ENTRA)
    sign_in = federation.sign_in(sp.url())
    sign_in.choose("Good")
    sign_in.choose(ENTRA)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_coming_back_to_the_phone_keeps_what_was_decided(enable, federation, sp, phone):
    enable("Good", ENTRA)
    sign_in = federation.sign_in(sp.url())
    assert sign_in.choose(ENTRA).text("validEntropyNumber")
    sign_in.choose("Good")
    federation.set_build("20348.349")
    sign_in.choose(ENTRA)
    assert sign_in.number
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_the_choice_is_shown_again_until_the_user_chooses(enable, federation, sp):
    enable("Good", ENTRA)
    sign_in = federation.sign_in(sp.url())
    for _ in range(2):
        sign_in.page = sign_in.browser.submit(sign_in.page.forms[0])
        assert {"Good", ENTRA} <= sign_in.page.ids()


@pytest.mark.parametrize("chosen", ["Nobody", "FormsAuthentication", "Good2", "<b>", "Unavailable"])
def test_an_adapter_that_was_not_offered_cannot_be_chosen(chosen, enable, federation, sp):
    enable("Good", ENTRA, "Unavailable")
    sign_in = federation.sign_in(sp.url())
    page = sign_in.choose(chosen)
    assert (page.status, page.form) == (403, None)
    assert issued(federation) == 0


def test_an_adapter_that_was_enabled_after_the_offer_cannot_be_chosen(enable, federation, sp):
    enable("Good", ENTRA)
    sign_in = federation.sign_in(sp.url())
    enable("Good", ENTRA, "ThrowsWhenItUnloads")
    assert sign_in.choose("ThrowsWhenItUnloads").status == 403


@pytest.mark.parametrize(
    "name", ["Unavailable", "NearlyAvailable", "ThrowsWhenAsked", "NotesWhatNoSealCarries"]
)
def test_an_adapter_that_is_not_available_is_not_offered(name, enable, federation, sp):
    enable("Good", name)
    assert federation.sign_in(sp.url()).page.form.fields["AuthMethod"] == "Good"
    enable(name)
    page = federation.sign_in(sp.url()).page
    assert (page.status, page.text("errorCode")[:20]) == (403, "method_not_available")


def test_an_adapter_gets_the_claim_that_it_wants_and_the_node(enable, federation, sp):
    enable("Asks")
    told = federation.sign_in(sp.url()).page.text("instructions")
    assert told == f"EXAMPLE\\user|srv2022|20348.350|{sp.entity_id}"


# Seen at once


def test_an_adapter_that_is_enabled_or_registered_while_the_server_runs_is_seen_at_once(
    enable, federation, sp, phone
):
    assert federation.sign_in(sp.url()).page.form.fields["AuthMethod"] == ENTRA
    enable("Good")
    assert federation.sign_in(sp.url()).page.form.fields["AuthMethod"] == "Good"
    federation.services.providers.register("Good", "support.adapters.odd_adapters:ThrowsAtBegin")
    assert federation.sign_in(sp.url()).page.status == 403
    enable(ENTRA)
    assert federation.sign_in(sp.url()).page.form.fields["AuthMethod"] == ENTRA


def test_an_adapter_is_loaded_once_and_unloaded_when_its_registration_changes_or_the_node_stops(
    enable, federation, sp
):
    counted = odd_adapters.Counted
    before = counted.loaded, counted.unloaded
    enable("Counted")
    for _ in range(3):
        federation.sign_in(sp.url())
    assert (counted.loaded, counted.unloaded) == (before[0] + 1, before[1])
    enable("Counted", config=b"changed")
    federation.sign_in(sp.url())
    assert (counted.loaded, counted.unloaded) == (before[0] + 2, before[1] + 1)
    federation.services.closing.close()
    assert counted.unloaded == before[1] + 2


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
    assert odd_adapters.SECRET not in lines.text + page.html
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
    assert odd_adapters.SECRET not in lines.text
    assert [line["event_id"] for line in lines.all() if line["event"] == "adapter_load_failed"] == [
        105
    ]


def test_the_log_says_where_an_error_was_raised(enable, federation, sp, lines):
    enable("ThrowsAtBegin")
    federation.sign_in(sp.url())
    (line,) = [line for line in lines.all() if line["event"] == "adapter_error"]
    assert (line["provider"], line["error_type"]) == ("ThrowsAtBegin", "Thrown")
    assert "odd_adapters.py:" in line["at"]


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


def test_two_adapters_that_compare_equal_are_both_offered(enable, federation, sp):
    federation.services.providers.register("One", "support.adapters.odd_adapters:ComparesItself")
    federation.services.providers.register("Two", "support.adapters.odd_adapters:ComparesItself")
    enable("One", "Two")
    sign_in = federation.sign_in(sp.url())
    assert {"One", "Two"} <= sign_in.page.ids()
    sign_in.choose("Two")
    answer(sign_in)
    assert sign_in.finish().status == ("Success",)


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
    odd_adapters.HangsAtTheLastPage.let_go.set()


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


# One that hangs


@pytest.fixture
def hanging(enable, monkeypatch):
    """An adapter that hangs, with two places; the phone is another way."""
    monkeypatch.setattr(registry, "MAX_CALLS", 2)
    monkeypatch.setattr(odd_adapters.Hangs, "let_go", threading.Event())
    enable("Hangs", ENTRA)
    yield odd_adapters.Hangs
    odd_adapters.Hangs.let_go.set()


def test_a_hanging_adapter_takes_only_its_own_places(hanging, federation, sp, phone):
    waiting = [federation.sign_in(sp.url()) for _ in range(3)]
    for sign_in in waiting:
        sign_in.choose("Hangs")
    with ThreadPoolExecutor(2) as pool:
        posts = [pool.submit(answer, sign_in) for sign_in in waiting[:2]]
        for _ in posts:
            assert hanging.entered.acquire(timeout=30)

        page = answer(waiting[2])
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        straight = federation.sign_in(sp.url())
        phone.approve(straight.number)
        assert straight.finish().status == ("Success",)

        hanging.let_go.set()
        assert all("SAMLResponse" in post.result(30).html for post in posts)
    sign_in = federation.sign_in(sp.url())
    sign_in.choose("Hangs")
    assert "SAMLResponse" in answer(sign_in).html
