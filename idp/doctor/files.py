"""Files and disks: who may read what is secret, and whether there is room."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from adapter.errors import TallystickError
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.token_signing.key_files import read_private_file
from idp.management.admin_token import read_token

LITTLE_ROOM = 100 * 1024 * 1024
SQLITE = "sqlite:///"


def configuration(patient: ServerUnderTest) -> Findings:
    """Whether others may change the configuration, which names every secret."""
    if stat.S_IMODE(patient.file.stat().st_mode) & 0o022:
        yield broken(
            "config_is_open",
            f"Others than its owner can change {patient.file}",
            f"chmod go-w {patient.file}",
        )


def secret_files(patient: ServerUnderTest) -> Findings:
    """Whether the secret files are there and their owner's alone."""
    keys, serve = patient.config.keys, patient.config.serve
    for path in filter(None, (keys.secret, keys.passphrase_file)):
        try:
            read_private_file(path)
        except TallystickError as error:
            yield from_error(error)
    if serve.key is not None and serve.key.exists() and serve.key.stat().st_mode & 0o007:
        yield broken("tls_key_is_open", f"Everybody can read {serve.key}", f"chmod o= {serve.key}")


def administration(patient: ServerUnderTest) -> Findings:
    """Whether somebody may administer the server over the web."""
    path = patient.config.server.admin_token_file
    try:
        read_token(path)
    except TallystickError as error:
        if path is None:
            yield warning(error.code, error.problem, error.remedy)
        else:
            yield from_error(error)


def disks(patient: ServerUnderTest) -> Findings:
    """Whether there is room for what the server writes."""
    for folder in dict.fromkeys(_written_folders(patient)):
        if folder.is_dir() and patient.world.free_bytes(folder) < LITTLE_ROOM:
            yield broken(
                "disk_is_full",
                f"There are less than {LITTLE_ROOM // 1024**2} MB left for {folder}",
                "Make room: without it nobody is signed in, since nothing can be logged",
            )


def sqlite_file(patient: ServerUnderTest) -> Path | None:
    """Return the file of a SQLite database, None for another."""
    url = patient.config.store.url
    return Path(unquote(url.removeprefix(SQLITE))) if url.startswith(SQLITE) else None


def _written_folders(patient: ServerUnderTest) -> Iterator[Path]:
    yield patient.config.keys.signing_key.parent
    if file := sqlite_file(patient):
        yield file.parent
