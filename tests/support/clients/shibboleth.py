"""Debian's Shibboleth SP, unchanged: shibd, and its module in an Apache at a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from support.clients import mellon
from support.tools.toolbox import ToolMissing, debian_program

from idp.saml.keys import PemPair

INSTALLED = Path("/etc/shibboleth")
COPIED = ("protocols.xml", "security-policy.xml", "attribute-policy.xml", "console.logger")
LOADED = ("mpm_worker", "authn_core", "authz_core", "authz_user", "dir", "headers", "shib")
CONFIGURATION = """\
ServerRoot {folder}
ServerName {url}
UseCanonicalName On
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
</Location>
<Location /protected/>
  AuthType shibboleth
  ShibRequestSetting requireSession true
  Require shib-session
  # What it took from the assertion, for the tests to read.
  Header set Upn "expr=%{{reqenv:upn}}"
</Location>
"""
SECONDS = 60


@contextmanager
def running(
    folder: Path, port: int, pair: PemPair, settings: Callable[[str], str]
) -> Iterator[str]:
    """Run both until the block ends, with the *settings* for its URL, which it gives."""
    if not INSTALLED.exists() or not (mellon.MODULES / "mod_shib.so").exists():
        raise ToolMissing("There is no Shibboleth SP here: run make test-debian as root.")
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | _environment(folder)
    _write(folder, pair, settings(url), url=url, port=port)
    with ExitStack() as stack:
        shibd = [debian_program("shibd"), "-F", "-f", "-c", str(_file(folder)),
                 "-p", str(folder / "shibd.pid")]  # fmt: skip
        stack.enter_context(_process(shibd, environment))
        apache = [debian_program("apache2"), "-DFOREGROUND", "-f", str(folder / "apache.conf"),
                  "-E", "/dev/stderr"]  # fmt: skip
        running = stack.enter_context(_process(apache, environment, stderr=subprocess.PIPE))
        mellon.wait_until_ready(running.stderr)
        yield url


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], **more: int
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - Debian's programs
        command, env=environment, stdin=subprocess.DEVNULL, text=True, **more
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def _file(folder: Path) -> Path:
    return folder / "etc" / "shibboleth" / "shibboleth2.xml"


def _environment(folder: Path) -> dict[str, str]:
    run = str(folder)
    return {
        "SHIBSP_CFGDIR": f"{run}/etc",
        "SHIBSP_CONFIG": str(_file(folder)),
        "SHIBSP_LOGGING": f"{run}/etc/shibboleth/console.logger",
        **dict.fromkeys(("SHIBSP_RUNDIR", "SHIBSP_LOGDIR", "SHIBSP_CACHEDIR"), run),
    }


def _write(folder: Path, pair: PemPair, settings: str, *, url: str, port: int) -> None:
    place = _file(folder).parent
    place.mkdir(parents=True)
    for name in COPIED:
        shutil.copy(INSTALLED / name, place / name)
    (folder / "shibboleth").mkdir()
    _file(folder).write_text(settings)
    (place / "sp-signing-key.pem").write_bytes(pair.private_key)
    (place / "sp-signing-cert.pem").write_bytes(pair.certificate)
    page = folder / "documents" / "protected" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>Protected</title>")
    modules = "\n".join(
        f"LoadModule {'mod_shib' if each == 'shib' else f'{each}_module'} "
        f"{mellon.MODULES}/mod_{each}.so"
        for each in LOADED
    )
    (folder / "apache.conf").write_text(
        CONFIGURATION.format(folder=folder, url=url, port=port, modules=modules)
    )
