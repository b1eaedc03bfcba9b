"""Checks of files and disks: permissions of secret files, and free space."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from adapter.errors import TallystickError
from idp import operating_system
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.token_signing.private_files import read_private_file
from idp.management.admin_token import read_token
from idp.web.theme.folder import read_theme

MIN_FREE_BYTES = 100 * 1024 * 1024
SQLITE = "sqlite:///"


def configuration(server: ServerUnderTest) -> Findings:
    """Check that only its owner can change the configuration, which names every secret."""
    if operating_system.is_open_to_others(server.config_file, 0o022):
        yield broken(
            "config_is_open",
            f"Accounts other than its owner can change {server.config_file}",
            f"chmod go-w {server.config_file}",
        )


def theme(server: ServerUnderTest) -> Findings:
    """Check that the theme can be used: files, settings, contrast of its colours."""
    try:
        read_theme(server.config.theme.folder)
    except TallystickError as error:
        yield from_error(error)


def secret_files(server: ServerUnderTest) -> Findings:
    """Check that the secret files exist and that only their owner can read them.

    On Windows the second half cannot be told, which is a warning.
    """
    keys, serve = server.config.keys, server.config.serve
    for path in filter(None, (keys.secret, keys.passphrase_file)):
        try:
            read_private_file(path)
        except TallystickError as error:
            yield from_error(error)
    key = serve.key
    if key is not None and key.exists() and operating_system.is_open_to_others(key, 0o007):
        yield broken("tls_key_is_open", f"Every account can read {key}", f"chmod o= {key}")
    if operating_system.IS_WINDOWS:
        yield warning(
            "file_rights_unchecked",
            f"On Windows only the access list of {server.config_file.parent} protects the keys in "
            "it, and nothing here checks that list",
            "Keep the folder in the profile of the account that runs the server, or see who may "
            "read it with icacls",
        )


def administration(server: ServerUnderTest) -> Findings:
    """Check that there is an administrator's token, without which administration is off."""
    path = server.config.server.admin_token_file
    try:
        read_token(path)
    except TallystickError as error:
        if path is None:
            yield warning(error.code, error.problem, error.remedy)
        else:
            yield from_error(error)


def metadata_folder(server: ServerUnderTest) -> Findings:
    """Check that the folder exists whose files become trusts, if one is configured."""
    folder = server.config.trusts.metadata_dir
    if folder is not None and not folder.is_dir():
        yield warning(
            "metadata_dir_missing",
            f"There is no folder {folder}, whose files would become trusts",
            "Make it, or correct trusts.metadata_dir",
        )


def disks(server: ServerUnderTest) -> Findings:
    """Check that there is space for what the server writes."""
    for folder in dict.fromkeys(_written_folders(server)):
        if folder.is_dir() and server.environment.free_bytes(folder) < MIN_FREE_BYTES:
            yield broken(
                "disk_is_full",
                f"Less than {MIN_FREE_BYTES // 1024**2} MB are free in {folder}",
                "Free some space: nobody can sign in when the sign-in log cannot be written",
            )


def sqlite_file(server: ServerUnderTest) -> Path | None:
    """Return the file of a SQLite database, None for another kind."""
    url = server.config.store.url
    return Path(unquote(url.removeprefix(SQLITE))) if url.startswith(SQLITE) else None


def _written_folders(server: ServerUnderTest) -> Iterator[Path]:
    yield server.config.keys.signing_key.parent
    if file := sqlite_file(server):
        yield file.parent
