"""The test service provider does with every fault what a correct service provider does."""

from __future__ import annotations

import pytest

from idp.conformance.pytest_class import Application, ServiceProviderConformance


@pytest.fixture(scope="class")
def saml_application(_tallystick_host, conformance_federation):
    """The test service provider; its assertions are encrypted."""
    federation = conformance_federation
    with _tallystick_host.service_provider(federation.services) as provider:
        provider.encrypts = True
        trust = federation.add_service_provider(provider.metadata())
        url = provider.base_url
        yield Application(trust.entity_id, f"{url}/login", probe_url=f"{url}/")


class TestOwnServiceProvider(ServiceProviderConformance):
    """No fault is known to be accepted."""
