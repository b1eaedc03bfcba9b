"""The tables of administration: the audit log, and the API tokens."""

from __future__ import annotations

from sqlalchemy import Table

from idp.store.columns import instant, metadata, serial, text

changes = Table(  # the audit log
    "changes",
    metadata,
    serial(),
    instant("at"),
    text("actor", index=True),
    *map(text, ("role", "via", "client_ip", "activity_id")),
    text("verb"),
    text("about", index=True),
    text("before", nullable=True),  # JSON, as "after"
    text("after", nullable=True),
)

admin_tokens = Table(
    "admin_tokens",
    metadata,
    text("name", primary_key=True),
    text("digest", unique=True),  # SHA-256 of a long random text, in hexadecimal
    text("role"),
    instant("created_at"),
    text("created_by"),
    instant("expires_at"),
    instant("last_used_at", nullable=True),
    sqlite_with_rowid=False,
)
