"""Debian's SimpleSAMLphp, unchanged, behind the web server of PHP: a service provider."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.tools.toolbox import ToolMissing, debian_program

from adapter.contract import UPN

INSTALLED = Path("/usr/share/simplesamlphp")
SECONDS = 60
CONFIGURATION = """\
<?php
$config = [
    'baseurlpath' => '{url}/simplesaml/',
    'secretsalt' => 'a salt of the tests',
    'auth.adminpassword' => 'a password of the tests',
    'technicalcontact_email' => 'na@example.org',
    'logging.handler' => 'errorlog',
    'logging.level' => SimpleSAML\\Logger::WARNING,
    'loggingdir' => '{folder}/',
    'tempdir' => '{folder}/temp/',
    'datadir' => '{folder}/',
    'certdir' => '{folder}/',
    'metadatadir' => '{folder}/metadata/',
    'metadata.sources' => [['type' => 'flatfile']],
    'store.type' => 'phpsession',
    'session.cookie.secure' => false,
    'session.phpsession.cookiename' => 'SimpleSAML',
    'session.phpsession.savepath' => '{folder}/temp',
    'trusted.url.domains' => [],
];
"""
PAGE = """\
<?php
require '{installed}/lib/_autoload.php';
$saml = new \\SimpleSAML\\Auth\\Simple('default-sp');
$saml->requireAuth();
header('Upn: ' . $saml->getAttributes()['{upn}'][0]);
echo '<title>Protected</title>';
"""
FILES = {"config/authsources.php": "config", "metadata/saml20-idp-remote.php": "metadata"}


@contextmanager
def running(folder: Path, port: int, settings: str) -> Iterator[str]:
    """Run it with the *settings* of both its files, and give its base URL."""
    if not INSTALLED.exists():
        raise ToolMissing("There is no SimpleSAMLphp here: run make test-debian as root.")
    url = f"http://127.0.0.1:{port}"
    _write(folder, url, settings)
    process = subprocess.Popen(  # noqa: S603 - Debian's program
        [debian_program("php"), "-S", f"127.0.0.1:{port}", "-t", str(folder / "documents")],
        env=os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(folder / "config")},
        stdin=subprocess.DEVNULL,
    )
    try:
        _wait_until_open(port)
        yield url
    finally:
        process.terminate()
        process.wait(SECONDS)


def _write(folder: Path, url: str, settings: str) -> None:
    for each in ("config", "metadata", "documents", "temp"):
        (folder / each).mkdir()
    (folder / "config" / "config.php").write_text(CONFIGURATION.format(url=url, folder=folder))
    for file in FILES:
        [part] = re.findall(rf"// In {re.escape(file)}:\n(.*?)(?=// In |\Z)", settings, re.DOTALL)
        (folder / file).write_text(f"<?php\n$config = [];\n{part}")
    (folder / "documents" / "simplesaml").symlink_to(INSTALLED / "www")
    (folder / "documents" / "page.php").write_text(PAGE.format(installed=INSTALLED, upn=UPN))


def _wait_until_open(port: int) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
