"""The tables of administration: the audit log, API tokens, requests that may be repeated."""

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

admin_requests = Table(
    "admin_requests",
    metadata,
    text("key", primary_key=True),  # keyed digests, as "request"
    text("request"),
    instant("claimed_at"),
    instant("expires_at", index=True),
    text("answer", nullable=True),  # sealed
    sqlite_with_rowid=False,
)
