"""The folder of a small server: configuration, keys, database and what else it keeps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from idp.config import schema
from idp.config.reading import load
from idp.federation.token_signing.key_files import (
    create_signing_key,
    read_private_file,
    write_private_file,
)
from idp.saml.keys import KeyKind, PemPair, new_signing_certificate

SECRET_BYTES = 32
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """Where everything of one server lies; what is missing is made, and nothing is overwritten."""

    path: Path

    @property
    def config_file(self) -> Path:
        """The configuration that other commands take by ``-c``."""
        return self.path / "tallystick.toml"

    @property
    def metadata(self) -> Path:
        """The folder whose files are trusts."""
        return self.path / "metadata"

    @property
    def phones(self) -> Path:
        """The folder of the sample users' phones."""
        return self.path / "phones"

    def create(self, base_url: str, now: datetime, kind: KeyKind = "rsa") -> None:
        """Make what is not there yet: folders, configuration, keys, secret, token.

        A new token-signing key is of *kind*.
        """
        for folder in (self.path, self.metadata, self.phones):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        host = urlsplit(base_url).hostname or base_url
        with ThreadPoolExecutor() as workers:
            made = [
                workers.submit(self._make_signing_key, f"ADFS Signing - {host}", now, kind),
                workers.submit(self._make_sp_key, now),
            ]
        for one in made:
            one.result()
        self._make("secret.key", secrets.token_bytes(SECRET_BYTES))
        self._make("admin-token", secrets.token_urlsafe(TOKEN_BYTES).encode())
        if not self.config_file.exists():
            self.config_file.write_text(config_text(settings(base_url)), encoding="utf-8")

    def keep(self, name: str, content: bytes) -> None:
        """Have a file that can be made at any time, and leave it alone when it is as wanted."""
        file = self.path / name
        if not file.exists() or file.read_bytes() != content:
            file.write_bytes(content)

    @property
    def config(self) -> schema.Config | None:
        """The configuration, None where there is none yet."""
        return load(self.config_file) if self.config_file.exists() else None

    @property
    def admin_token(self) -> str:
        """The administrator's token."""
        return read_private_file(self.path / "admin-token").decode().strip()

    @property
    def sp_key(self) -> PemPair:
        """The key that the test service provider signs its requests with."""
        return PemPair(
            read_private_file(self.path / "test-sp.key"), (self.path / "test-sp.crt").read_bytes()
        )

    def _make_signing_key(self, name: str, now: datetime, kind: KeyKind) -> None:
        key, certificate = self.path / "signing.key", self.path / "signing.crt"
        if not key.exists():
            create_signing_key(key, certificate, common_name=name, now=now, kind=kind)

    def _make_sp_key(self, now: datetime) -> None:
        if not (self.path / "test-sp.key").exists():
            pair = new_signing_certificate("test service provider", now)
            write_private_file(self.path / "test-sp.crt", pair.certificate)
            write_private_file(self.path / "test-sp.key", pair.private_key)

    def _make(self, name: str, content: bytes) -> None:
        if not (self.path / name).exists():
            write_private_file(self.path / name, content)


def settings(base_url: str) -> dict[str, dict[str, Any]]:
    """Return the settings of a server to try things on; paths start at its folder."""
    return {
        "server": {
            "base_url": base_url,
            "node_cookie": True,
            "admin_token_file": "admin-token",
            "hsts": False,
        },
        "store": {"url": "sqlite:///tallystick.db"},
        "keys": {
            "signing_key": "signing.key",
            "signing_certificate": "signing.crt",
            "secret": "secret.key",
        },
        "trusts": {
            "allow_http": True,
            "allow_private_addresses": True,
            "metadata_dir": "metadata",
        },
        "logging": {"format": "console"},
    }


def unwatched(settings: schema.Config) -> schema.Config:
    """Return the settings without the folder of trusts, for those who look at it themselves."""
    trusts = settings.trusts.model_copy(update={"metadata_dir": None})
    return settings.model_copy(update={"trusts": trusts})


def config_text(values: Mapping[str, Mapping[str, Any]]) -> str:
    """Return *values* as TOML: tables of strings, numbers and booleans."""
    return "\n".join(
        f"[{section}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
        for section, table in values.items()
    )


def _toml(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
