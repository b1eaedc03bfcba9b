"""``tallystick config show``: what holds, and who said so."""

from __future__ import annotations

import json
import re

import pytest

from idp.config.reading import load
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
    monkeypatch.setenv("TALLYSTICK__MAIL__USER", "tally")
    monkeypatch.setenv("TALLYSTICK__MAIL__PASSWORD", "staple")

    for options in ((), ("--origin",), ("--json",), ("--origin", "--json")):
        told = done("config", "show", *options)
        assert "horse" not in told
        assert "battery" not in told
        assert "staple" not in told
        assert "(secret)" in told


@pytest.mark.parametrize(
    "query",
    [
        "password=battery",
        "sslmode=require&password=battery",
        "PassWord=battery&application_name=tally",
        "sslpassword=battery",
        "p%61ssword=battery",
        "password=bat%26tery&x=battery-no",
        "host=a&password=battery;sslmode=require",
    ],
)
def test_a_password_in_the_query_of_a_url_is_not_shown(done, monkeypatch, query):
    url = f"postgresql://tally:horse@db.example.test/t?{query}"
    monkeypatch.setenv("TALLYSTICK__STORE__URL", url)

    for options in ((), ("--origin",), ("--json",), ("--origin", "--json")):
        told = done("config", "show", *options)
        assert "horse" not in told
        assert not {"battery", "bat%26tery"} & set(re.split(r"[=&;\s\"]", told))
        assert "db.example.test/t?" in told


def test_the_rest_of_a_query_is_shown(shown, monkeypatch):
    url = "postgresql://db.example.test/t?sslmode=require&passfile=/etc/pgpass&application_name=t"
    monkeypatch.setenv("TALLYSTICK__STORE__URL", url)

    assert shown()["store.url"] == (url, "$TALLYSTICK__STORE__URL")


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


def test_a_database_named_by_a_link_stays_a_link(farm_folder):
    """The name that the file gives is used: a link to nowhere must be noticed, not followed."""
    (farm_folder / "tallystick.toml").write_text('[store]\nurl = "sqlite:///link.db"\n')
    (farm_folder / "link.db").symlink_to(farm_folder / "elsewhere.db")

    config = load(farm_folder / "tallystick.toml")

    assert config.store.url == f"sqlite:///{farm_folder.absolute()}/link.db"
    assert not (farm_folder / "elsewhere.db").exists()


@pytest.mark.parametrize("url", ["sqlite:///missing/tallystick.db", "sqlite:///link.db"])
def test_no_empty_database_is_made_where_none_can_be_meant(farm_folder, refused, url):
    (farm_folder / "tallystick.toml").write_text(f'[store]\nurl = "{url}"\n')
    (farm_folder / "link.db").symlink_to(farm_folder / "elsewhere.db")

    for command in (("user", "list"), ("serve",)):
        assert "[bad_store_url]" in refused(*command)
    assert not (farm_folder / "missing").exists()
    assert not (farm_folder / "elsewhere.db").exists()
