"""Published libraries as service providers, unchanged, each in a process of its own.

``KNOWN`` says what each of them does otherwise than a correct service provider; docs/conformance.md
shows it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

from support.clients import node_saml
from support.nets import NET_SECONDS
from support.ports import free_port
from support.tools.environment import ready_environment
from support.tools.node_modules import ready_modules

from idp.conformance.pytest_class import Application
from idp.saml.keys import new_signing_certificate
from idp.testing.federation import Federation

HERE = Path(__file__).parent
PACKAGES = (
    "python3-saml==1.16.0",
    "pysaml2==7.5.5",
    "lxml>=6.1,<6.2",
    "xmlsec==1.3.17",
    "flask==3.1.3",
)
METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"
      AuthnRequestsSigned="true" WantAssertionsSigned="true">
    <KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></KeyDescriptor>
    <SingleLogoutService Location="{base_url}/slo"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/>
    <AssertionConsumerService index="0" Location="{base_url}/acs"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
  </SPSSODescriptor>
</EntityDescriptor>"""


@dataclass(frozen=True, slots=True)
class Library:
    """A library by the name and version of its registry, and how its process is started."""

    name: str
    version: str
    registry: str
    module: str = ""

    def command(self) -> list[str]:
        """Return the command; its packages are installed on first use."""
        if not self.module:
            return [str(which("node")), str(HERE / "node_app.cjs")]
        return [str(ready_python() / "python"), str(HERE / "flask_app.py"), self.module]

    def environment(self) -> dict[str, str]:
        """Return the variables of the process."""
        modules = {} if self.module else {"NODE_PATH": str(ready_modules(node_saml.HERE))}
        return os.environ | modules


PYTHON3_SAML = Library("python3-saml", "1.16.0", "PyPI", "with_python3_saml")
PYSAML2 = Library("pysaml2", "7.5.5", "PyPI", "with_pysaml2")
NODE_SAML = Library("node-saml", "5.1.0", "npm")
LIBRARIES = (PYTHON3_SAML, PYSAML2, NODE_SAML)


def ready_python() -> Path:
    """Return the folder of the programs of the Python libraries, installed on first use."""
    return ready_environment("saml-libraries", ("--only-binary=:all:", *PACKAGES))


@contextmanager
def running(library: Library, federation: Federation, *, encrypted: bool) -> Iterator[Application]:
    """Run a service provider of *library*, with a trust at *federation*."""
    port = free_port()
    base_url = f"http://localhost:{port}"
    settings = _settings(federation, base_url) | {"port": port}
    certificate = "".join(settings["certificate"].splitlines()[1:-1])
    federation.add_service_provider(
        METADATA.format(
            entity_id=settings["entity_id"], base_url=base_url, certificate=certificate
        ),
        encrypt_claims=encrypted,
    )
    process = subprocess.Popen(  # noqa: S603 - our own programs
        library.command(),
        env=library.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n", f"{library.name} does not start"
        yield Application(settings["entity_id"], f"{base_url}/login", f"{base_url}/me")
    finally:
        process.stdin.close()
        process.wait(NET_SECONDS)
        process.stdout.close()


def _settings(federation: Federation, base_url: str) -> dict[str, Any]:
    pair = new_signing_certificate("sp.example.test", datetime.now(UTC))
    return {
        "entity_id": f"{base_url}/metadata",
        "base_url": base_url,
        "private_key": pair.private_key.decode(),
        "certificate": pair.certificate.decode(),
        "ls_url": f"{federation.url}/adfs/ls/",
        "idp_entity_id": federation.entity_id,
        "idp_certificates": list(federation.services.signing_keys.current().certificates),
        "idp_metadata": federation.browser().get(federation.metadata_url).html,
    }
