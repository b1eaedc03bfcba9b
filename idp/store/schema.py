"""All tables, as the newest migration leaves them.

A column ``user`` holds the user's UPN in its canonical (lower-case) spelling. The second factor's
tables have no foreign key to ``users``, because users may come from another directory.

A table or column is only ever added, and a new column is nullable or has a server default: nodes
of the previous version keep writing to the table during a rolling upgrade (docs/operation.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    false,
)

from idp.store.column_types import Instant, StorableText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, StorableText, nullable=options.pop("nullable", False), **options)


def _instant(name: str, **options: Any) -> Column[datetime]:
    return Column(name, Instant, nullable=options.pop("nullable", False), **options)


def _serial() -> Column[int]:
    """Return a column that numbers the rows in the order of their creation."""
    return Column(
        "serial", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )


used_once = Table(
    "used_once",
    metadata,
    _text("kind", primary_key=True),
    _text("key", primary_key=True),  # a digest: what it stands for may be long or confidential
    _instant("expires_at", index=True),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    _text("upn", primary_key=True),
    _text("account_key", unique=True),  # DOMAIN\user in lower case, to find a name in any case
    _text("windows_account_name"),
    _text("display_name"),
    _text("email"),
    _text("groups"),  # a JSON list
    _text("password_hash"),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    _instant("valid_from"),
    Column("must_change", Boolean, nullable=False, server_default=false()),
)

password_limits = Table(
    "password_limits",
    metadata,
    _text("name", primary_key=True),
    Column("wrong", Integer, nullable=False),
    _instant("last_at"),
)

account_activity = Table(  # of the smart lock-out
    "account_activity",
    metadata,
    _text("name", primary_key=True),
    Column("familiar_wrong", Integer, nullable=False, server_default="0"),
    _instant("familiar_at", nullable=True),
    Column("unknown_wrong", Integer, nullable=False, server_default="0"),
    _instant("unknown_at", nullable=True),
    _text("addresses", server_default="[]"),  # a JSON list, oldest first
)

mfa_users = Table(
    "mfa_users",
    metadata,
    _text("user", primary_key=True),
    Column("wrong_codes", Integer, nullable=False, server_default="0"),
    _instant("codes_locked_until", nullable=True),
    _instant("pushes_cleared_at", nullable=True),
    _text("totp_seed", nullable=True),  # sealed
    _instant("seed_created_at", nullable=True),
    _instant("code_used_at", nullable=True),
    *(_text(name, nullable=True) for name in ("seed_app", "seed_name", "default_method")),
)

code_apps = Table(  # sources of codes beside the one in mfa_users
    "code_apps",
    metadata,
    _serial(),
    _text("id", unique=True),
    _text("user", index=True),
    *map(_text, ("name", "app", "seed")),  # the seed is sealed
    _instant("created_at"),
    _instant("last_used_at", nullable=True),
)

devices = Table(
    "devices",
    metadata,
    _serial(),
    _text("id", unique=True),
    _text("user", index=True),
    _text("name"),
    _text("platform"),
    _text("app_version"),
    Column("public_key", LargeBinary, nullable=False),
    _instant("activated_at"),
    _instant("last_used_at", nullable=True),
)

challenges = Table(
    "challenges",
    metadata,
    _serial(),
    _text("id", unique=True),
    _text("user"),
    _text("experience"),
    _text("nonce"),
    Column("number_digest", LargeBinary, nullable=False),
    _text("application"),
    _text("client_ip"),
    _instant("created_at", index=True),
    _text("state"),
    _text("answered_by", nullable=True),
    Column("reported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_challenges_user", "user", "created_at"),
)

activations = Table(
    "activations",
    metadata,
    _text("id", primary_key=True),
    _text("user"),
    _text("handle", index=True),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("totp", Boolean, nullable=False),
    _instant("expires_at", index=True),
    Column("tries", Integer, nullable=False),
    Column("link_digest", LargeBinary, nullable=True, index=True),
    Column("ended", Boolean, nullable=False, server_default=false()),
)

trusts = Table(
    "trusts",
    metadata,
    _serial(),
    _text("entity_id", unique=True),
    _text("service_provider"),  # the description in the metadata, as JSON
    _text("settings"),  # as JSON
    _text("source"),
    _text("source_digest"),  # of the file it was loaded from, empty without one
    Column("metadata", LargeBinary, nullable=False),
    _instant("added_at"),
    _instant("changed_at"),
    _text("stamp"),  # changes with every change of the trust
    _text("terms", server_default="{}"),  # validity of the metadata and its signer, as JSON
)

trust_identifiers = Table(
    "trust_identifiers",
    metadata,
    _text("identifier", primary_key=True),  # a further entity id of a trust
    _text("entity_id", index=True),
)

refreshes = Table(
    "refreshes",
    metadata,
    _text("entity_id", primary_key=True),  # of a trust whose metadata comes from a URL
    _instant("due_at", index=True),
    Column("failures", Integer, nullable=False),
    _instant("tried_at", nullable=True),
    _instant("fetched_at", nullable=True),
    _text("fault"),  # why the last attempt failed, empty after a success
    Column("held_document", LargeBinary, nullable=True),  # metadata that waits for an administrator
    _text("held"),  # why it waits, and its validity, as JSON
)

name_ids = Table(
    "name_ids",
    metadata,
    _text("trust", primary_key=True),  # an entity id; the names stay when the trust is removed
    _text("user", primary_key=True),
    _text("value", unique=True),
    Index("ix_name_ids_user", "user"),
)

nodes = Table(
    "nodes",
    metadata,
    _serial(),
    _text("name", unique=True),
    _text("build"),
    _text("product"),
    _instant("changed_at"),
    _text("changed_by"),
)

providers = Table(
    "providers",
    metadata,
    _text("name", primary_key=True),
    _text("type_name"),
    Column("config", LargeBinary, nullable=True),
)

policies = Table(
    "policies",
    metadata,
    _text("name", primary_key=True),
    _text("value"),  # as JSON
)

access_control_policies = Table(
    "access_control_policies",
    metadata,
    _text("name", primary_key=True),
    _text("policy"),  # as JSON
)

session_participants = Table(  # the assertions issued in each session
    "session_participants",
    metadata,
    _serial(),
    _text("session"),  # the root of the session's ids
    _text("user"),
    _text("trust"),  # an entity id
    _text("name_id", nullable=True),
    _text("name_format", nullable=True),
    _text("name_qualifier", nullable=True),
    _text("sp_name_qualifier", nullable=True),
    _text("session_index"),
    _instant("expires_at", index=True),
    _text("request_id", nullable=True),  # of the LogoutRequest to the service provider
    _text("log_out", nullable=True),  # the log-out that sent it
    _instant("asked_at", nullable=True),
    _text("outcome", nullable=True),
    Index("ix_session_participants_session", "session", "trust"),
    Index("ix_session_participants_trust", "trust", "name_id"),
)
Index(
    "ix_session_participants_request_id",
    session_participants.c.request_id,
    sqlite_where=session_participants.c.request_id.is_not(None),
    postgresql_where=session_participants.c.request_id.is_not(None),
)

log_outs = Table(
    "log_outs",
    metadata,
    _text("id", primary_key=True),
    _text("user"),
    _text("sessions"),  # roots as JSON: those of this browser, and those of others
    _text("activity_id"),
    _instant("started_at"),
    _text("asked_by", nullable=True),  # as JSON
    _instant("expires_at", index=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _serial(),
    _instant("at"),
    Column("event_id", Integer, nullable=False),
    _text("activity_id"),
    _text("user"),
    _text("trust"),
    _text("node"),
    _text("experience"),
    _text("reason"),
    _text("outcome"),
    _text("client_ip"),
    _text("detail"),
    Index("ix_sign_ins_user", "user", "serial"),
)
