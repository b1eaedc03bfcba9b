"""A build that an administrator sets decides the next sign-in, while the server runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

TALLYSTICK = Path(sys.executable).with_name("tallystick")


@pytest.fixture
def node_name(federation):
    federation.set_build("20348.349")
    return federation.services.farm.first().name


def by_the_api(federation, node):
    token = federation.services.config.server.admin_token_file.read_text().strip()
    answer = requests.put(
        f"{federation.url}/admin/api/nodes/{node}",
        json={"build": "KB5007205"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    assert answer.json()["build"] == "20348.350"


def by_the_command_line(federation, node):
    """In a process of its own, which shares nothing with the server but the database."""
    config = federation.services.config
    settings = {"STORE__URL": config.store.url, "KEYS__SECRET": config.keys.secret}
    settings |= {"KEYS__SIGNING_KEY": config.keys.signing_key}
    settings |= {"KEYS__SIGNING_CERTIFICATE": config.keys.signing_certificate}
    empty = config.keys.secret.parent / "empty.toml"
    empty.touch()
    printed = subprocess.check_output(  # noqa: S603 - our own command
        [TALLYSTICK, "server", "set", node, "KB5007205", "-c", empty, "--json"],
        env={**os.environ, **{f"TALLYSTICK__{name}": str(v) for name, v in settings.items()}},
        timeout=30,
    )
    assert json.loads(printed)["build"] == "20348.350"


@pytest.mark.parametrize("install_update", [by_the_api, by_the_command_line])
def test_an_installed_update_shows_the_number_at_the_next_sign_in_and_not_before(
    install_update, federation, service_provider, phone, node_name
):
    before = federation.sign_in(service_provider.url)
    assert before.number is None

    install_update(federation, node_name)

    phone.approve()
    assert before.finish().status == ("Success",)
    after = federation.sign_in(service_provider.url)
    assert after.number is not None
    assert [record.reason for record in federation.log if record.reason][-1] == "kb_missing"
    phone.approve(after.number)
    after.finish()
    assert federation.log[-1].reason == "kb_installed"
