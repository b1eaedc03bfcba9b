"""A server that may fetch from this machine, and a trust whose metadata is published there."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import ACS, SIGNED, entity, key, role

from idp.management.metadata.source import Source
from idp.management.trusts import add_from


@pytest.fixture
def farm_folder(farm_folder):
    path = farm_folder / "tallystick.toml"
    path.write_text(f"{path.read_text()}allow_private_addresses = true\n")
    return farm_folder


@pytest.fixture
def role_with_key(identities) -> str:
    """The role of a service provider that signs its requests."""
    return role(key(identities.sp.certificate) + ACS, SIGNED)


@pytest.fixture
def trust(services, publisher, role_with_key):
    """The trust that was added from the publisher's address."""
    publisher.publish(entity(role_with_key))
    return add_from(services, Source(publisher.url))
