"""A server that the doctor finds nothing wrong with, until a test breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import text

from idp.demo.certificates import create_certificates
from idp.doctor.examination import examine
from idp.doctor.findings import Environment, Finding, Level
from idp.federation.token_signing.key_files import create_signing_key
from idp.services import Services
from idp.store.engine import Database

NOW = datetime.now(UTC)


@dataclass
class ServerToBreak:
    """A server with nothing wrong until a test changes something."""

    folder: Path
    services: Services
    environment: Environment

    @property
    def file(self) -> Path:
        return self.folder / "tallystick.toml"

    def setting(self, section: str, line: str) -> None:
        """Put a line at the top of a section, in the place of any other of its name."""
        name = line.partition("=")[0]
        lines = [old for old in self.file.read_text().splitlines() if not old.startswith(name)]
        if f"[{section}]" not in lines:
            lines.append(f"[{section}]")
        lines.insert(lines.index(f"[{section}]") + 1, line)
        self.file.write_text("\n".join(lines) + "\n")

    def base_url(self, url: str) -> None:
        self.setting("server", f'base_url = "{url}"')

    def tls(self, host: str = "idp.example.test", began: datetime = NOW) -> None:
        """Give the server a certificate for *host*."""
        made = create_certificates(self.folder / "tls", host, began)
        self.base_url("https://idp.example.test")
        self.setting("serve", f'certificate = "{made.certificate}"')
        self.setting("serve", f'key = "{made.key}"')

    def signing_key(self, began: datetime) -> None:
        """Give it a token-signing key that began then, for a year."""
        paths = self.folder / "signing.key", self.folder / "signing.crt"
        for path in paths:
            path.unlink()
        create_signing_key(*paths, common_name="x", now=began, kind="ecdsa")

    def sql(self, statement: str) -> None:
        with cast(Database, self.services.database).write() as connection:
            connection.execute(text(statement))

    def findings(self) -> tuple[Finding, ...]:
        return tuple(examine(self.file, self.environment))

    def codes(self, level: Level) -> set[str]:
        return {finding.code for finding in self.findings() if finding.level is level}
