"""Published libraries, unchanged, against every fault: they do what docs/conformance.md says.

Their assertions come in the clear, and for the faults of encryption encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.conformance.known import KNOWN
from support.conformance.libraries import NODE_SAML, PYSAML2, PYTHON3_SAML, Library, running

from idp.conformance.pytest_class import Application, ServiceProviderConformance
from idp.saml_faults.catalogue import FAULTS
from idp.saml_faults.fault import Group

PLAIN = tuple(fault for fault in FAULTS if fault.group is not Group.ENCRYPTION)
ENCRYPTED = tuple(fault for fault in FAULTS if fault.group is Group.ENCRYPTION)


@pytest.fixture(scope="class")
def saml_application(request, conformance_federation) -> Iterator[Application]:
    """A service provider of the library of the test's class."""
    library: Library = request.cls.library
    encrypted = request.cls.faults is ENCRYPTED
    with running(library, conformance_federation, encrypted=encrypted) as application:
        yield application


class TestPython3Saml(ServiceProviderConformance):
    library, faults, known_failures = PYTHON3_SAML, PLAIN, frozenset(KNOWN["python3-saml"])


class TestPython3SamlEncrypted(ServiceProviderConformance):
    library, faults = PYTHON3_SAML, ENCRYPTED


class TestPysaml2(ServiceProviderConformance):
    library, faults, known_failures = PYSAML2, PLAIN, frozenset(KNOWN["pysaml2"])


class TestPysaml2Encrypted(ServiceProviderConformance):
    library, faults = PYSAML2, ENCRYPTED


class TestNodeSaml(ServiceProviderConformance):
    library, faults, known_failures = NODE_SAML, PLAIN, frozenset(KNOWN["node-saml"])


class TestNodeSamlEncrypted(ServiceProviderConformance):
    library, faults = NODE_SAML, ENCRYPTED
