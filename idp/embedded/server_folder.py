"""The folder of a server for the demo or for tests; files that are missing are created."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from idp.config import schema
from idp.config.reading import load
from idp.federation.token_signing.private_files import read_private_file, write_private_file
from idp.management.admin_token import new_token
from idp.saml.keys import KeyKind, PemPair, new_signing_certificate
from idp.serving.server_files import ServerFiles


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """A server's folder. Unlike ``tallystick init`` it keeps the administrator's token readable."""

    path: Path

    @property
    def files(self) -> ServerFiles:
        """The files that every server has."""
        return ServerFiles(self.path)

    @property
    def metadata(self) -> Path:
        """The folder in which each metadata file becomes a trust."""
        return self.path / "metadata"

    def create(self, base_url: str, now: datetime, kind: KeyKind = "rsa") -> None:
        """Create what is missing; nothing is overwritten. *kind* is for a new signing key."""
        for folder in (self.path, self.metadata):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = self.files
        with ThreadPoolExecutor() as threads:  # an RSA key takes a while
            keys = [
                threads.submit(self._create_signing_key, base_url, now, kind),
                threads.submit(self._create_sp_key, now),
            ]
        for key in keys:
            key.result()
        if not files.secret.exists():
            files.create_secret()
        if not files.admin_token.exists():
            write_private_file(files.admin_token, new_token().encode())
        if not files.config.exists():
            files.config.write_text(_toml(settings(files, base_url)), encoding="utf-8")

    @property
    def config(self) -> schema.Config | None:
        """The configuration, None if there is none yet."""
        return load(self.files.config) if self.files.config.exists() else None

    @property
    def admin_token(self) -> str:
        """The administrator's token."""
        return read_private_file(self.files.admin_token).decode().strip()

    @property
    def sp_key(self) -> PemPair:
        """The key of the test service provider."""
        key, certificate = self._sp_key_files
        return PemPair(read_private_file(key), certificate.read_bytes())

    @property
    def _sp_key_files(self) -> tuple[Path, Path]:
        return self.path / "test-sp.key", self.path / "test-sp.crt"

    def _create_signing_key(self, base_url: str, now: datetime, kind: KeyKind) -> None:
        if not self.files.signing_key.exists():
            self.files.create_signing_key(base_url, now, kind)

    def _create_sp_key(self, now: datetime) -> None:
        key, certificate = self._sp_key_files
        if not key.exists():
            pair = new_signing_certificate("test service provider", now)
            write_private_file(certificate, pair.certificate)
            write_private_file(key, pair.private_key)


def settings(files: ServerFiles, base_url: str) -> dict[str, dict[str, Any]]:
    """Return the settings of a server for trying things; paths are relative to its folder."""
    return {
        "server": {
            "base_url": base_url,
            "node_cookie": True,
            "admin_token_file": files.admin_token.name,
            "hsts": False,
        },
        "store": {"url": "sqlite:///tallystick.db"},
        "keys": {
            "signing_key": files.signing_key.name,
            "signing_certificate": files.signing_certificate.name,
            "secret": files.secret.name,
        },
        "trusts": {
            "allow_http": True,
            "allow_private_addresses": True,
            "metadata_dir": "metadata",
        },
        "logging": {"format": "console"},
        "recorder": {"level": "all"},
        "testing": {"allow_faults": True},
    }


def embedded_config(config: schema.Config) -> schema.Config:
    """Return the configuration of a server in this process: without its folder of trusts.

    The caller watches that folder, if anybody does. What a new server has off is on, unless the
    configuration names it: the IdP-initiated page, password reset, and faults on purpose.
    """
    named = config.sign_in.model_fields_set
    switched = {name: True for name in ("idp_initiated", "password_reset") if name not in named}
    sign_in = config.sign_in.model_copy(update=switched)
    testing = config.testing
    if "allow_faults" not in testing.model_fields_set:
        testing = testing.model_copy(update={"allow_faults": True})
    trusts = config.trusts.model_copy(update={"metadata_dir": None})
    return config.model_copy(update={"sign_in": sign_in, "testing": testing, "trusts": trusts})


def _toml(values: Mapping[str, Mapping[str, str | int | bool]]) -> str:
    """Return sections as TOML; its strings, numbers and booleans are written as JSON's are."""
    lines: list[str] = []
    for section, table in values.items():
        lines.append(f"[{section}]")
        lines += [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()
        ]
        lines.append("")
    return "\n".join(lines)
