"""Names that say nothing about the user: random text."""

from __future__ import annotations

import secrets


def opaque_name() -> str:
    """Return 160 random bits as text that is a valid xs:ID (saml-core §1.3.4)."""
    return f"_{secrets.token_hex(20)}"
