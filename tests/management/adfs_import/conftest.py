"""A trust that an export makes."""

from __future__ import annotations

import pytest
from support.adfs_exports import (
    ENTITY_ID,
)
from support.adfs_exports.imported import imported

from idp.management.configuration.apply import apply


@pytest.fixture
def taken(services):
    """Import objects and return the trust that they make."""

    def run(*objects):
        apply(services, imported(services, *objects).document)
        return services.trusts.existing(ENTITY_ID)

    return run
