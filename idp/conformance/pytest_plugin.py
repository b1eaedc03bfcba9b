"""The fixtures of :class:`~idp.conformance.pytest_class.ServiceProviderConformance`.

The product is imported when a test first uses one, as in :mod:`idp.testing.plugin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from idp.conformance.pytest_class import Application
    from idp.conformance.run import Run
    from idp.testing.federation import Federation
    from idp.testing.shared_servers import SharedServers


@pytest.fixture(scope="class")
def conformance_federation(
    _tallystick_host: SharedServers,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Federation]:
    """A running federation server for the tests of a class; it announces its next key, too."""
    from idp.testing.running import running_federation

    folder = tmp_path_factory.mktemp("conformance") / "data"
    with running_federation(_tallystick_host, request.node, folder, with_next_key=True) as running:
        yield running


@pytest.fixture(scope="class")
def conformance_run(conformance_federation: Federation, saml_application: Application) -> Run:
    """A run against the application of the fixture ``saml_application``, which the tests define."""
    from idp.conformance.pytest_class import begin_run

    return begin_run(conformance_federation, saml_application)
