"""``tallystick config show``: what holds, and who said so."""

from __future__ import annotations

import json

import pytest

from idp.config.schema import Config


@pytest.fixture
def shown(done):
    """All settings by name, as value and origin."""

    def show() -> dict[str, tuple[object, str]]:
        listed = json.loads(done("config", "show", "--origin", "--json"))
        return {each["name"]: (each["value"], each["origin"]) for each in listed}

    return show


def test_every_setting_is_shown(shown):
    names = [f"{name}.{key}" for name, section in Config() for key in type(section).model_fields]

    assert list(shown()) == names


def test_a_default_the_file_and_a_variable_are_distinguished(shown, farm_folder, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SERVE__PORT", "8443")
    lines = (farm_folder / "tallystick.toml").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("allow_http"))

    settings = shown()

    assert settings["serve.bind"] == ("127.0.0.1", "default")
    assert settings["trusts.allow_http"] == (True, f"tallystick.toml:{line}")
    assert settings["serve.port"] == (8443, "$TALLYSTICK__SERVE__PORT")
    assert settings["serve.workers"] == (None, "default")


def test_a_variable_outranks_the_file_and_is_found_in_any_case(shown, monkeypatch):
    monkeypatch.setenv("tallystick__trusts__Allow_HTTP", "false")

    assert shown()["trusts.allow_http"] == (False, "$tallystick__trusts__Allow_HTTP")


def test_a_section_may_be_one_variable(shown, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SERVE", '{"bind": "::1"}')

    assert shown()["serve.bind"] == ("::1", "$TALLYSTICK__SERVE")


def test_other_spellings_of_toml_are_located_by_their_section(shown, farm_folder):
    with (farm_folder / "tallystick.toml").open("a") as file:
        file.write("[farm]\n")
    text = (farm_folder / "tallystick.toml").read_text()
    (farm_folder / "tallystick.toml").write_text(f"serve.port = 9000\n{text}")

    assert shown()["serve.port"] == (9000, "tallystick.toml [serve]")


def test_secrets_are_not_shown(done, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__KEYS__PASSPHRASE", "correct horse")
    monkeypatch.setenv("TALLYSTICK__STORE__URL", "postgresql://tally:battery@db.example.test/tally")

    for options in ((), ("--origin",), ("--json",), ("--origin", "--json")):
        told = done("config", "show", *options)
        assert "horse" not in told
        assert "battery" not in told
        assert "(secret)" in told


def test_the_configuration_is_shown_as_a_name_and_a_value_a_line(done):
    lines = [line.split() for line in done("config", "show").splitlines()]

    assert ["serve.port", "8080"] in lines
    assert ["serve.workers", "null"] in lines


@pytest.mark.parametrize("value", ["nonsense", "[]", '{"port": "x"}'])
def test_a_variable_that_is_no_value_is_one_line_and_not_repeated(refused, monkeypatch, value):
    monkeypatch.setenv("TALLYSTICK__SERVE", value)

    told = refused("config", "show")
    assert "[config]" in told
    assert value not in told
