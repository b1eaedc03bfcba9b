"""The server that the doctor examines."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.servers.server_to_break import ServerToBreak
from support.service_providers.metadata_parts import metadata

from idp.doctor.findings import Environment
from idp.services import Services


@pytest.fixture
def server(farm_folder: Path, services: Services) -> ServerToBreak:
    for file in (farm_folder / "tallystick.toml", farm_folder / "tallystick.db"):
        file.chmod(0o600)
    services.farm.set_build("sts1", "20348.350", "test")
    services.trusts.add(metadata().encode())
    return ServerToBreak(farm_folder, services, Environment(resolve=lambda host: None))
