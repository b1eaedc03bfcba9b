"""``tallystick adapters``."""

from __future__ import annotations

import json

import pytest

OURS = "AzureMfaAuthentication"


def adapters(done) -> dict[str, dict]:
    return {each["name"]: each for each in json.loads(done("adapters", "list", "--json"))}


def enabled(done) -> list[str]:
    return [name for name, each in adapters(done).items() if each["enabled"]]


@pytest.fixture
def badge(done):
    done("adapters", "register", "Badge", "adapter.entra_mfa:AzureMfaAuthentication")
    return "Badge"


def test_the_adapter_of_the_package_is_there_and_enabled(done):
    assert adapters(done)[OURS] == {
        "name": OURS,
        "type": "adapter.entra_mfa:AzureMfaAuthentication",
        "enabled": True,
        "order": 1,
        "registered": False,
        "has_config": False,
    }
    assert f"{OURS}\tadapter.entra_mfa:{OURS}\tyes\n" in done("adapters", "list")


def test_a_registered_adapter_is_listed_and_not_yet_enabled(badge, done):
    assert adapters(done)[badge]["enabled"] is False


def test_the_configuration_file_of_an_adapter_is_stored(done, farm_folder, services):
    (farm_folder / "badge.json").write_bytes(b'{"colour": "red"}\n\xff')

    done(
        "adapters", "register", "Badge", "adapter.entra_mfa:AzureMfaAuthentication",
        "--config", "badge.json",
    )  # fmt: skip

    (provider,) = [each for each in services.providers.list() if each.name == "Badge"]
    assert provider.config == b'{"colour": "red"}\n\xff'


def test_who_registers_a_class_again_is_told_that_changed_code_needs_a_restart(done):
    register = ("adapters", "register", "Mail", "support.adapters.odd_adapters:Good")

    assert "restart" not in done(*register)
    assert "If its code has changed, restart the server" in done(*register)


def test_nobody_is_told_to_restart_a_server_that_loads_changed_code(done, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__ADAPTERS__RELOAD", "true")

    for _ in range(2):
        told = done("adapters", "register", "Mail", "support.adapters.odd_adapters:Good")
        assert "restart" not in told


def test_enable_replaces_the_list(badge, done):
    done("adapters", "enable", badge)
    assert enabled(done) == [badge]

    done("adapters", "enable", OURS, badge)
    assert enabled(done) == [OURS, badge]


def test_an_adapter_is_shown_with_what_it_announces(done, refused):
    told = json.loads(done("adapters", "show", OURS, "--json"))

    assert (told["name"], told["order"]) == (OURS, 1)
    assert (
        "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"
        in (told["metadata"]["authentication_methods"])
    )
    german = next(each for each in told["metadata"]["languages"] if each["tag"] == "de-DE")
    assert german["lcid"] == 1031
    assert german["name"]
    assert "upn" in done("adapters", "show", OURS)
    assert refused("adapters", "show", "Nobody").endswith("[bad_provider]\n")


def test_an_unknown_adapter_cannot_be_enabled(done, refused):
    assert refused("adapters", "enable", OURS, "Nobody").endswith("[bad_provider]\n")
    assert adapters(done)[OURS]["enabled"] is True


@pytest.mark.parametrize(
    "type_name", ["nonsense", "no.such.module:Class", "adapter.errors:Nothing"]
)
def test_a_class_that_cannot_be_loaded_is_not_registered(type_name, refused, done):
    assert "[bad_provider]" in refused("adapters", "register", "Badge", type_name)
    assert "Badge" not in adapters(done)


def test_an_adapter_is_unregistered_once_it_is_not_enabled_any_more(badge, done, refused):
    done("adapters", "enable", badge)
    assert refused("adapters", "unregister", badge).endswith("[bad_provider]\n")

    done("adapters", "enable", OURS)
    done("adapters", "unregister", badge)

    assert "Badge" not in adapters(done)
