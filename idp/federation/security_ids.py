"""Security identifiers (SID) of users and groups, made from their names."""

from __future__ import annotations

import hashlib


def security_id(name: str) -> str:
    """Return a security identifier made from *name*, the same on every node.

    The directory has no identifiers of its own.
    """
    digest = hashlib.sha256(name.encode()).digest()
    parts = (int.from_bytes(digest[at : at + 4], "big") for at in (0, 4, 8, 12))
    return "S-1-5-21-" + "-".join(map(str, parts))
