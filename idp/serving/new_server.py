"""The folder of a new server: its configuration, its keys, its first administrator."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp.config import schema
from idp.config.reading import from_values
from idp.federation.token_signing.key_files import (
    KeyFileError,
    create_signing_key,
    write_private_file,
)
from idp.management.admin_token import digest_line
from idp.saml.keys import KeyKind

SECRET_BYTES = 32
TOKEN_BYTES = 24

CONFIG, KEY, CERTIFICATE, SECRET, TOKEN = (
    "tallystick.toml", "signing.key", "signing.crt", "secret.key", "admin-token",
)  # fmt: skip

TEXT = """\
# Every setting, what it is and where it comes from: tallystick config show --origin
# What is wrong, and what to do about it:           tallystick doctor

[server]
base_url = {base_url}  # what users, phones and service providers know
admin_token_file = "{token}"  # holds the digest of the administrator's token
# node = "sts1"  # which node of the farm this is; else the first

[serve]
bind = "127.0.0.1"
port = {port}
# certificate = "tls.crt"  # with these two it speaks TLS itself;
# key = "tls.key"          # without them a proxy in front does

[store]
url = "sqlite:///tallystick.db"

[keys]
signing_key = "{key}"
signing_certificate = "{certificate}"
secret = "{secret}"

[trusts]
# allow_http = true               # service providers without TLS
# allow_private_addresses = true  # metadata from this machine and private networks
# metadata_dir = "metadata"       # each file in it is a trust
"""


class FolderInUse(TallystickError):
    """Raised where files of a server are there already; nothing was changed."""

    code = "already_there"


@dataclass(frozen=True, slots=True)
class NewServer:
    """A server that was just made; its administrator's token is nowhere else."""

    config_file: Path
    base_url: str
    admin_token: str


def create(folder: Path, base_url: str, kind: KeyKind, now: datetime) -> NewServer:
    """Make *folder*, of mode 0700, and in it the files of a server, of mode 0600.

    Raises :class:`FolderInUse`, :class:`~idp.config.reading.ConfigError` for an address
    that is no base URL, and :class:`~idp.federation.token_signing.key_files.KeyFileError`.
    """
    base_url = from_values({"server": {"base_url": base_url}}).server.base_url
    _must_be_free(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"{folder} cannot be made: {error.strerror}", "Choose another") from None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    name = f"ADFS Signing - {urlsplit(base_url).hostname}"
    paths = folder / KEY, folder / CERTIFICATE
    create_signing_key(*paths, common_name=name, now=now, kind=kind)
    write_private_file(folder / SECRET, secrets.token_bytes(SECRET_BYTES))
    write_private_file(folder / TOKEN, digest_line(token).encode())
    write_private_file(folder / CONFIG, _text(base_url).encode())  # last: now it is a server
    return NewServer(folder / CONFIG, base_url, token)


def _must_be_free(folder: Path) -> None:
    names = (CONFIG, KEY, CERTIFICATE, SECRET, TOKEN)
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise FolderInUse(
            f"{folder} holds a server's files already: {', '.join(there)}",
            "Choose another folder, or move them away",
        )


def _text(base_url: str) -> str:
    parts = urlsplit(base_url)
    plain_port = parts.port if parts.scheme == "http" else None
    return TEXT.format(
        base_url=json.dumps(base_url),
        port=plain_port or schema.ServeSection().port,
        token=TOKEN,
        key=KEY,
        certificate=CERTIFICATE,
        secret=SECRET,
    )
