"""A real Apache with Debian's mod_auth_mellon, unchanged: a service provider at a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from support.tools.toolbox import ToolMissing

from idp.saml.keys import PemPair

MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_worker", "authn_core", "authz_core", "authz_user", "dir", "headers", "auth_mellon")
READY = "resuming normal operations"

CONFIGURATION = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog /dev/stderr
LogLevel notice
DocumentRoot {folder}/documents
{modules}
<Location />
  Require all granted
  # What it took from the assertion, for the tests to read.
  Header set Name-Id "expr=%{{reqenv:MELLON_NAME_ID}}"
  Header set Upn "expr=%{{reqenv:MELLON_upn}}"
  MellonSecureCookie Off
</Location>
"""
SETTINGS = """\
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPentityId {url}/mellon/metadata
  MellonSPPrivateKeyFile {folder}/key.pem
  MellonSPCertFile {folder}/certificate.pem
  MellonIdPMetadataFile {folder}/idp.xml
  MellonSignatureMethod rsa-sha256
  MellonSetEnv upn http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn
</Location>
<Location /protected/>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>
"""


@dataclass(frozen=True)
class Mellon:
    """The running service provider; ``metadata`` is what it says of itself."""

    url: str

    @property
    def protected(self) -> str:
        """The address of a page for whoever is signed in."""
        return f"{self.url}/protected/"

    @property
    def metadata_url(self) -> str:
        """Where its metadata are; also its entity id."""
        return f"{self.url}/mellon/metadata"


@contextmanager
def running(
    folder: Path,
    pair: PemPair,
    idp_metadata: bytes,
    settings: Callable[[str], str] | None = None,
) -> Iterator[Mellon]:
    """Run it until the block ends, with the *settings* for its URL, else those of the tests."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    made = settings(url) if settings else SETTINGS.format(folder=folder, url=url)
    _write(folder, pair, idp_metadata, made, url=url, port=port)
    process = subprocess.Popen(  # noqa: S603 - Debian's program
        [_apache(), "-DFOREGROUND", "-f", str(folder / "apache.conf"), "-E", "/dev/stderr"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_ready(process.stderr)
        yield Mellon(url)
    finally:
        process.terminate()
        process.communicate(timeout=90)


def _apache() -> str:
    command = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
    if command is None or not (MODULES / "mod_auth_mellon.so").exists():
        raise ToolMissing("There is no mod_auth_mellon here: run make test-debian as root.")
    return command


def _write(
    folder: Path, pair: PemPair, idp_metadata: bytes, settings: str, *, url: str, port: int
) -> None:
    (folder / "key.pem").write_bytes(pair.private_key)
    (folder / "certificate.pem").write_bytes(pair.certificate)
    (folder / "idp.xml").write_bytes(idp_metadata)
    page = folder / "documents" / "protected" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>Protected</title>")
    modules = "\n".join(f"LoadModule {each}_module {MODULES}/mod_{each}.so" for each in LOADED)
    (folder / "apache.conf").write_text(
        CONFIGURATION.format(folder=folder, url=url, port=port, modules=modules) + settings
    )


def wait_until_ready(log: IO[str]) -> None:
    """Read the log of Apache until it serves; raises ``AssertionError`` if it ends before."""
    said = []
    for line in log:
        said.append(line)
        if READY in line:
            return
    raise AssertionError(f"Apache ended before it was ready:\n{''.join(said)}")
