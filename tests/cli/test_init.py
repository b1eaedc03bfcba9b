"""``tallystick init``: a folder from which a server runs, and in which nothing is overwritten."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
import requests
from support.nets import NET_SECONDS
from support.ports import free_port
from support.servers.serve_process import serve_process

from idp.config.reading import load
from idp.federation.token_signing.configured import open_signing_keys
from idp.management.admin_token import read_token

FILES = ["admin-token", "secret.key", "signing.crt", "signing.key", "tallystick.toml"]


@pytest.fixture
def new(done, tmp_path):
    """Make a server in a new folder; returns the folder and what was told."""

    def make(*options: str) -> tuple[Path, dict[str, str]]:
        folder = tmp_path / "deep" / "sts"
        return folder, json.loads(done("init", str(folder), "--json", *options))

    return make


def test_a_server_runs_from_the_folder_that_init_makes(new, done):
    port = free_port()
    folder, told = new("--base-url", f"http://localhost:{port}", "--ecdsa")
    done("server", "-c", told["config"], "set", "sts1", "20348.350")

    with serve_process(folder / "tallystick.toml", "--workers", "1"):
        assert requests.get(f"{told['url']}/adfs/probe", timeout=NET_SECONDS).status_code == 200
        nodes = requests.get(
            f"{told['url']}/admin/api/nodes",
            headers={"Authorization": f"Bearer {told['admin_token']}"},
            timeout=NET_SECONDS,
        )
        assert [node["name"] for node in nodes.json()] == ["sts1"]


def test_all_files_are_readable_by_their_owner_alone_and_the_token_is_not_printed(new):
    folder, told = new("--ecdsa")

    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(told["admin_token"].encode() in path.read_bytes() for path in folder.iterdir())
    assert read_token(folder / "admin-token").matches(told["admin_token"])


@pytest.mark.parametrize(
    "variable", ["TALLYSTICK__SERVER__BASE_URL", "tallystick__server__base_url"]
)
def test_an_address_that_was_given_wins_over_the_environment(variable, new, monkeypatch):
    monkeypatch.setenv(variable, "https://other.example.test")

    folder, told = new("--base-url", "https://sts.example.test")

    assert told["url"] == "https://sts.example.test"
    text = (folder / "tallystick.toml").read_text()
    assert 'base_url = "https://sts.example.test"' in text
    assert "other.example.test" not in text
    assert os.environ[variable] == "https://other.example.test"


def test_without_an_address_the_environment_gives_it(new, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SERVER__BASE_URL", "https://other.example.test")
    assert new()[1]["url"] == "https://other.example.test"


@pytest.mark.parametrize(("options", "kind"), [((), "rsa"), (("--ecdsa",), "ecdsa")])
def test_the_first_key_is_of_the_kind_asked_for(new, options, kind):
    folder, _told = new(*options, "--base-url", "https://sts.example.test")
    settings = load(folder / "tallystick.toml")
    facts = open_signing_keys(settings).current().primary.facts

    assert (facts.kind, facts.common_name) == (kind, "ADFS Signing - sts.example.test")


def test_the_strict_settings_hold(new):
    folder, _told = new("--ecdsa")
    settings = load(folder / "tallystick.toml")

    assert not settings.trusts.allow_http
    assert not settings.trusts.allow_private_addresses
    assert settings.serve.bind == "127.0.0.1"


@pytest.mark.parametrize("name", FILES)
def test_init_makes_nothing_where_a_file_would_be_overwritten(refused, tmp_path, name):
    (tmp_path / name).write_text("precious")

    assert name in refused("init", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.parametrize("url", ["sts.example.test", "https://a/b", "ftp://a", ""])
def test_a_malformed_base_url_is_refused(refused, tmp_path, url):
    assert "[config]" in refused("init", str(tmp_path / "new"), "--base-url", url)
    assert not (tmp_path / "new").exists()


def test_init_prints_the_next_steps(done, tmp_path):
    told = done("init", str(tmp_path / "new"), "--ecdsa")

    assert "tallystick serve" in told
    assert "printed only this once" in told
