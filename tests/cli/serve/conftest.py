"""The folder of a server for ``tallystick serve``, and its rooms joined in the test as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ports import free_port
from support.servers.serve_process import serve_section
from support.service_providers.metadata_parts import metadata

from idp.assembly import assemble
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.testing.clock import ShiftedClock
from idp.testing.federation import Federation


@pytest.fixture
def server_folder(farm_folder: Path) -> Path:
    """A server's folder; its port is chosen, and its base URL is where it listens."""
    port = free_port()
    file = farm_folder / "tallystick.toml"
    file.write_text(file.read_text().replace("http://idp.example.test", f"http://localhost:{port}"))
    serve_section(farm_folder, port=port, workers=2)
    return farm_folder


@pytest.fixture
def config_file(server_folder: Path) -> Path:
    return server_folder / "tallystick.toml"


@pytest.fixture
def federation(config_file: Path, tmp_path: Path) -> Iterator[Federation]:
    """The same server's rooms, joined here as well: a user, a trust, and who plays them."""
    services = assemble(
        load(config_file),
        clock=ShiftedClock(),
        hasher=PasswordHasher(memory_kib=8, passes=1),
    )
    services.farm.set_build("sts1", "20348.350", "test")
    services.farm.set_build("sts2", "20348.349", "test")
    services.trusts.add(metadata().encode())
    made = Federation(services, tmp_path)
    yield made
    made.close()
    services.close()
