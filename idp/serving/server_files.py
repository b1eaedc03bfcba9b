"""The files in the folder of a server: their names, and how the secret ones are created."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from idp.federation.token_signing.key_files import create_signing_key
from idp.federation.token_signing.private_files import write_private_file
from idp.saml.keys import KeyKind
from idp.session.seal import SECRET_BYTES


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """The paths of a server's files. Those that are created here get mode 0600."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration, which commands take with ``-c``."""
        return self.folder / "tallystick.toml"

    @property
    def signing_key(self) -> Path:
        """The private token-signing key."""
        return self.folder / "signing.key"

    @property
    def signing_certificate(self) -> Path:
        """The token-signing certificate."""
        return self.folder / "signing.crt"

    @property
    def secret(self) -> Path:
        """The secret from which the keys for sealed values are derived."""
        return self.folder / "secret.key"

    @property
    def admin_token(self) -> Path:
        """The administrator's token, or its digest."""
        return self.folder / "admin-token"

    def all(self) -> tuple[Path, ...]:
        """Return the paths of all files."""
        return (
            self.config,
            self.signing_key,
            self.signing_certificate,
            self.secret,
            self.admin_token,
        )

    def create_signing_key(self, base_url: str, now: datetime, kind: KeyKind) -> None:
        """Create the token-signing key and its certificate, named as AD FS names them."""
        name = f"ADFS Signing - {urlsplit(base_url).hostname or base_url}"
        create_signing_key(
            self.signing_key, self.signing_certificate, common_name=name, now=now, kind=kind
        )

    def create_secret(self) -> None:
        """Create the secret."""
        write_private_file(self.secret, secrets.token_bytes(SECRET_BYTES))
