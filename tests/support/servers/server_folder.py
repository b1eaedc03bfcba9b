"""A server's folder as administrators have it: configuration, keys, an empty database."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.clock import Clock
from idp.assembly import assemble
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.federation.token_signing.key_files import create_signing_key
from idp.federation.token_signing.private_files import write_private_file
from idp.services import Services

BASE_URL = "http://idp.example.test"
ADMIN_TOKEN = "the-administrators-token-of-these-tests"

CONFIGURATION = f"""\
[server]
base_url = "{BASE_URL}"
admin_token_file = "admin.token"

[sign_in]
idp_initiated = true

[trusts]
allow_http = true
"""


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, made once for all tests: they take the longest."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return folder


def make_keys(folder: Path) -> None:
    """Make the key files that :data:`CONFIGURATION` needs."""
    create_signing_key(
        folder / "signing.key",
        folder / "signing.crt",
        common_name="Token signing",
        now=datetime.now(UTC),
    )
    write_private_file(folder / "secret.key", secrets.token_bytes(32))
    write_private_file(folder / "admin.token", ADMIN_TOKEN.encode())


@pytest.fixture
def farm_folder(keys_folder: Path, empty_file: Path, tmp_path: Path) -> Path:
    """A folder with ``tallystick.toml`` and everything it names."""
    folder = tmp_path / "farm"
    shutil.copytree(keys_folder, folder)
    shutil.copy(empty_file, folder / "tallystick.db")
    (folder / "tallystick.toml").write_text(CONFIGURATION)
    return folder


@contextmanager
def assembled(folder: Path, clock: Clock | None = None) -> Iterator[Services]:
    """Join the rooms of the server of *folder* in this process.

    Passwords are hashed cheaply, and nothing waits for the disk.
    """
    config, hasher = load(folder / "tallystick.toml"), PasswordHasher(memory_kib=8, passes=1)
    services = assemble(config, clock=clock, hasher=hasher, waits_for_disk=False)
    yield services
    services.close()


@pytest.fixture
def services(farm_folder: Path) -> Iterator[Services]:
    """The rooms of that server, by this machine's clock."""
    with assembled(farm_folder) as rooms:
        yield rooms
