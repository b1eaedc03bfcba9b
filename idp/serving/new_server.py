"""Creates the folder of a new server for ``tallystick init``: configuration, keys, first token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp.config import schema
from idp.config.reading import from_values
from idp.federation.token_signing.private_files import KeyFileError, write_private_file
from idp.management.admin_token import digest_line, new_token
from idp.saml.keys import KeyKind
from idp.serving.server_files import ServerFiles

TEXT = """\
# All settings, and where each comes from:  tallystick config show --origin
# What is wrong, and what to do about it:   tallystick doctor

[server]
base_url = {base_url}  # the address that users, phones and service providers know
admin_token_file = "{token}"  # contains only the digest of the administrator's token
# node = "sts1"  # the node of the farm that this server is; default: the first one

[serve]
bind = "127.0.0.1"
port = {port}
# certificate = "tls.crt"  # with these two lines the server itself speaks TLS;
# key = "tls.key"          # without them a reverse proxy terminates TLS

[store]
url = "sqlite:///tallystick.db"

[keys]
signing_key = "{key}"
signing_certificate = "{certificate}"
secret = "{secret}"

[trusts]
# allow_http = true               # service providers without TLS
# allow_private_addresses = true  # metadata from this machine and private networks
# metadata_dir = "metadata"       # each metadata file in this folder becomes a trust

# [sign_in]
# idp_initiated = true  # /adfs/ls/idpinitiatedsignon.aspx, where users choose an application

# [recorder]
# level = "all"  # record every sign-in step by step, not only what is refused: tallystick trace
"""


class FolderInUse(TallystickError):
    """Raised if the folder already contains files of a server; nothing was changed."""

    code = "already_there"


@dataclass(frozen=True, slots=True)
class NewServer:
    """A server that was just created. Its administrator's token is stored nowhere else."""

    config_file: Path
    base_url: str
    admin_token: str


def create_server(folder: Path, base_url: str, kind: KeyKind, now: datetime) -> NewServer:
    """Create *folder* with mode 0700, and in it the files of a server with mode 0600.

    Raises :class:`FolderInUse`, :class:`~idp.config.reading.ConfigError` if *base_url* is not a
    base URL, and :class:`~idp.federation.token_signing.private_files.KeyFileError` if a file cannot
    be written.
    """
    base_url = from_values({"server": {"base_url": base_url}}).server.base_url
    files = ServerFiles(folder)
    _must_be_free(files)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(
            f"{folder} cannot be created: {error.strerror}", "Choose another folder"
        ) from None
    token = new_token()
    files.create_signing_key(base_url, now, kind)
    files.create_secret()
    write_private_file(files.admin_token, digest_line(token).encode())
    # The configuration comes last: a folder with one is a complete server.
    write_private_file(files.config, _config_text(files, base_url).encode())
    return NewServer(files.config, base_url, token)


def _must_be_free(files: ServerFiles) -> None:
    existing = [path.name for path in files.all() if path.exists()]
    if existing:
        raise FolderInUse(
            f"{files.folder} already contains files of a server: {', '.join(existing)}",
            "Choose another folder, or move them away",
        )


def _config_text(files: ServerFiles, base_url: str) -> str:
    parts = urlsplit(base_url)
    http_port = parts.port if parts.scheme == "http" else None
    return TEXT.format(
        base_url=json.dumps(base_url),
        port=http_port or schema.ServeSection().port,
        token=files.admin_token.name,
        key=files.signing_key.name,
        certificate=files.signing_certificate.name,
        secret=files.secret.name,
    )
