"""The section ``[mail]`` of the configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from idp.config.section import Section

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)


class MailSection(Section):
    """``[mail]``: how users are told of changes of their account. No host: into files."""

    host: str | None = Field(default=None, min_length=1)
    """The SMTP server. None: mails are written as files into ``folder``."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """None: 587 with STARTTLS, 465 with TLS, 25 without."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``tls`` speaks TLS from the first byte; both ways check the server's certificate."""
    user: str | None = None
    """The user name at the SMTP server. Set it together with ``password``."""
    password: SecretStr | None = None
    """The password of that user."""
    sender: str | None = None
    """The address that mails come from. None: no-reply at the host of ``server.base_url``."""
    folder: Path = Path("outbox")
    """Where mails are written without ``host``, each as a file ``….eml``."""

    @field_validator("sender")
    @classmethod
    def _must_be_address(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS.fullmatch(value):
            raise ValueError("give an address like no-reply@example.test")
        return value

    @model_validator(mode="after")
    def _must_keep_the_password_secret(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("set user and password together, or neither")
        if self.password is not None and self.security == "none":
            raise ValueError("a password needs security starttls or tls")
        return self

    @property
    def used_port(self) -> int:
        """The port: the one that is set, or the usual one."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]
