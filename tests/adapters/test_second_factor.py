"""The second factor for any host: users and adapters in, outcomes out; no SAML, no web."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from support.adapters import odd_adapters
from support.adapters.by_name import type_name
from support.adapters.probe_adapters import GERMAN

from adapter.contract import ENGLISH, AdapterPresentation, HttpRequest
from idp.adapters.abilities import Abilities
from idp.adapters.calls import PARTS_OF_PAGE
from idp.adapters.registry import AdapterHost
from idp.adapters.second_factor import (
    AdapterProgress,
    Choose,
    Failed,
    Passed,
    SecondFactor,
    ShowPage,
    announces,
)
from idp.config.adapters import AdaptersSection
from idp.directory import User
from idp.federation.providers import AuthenticationProvider

REQUEST = HttpRequest(
    node_name="radius1",
    node_build="20348.350",
    application="VPN",
    client_ip="192.0.2.7",
    user_agent="",
)
USER = User(
    upn="alice@example.test",
    display_name="Alice",
    email="",
    windows_account_name="EXAMPLE\\alice",
    groups=(),
    disabled=False,
    valid_from=datetime(2024, 5, 1, tzinfo=UTC),
)
NOTHING = Abilities(mfa=None, once=None, clock=None, waiting=None)


class Registered:
    """Providers and global policy in one: every adapter named is registered and enabled."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def by_name(self):
        return {name: AuthenticationProvider(name, type_name(name)) for name in self._names}

    def enabled_providers(self):
        return self._names


@pytest.fixture
def second_factor():
    """Return the second factor of one step, with adapters by the names of their classes."""

    def second_factor(*names, accept_language=""):
        registered = Registered(*names)
        host = AdapterHost(registered, registered, NOTHING, AdaptersSection())
        return SecondFactor(host.enabled(), "activity", accept_language)

    return second_factor


def kept(progress: AdapterProgress) -> AdapterProgress:
    """Return what a host gets back that has sealed the progress into a page."""
    return AdapterProgress(**json.loads(json.dumps(asdict(progress))))


def test_the_only_adapter_is_begun_and_passed(second_factor):
    factor = second_factor("Good")
    shown = factor.start(USER, REQUEST)
    assert isinstance(shown, ShowPage)
    assert (shown.progress.user, shown.progress.provider) == (USER.upn, "Good")

    again = factor.post(kept(shown.progress), {"Answer": "no"}, USER, REQUEST)
    assert isinstance(again, ShowPage)
    assert again.progress.context_id == shown.progress.context_id

    passed = factor.post(kept(again.progress), {"Answer": "yes"}, USER, REQUEST)
    assert isinstance(passed, Passed)
    assert passed.method == odd_adapters.METHOD


def test_of_several_the_user_chooses_and_may_change(second_factor):
    factor = second_factor("Good", "Unavailable", "Polyglot")
    chosen = factor.start(USER, REQUEST)
    assert isinstance(chosen, Choose)
    assert [choice.name for choice in chosen.choices] == ["Good", "Polyglot"]
    assert chosen.progress.provider == ""

    shown = factor.post(kept(chosen.progress), {"AuthMethod": "Polyglot"}, USER, REQUEST)
    assert (shown.progress.provider, shown.progress.context_id) == (
        "Polyglot",
        chosen.progress.context_id,
    )
    back = factor.post(kept(shown.progress), {"AuthMethod": "Good"}, USER, REQUEST)
    assert back.progress.provider == "Good"


def test_a_user_who_does_not_choose_is_asked_again(second_factor):
    factor = second_factor("Good", "Polyglot")
    chosen = factor.start(USER, REQUEST)
    assert factor.post(chosen.progress, {}, USER, REQUEST) == chosen


@pytest.mark.parametrize("name", ["Unavailable", "Nobody"])
def test_an_adapter_that_was_not_offered_cannot_be_chosen(name, second_factor):
    factor = second_factor("Good", "Polyglot", "Unavailable")
    chosen = factor.start(USER, REQUEST)
    failed = factor.post(chosen.progress, {"AuthMethod": name}, USER, REQUEST)
    assert failed == Failed("method_not_available")
    assert not failed.is_final


def test_an_adapter_that_is_no_longer_enabled_cannot_be_posted_to(second_factor):
    shown = second_factor("Good", "Polyglot").start(USER, REQUEST)
    progress = replace(shown.progress, provider="Good")
    failed = second_factor("Polyglot").post(progress, {"Answer": "yes"}, USER, REQUEST)
    assert failed == Failed("method_not_available")


def test_no_adapter_and_none_for_this_user_are_told_apart(second_factor):
    assert second_factor().start(USER, REQUEST) == Failed("no_strong_authentication_method")
    assert second_factor("Unavailable").start(USER, REQUEST) == Failed("method_not_available")


def test_a_method_that_is_demanded_leaves_the_adapters_that_announced_it(second_factor):
    factor = second_factor("Good", "TwoMethods")
    assert announces(factor.enabled, odd_adapters.OTHER_METHOD)
    assert not announces(factor.enabled, "another")
    shown = factor.start(USER, REQUEST, odd_adapters.OTHER_METHOD)
    assert shown.progress.provider == "TwoMethods"
    assert factor.start(USER, REQUEST, "another") == Failed("context_not_met")


@pytest.mark.parametrize(
    ("name", "code"),
    [("ThrowsAtTheEnd", "adapter_error"), ("AnotherMethod", "method_not_announced")],
)
def test_an_error_of_an_adapter_ends_the_second_factor_for_good(name, code, second_factor):
    factor = second_factor(name)
    shown = factor.start(USER, REQUEST)
    failed = factor.post(shown.progress, {"Answer": "yes"}, USER, REQUEST)
    assert (failed.code, failed.provider, failed.is_final) == (code, name, True)


def test_the_browser_chooses_the_language(second_factor):
    factor = second_factor("Polyglot", accept_language="de-AT, en;q=0.5")
    (choice,) = factor.others(AdapterProgress(USER.upn, data={"Polyglot": {}}))
    assert (choice.friendly_name, choice.language) == ("Eine Frage", "de-DE")
    assert factor.start(USER, REQUEST).page.title == "Mehrstufige Anmeldung"
    english = second_factor("Polyglot").start(USER, REQUEST)
    assert str(ENGLISH) in english.page.form
    assert GERMAN != ENGLISH


def test_one_adapter_is_found_without_loading_the_others():
    loaded = []

    class Noticed(odd_adapters.Good):
        def on_authentication_pipeline_load(self, config):
            loaded.append(self)

    vars(odd_adapters)["Noticed"] = Noticed
    try:
        registered = Registered("Good", "Noticed")
        host = AdapterHost(registered, registered, NOTHING, AdaptersSection())
        assert host.find("Good").name == "Good"
        assert loaded == []
        assert host.find("Nobody") is None
    finally:
        del vars(odd_adapters)["Noticed"]


def test_an_answer_is_a_page_if_it_has_every_member_of_the_contracts_presentation():
    members = {name for name in vars(AdapterPresentation) if not name.startswith("_")}
    assert set(PARTS_OF_PAGE) == members
