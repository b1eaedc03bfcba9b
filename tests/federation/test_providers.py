from __future__ import annotations

import pytest

from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.providers import AuthenticationProvider, BadProvider, Providers, load
from idp.store.policies import SqlPolicyStore
from idp.store.providers import SqlProviderStore

BUILT_IN = AuthenticationProvider(
    "AzureMfaAuthentication", "adapter.entra_mfa:AzureMfaAuthentication"
)
A_CLASS = "collections:OrderedDict"


@pytest.fixture
def providers(database):
    return Providers(SqlProviderStore(database))


@pytest.fixture
def policy(database):
    return GlobalPolicy(SqlPolicyStore(database))


def test_an_installed_adapter_needs_no_registration(providers):
    assert BUILT_IN in providers.list()


def test_a_registration_is_listed_with_its_configuration(providers):
    providers.register("Tokens", A_CLASS, b"\x00 secret")
    providers.register("Tokens", A_CLASS, b"\x00 another")

    registered = AuthenticationProvider("Tokens", A_CLASS, b"\x00 another")
    assert registered in providers.list()
    assert [provider.name for provider in providers.list()].count("Tokens") == 1
    assert "another" not in repr(registered)


def test_a_registration_stands_before_a_packages_own(providers):
    providers.register(BUILT_IN.name, A_CLASS, b"config")

    assert AuthenticationProvider(BUILT_IN.name, A_CLASS, b"config") in providers.list()
    assert BUILT_IN not in providers.list()


def test_enabling_replaces_the_list_and_keeps_its_order(providers, policy):
    providers.register("Tokens", A_CLASS)
    providers.enable(["Tokens", BUILT_IN.name, "Tokens"])
    assert policy.enabled_providers() == ("Tokens", BUILT_IN.name)

    providers.enable([])
    assert policy.enabled_providers() == ()


def test_an_unknown_name_is_not_enabled(providers, policy):
    with pytest.raises(BadProvider, match="Nobody"):
        providers.enable([BUILT_IN.name, "Nobody"])

    assert policy.enabled_providers() == (BUILT_IN.name,)


def test_a_registration_is_removed_only_after_it_left_the_policy(providers):
    providers.register("Tokens", A_CLASS)
    providers.enable(["Tokens"])
    with pytest.raises(BadProvider, match="enabled"):
        providers.unregister("Tokens")

    providers.enable([BUILT_IN.name])
    providers.unregister("Tokens")
    assert "Tokens" not in [provider.name for provider in providers.list()]
    with pytest.raises(BadProvider):
        providers.unregister("Tokens")


def test_the_provider_enabled_by_default_cannot_be_unregistered(providers):
    providers.register(BUILT_IN.name, A_CLASS)

    with pytest.raises(BadProvider, match="enabled"):
        providers.unregister(BUILT_IN.name)


@pytest.mark.parametrize("name", ["", "two words", "../up", "x" * 64, "<b>", "name\n"])
def test_a_name_that_could_break_an_address_or_a_page_is_refused(providers, name):
    with pytest.raises(BadProvider):
        providers.register(name, A_CLASS)


@pytest.mark.parametrize(
    "type_name",
    [
        "",
        "collections",
        "collections:",
        ":OrderedDict",
        "collections:Nothing",
        "no_such_module:X",
        "os:system('true')",
        "os:path",
        "collections:OrderedDict\n",
    ],
)
def test_a_class_that_cannot_be_loaded_is_refused_and_not_registered(providers, type_name):
    with pytest.raises(BadProvider):
        providers.register("Tokens", type_name)

    assert "Tokens" not in [provider.name for provider in providers.list()]


def test_a_module_that_throws_when_imported_is_reported(tmp_path, monkeypatch):
    (tmp_path / "throwing_adapter.py").write_text("raise RuntimeError('no licence')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(BadProvider, match="no licence"):
        load("throwing_adapter:Adapter")


def test_the_built_in_adapter_can_be_loaded():
    assert load(BUILT_IN.type_name).__name__ == "AzureMfaAuthentication"
