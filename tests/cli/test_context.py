"""Which server a command acts on."""

from __future__ import annotations

import pytest

from idp.config.reading import load


@pytest.fixture
def config_elsewhere(farm_folder, tmp_path, monkeypatch, done):
    """Another folder to stand in, without a configuration."""
    done("server", "set", "sts1", "20348.350")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return str(farm_folder / "tallystick.toml")


@pytest.mark.parametrize(
    "args",
    [
        "-c FILE server list",
        "server -c FILE list",
        "server list -c FILE",
        "server list -cFILE",
        "-c missing.toml server list -c FILE",
    ],
)
def test_the_file_may_stand_before_or_after_the_verb(args, config_elsewhere, done):
    assert "sts1" in done(*args.replace("FILE", config_elsewhere).split())


def test_the_variable_names_the_file_where_no_option_does(config_elsewhere, tally, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_CONFIG", config_elsewhere)

    assert "sts1" in tally("server", "list").stdout
    assert tally("server", "list", "-c", "missing.toml").exit_code == 1


def test_the_file_in_the_folder_is_the_last_resort(
    config_elsewhere, refused, done, farm_folder, monkeypatch
):
    assert "There is no configuration file tallystick.toml" in refused("server", "list")

    monkeypatch.chdir(farm_folder)
    assert "sts1" in done("server", "list")


def test_a_wrong_configuration_is_one_line(farm_folder, refused):
    (farm_folder / "tallystick.toml").write_text("[server]\nbase_urll = 1\n[nonsense]\n")

    line = refused("server", "list")

    assert "server.base_urll" in line
    assert "nonsense" in line
    assert line.endswith("[config]\n")


def test_the_environment_outranks_the_file(farm_folder, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SERVER__BASE_URL", "https://other.example.test")

    assert load(farm_folder / "tallystick.toml").server.base_url == "https://other.example.test"
