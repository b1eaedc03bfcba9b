"""Adapters from elsewhere: chosen, seen at once, and never able to let anybody in by accident."""

from __future__ import annotations

import html

import pytest
from support.adapters import odd_adapters, probe_adapters

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
    counted = probe_adapters.Counted
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


def test_two_adapters_that_compare_equal_are_both_offered(enable, federation, sp):
    federation.services.providers.register("One", "support.adapters.probe_adapters:ComparesItself")
    federation.services.providers.register("Two", "support.adapters.probe_adapters:ComparesItself")
    enable("One", "Two")
    sign_in = federation.sign_in(sp.url())
    assert {"One", "Two"} <= sign_in.page.ids()
    sign_in.choose("Two")
    answer(sign_in)
    assert sign_in.finish().status == ("Success",)
