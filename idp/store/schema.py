"""The tables, as the newest migration leaves them.

Second factors have theirs in ``mfa_schema``, NPS hosts in ``nps_schema``, administration in
``admin_schema``, the flight recorder in ``recorder_schema``; ``all_tables`` has all of them.

A column ``user`` holds the user's UPN in its canonical (lower-case) spelling. The second factor's
tables have no foreign key to ``users``, because users may come from another directory.

A table or column is only ever added, and a new column is nullable or has a server default: nodes
of the previous version keep writing to the table during a rolling upgrade (docs/operation.md).

Each request of a sign-in writes to ``used_once``, ``session_participants`` and ``challenges``.
They have no index for purges: ``sweep`` does without.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    false,
)

from idp.store.columns import ONLY_WHERE, instant, metadata, serial, text

used_once = Table(
    "used_once",
    metadata,
    text("kind", primary_key=True),
    text("key", primary_key=True),  # a digest: what it stands for may be long or confidential
    instant("expires_at"),
    text("holder", nullable=True),  # a digest of who may use it again
    instant("held_until", nullable=True),  # until then
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    text("upn", primary_key=True),
    text("account_key", unique=True),  # DOMAIN\user in lower case, to find a name in any case
    text("windows_account_name"),
    text("display_name"),
    text("email"),
    text("groups"),  # a JSON list
    text("password_hash"),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    instant("valid_from"),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    text("attributes", server_default="{}"),  # JSON: lists of texts by LDAP name
    text("security_id", nullable=True, index=True),  # null: it follows from the UPN
)

nt_hashes = Table(  # of users of whom an administrator wants one kept
    "nt_hashes",
    metadata,
    text("user", primary_key=True),
    text("sealed", nullable=True),  # null until the password is known
    instant("wanted_at"),
    text("wanted_by"),
)

password_limits = Table(
    "password_limits",
    metadata,
    text("name", primary_key=True),
    Column("wrong", Integer, nullable=False),
    instant("last_at"),
    sqlite_with_rowid=False,
)

account_activity = Table(  # of the smart lock-out
    "account_activity",
    metadata,
    text("name", primary_key=True),
    Column("familiar_wrong", Integer, nullable=False, server_default="0"),
    instant("familiar_at", nullable=True),
    Column("unknown_wrong", Integer, nullable=False, server_default="0"),
    instant("unknown_at", nullable=True),
    text("addresses", server_default="[]"),  # a JSON list, oldest first
    sqlite_with_rowid=False,
)

password_resets = Table(
    "password_resets",
    metadata,
    text("id", primary_key=True),
    *map(text, ("account", "stand_in", "name")),
    text("user", nullable=True, index=True),  # null: it never succeeds
    instant("valid_from", nullable=True),  # of the user, at the start
    Column("required", Integer, nullable=False),
    text("proved"),  # methods, separated by blanks
    text("asked"),  # sealed
    text("state"),
    Column("step", Integer, nullable=False),
    instant("ends_at", index=True),
)

reset_limits = Table(  # proofs of resets that failed
    "reset_limits",
    metadata,
    text("account", primary_key=True),
    Column("wrong", Integer, nullable=False),
    instant("last_at", index=True),
)

trusts = Table(
    "trusts",
    metadata,
    serial(),
    text("entity_id", unique=True),
    text("service_provider"),  # the description in the metadata, as JSON
    text("settings"),  # as JSON
    text("source"),
    text("source_digest"),  # of the file it was loaded from, empty without one
    Column("metadata", LargeBinary, nullable=False),
    instant("added_at"),
    instant("changed_at"),
    text("stamp"),  # changes with every change of the trust
    text("terms", server_default="{}"),  # validity of the metadata and its signer, as JSON
)

trust_identifiers = Table(
    "trust_identifiers",
    metadata,
    text("identifier", primary_key=True),  # a further entity id of a trust
    text("entity_id", index=True),
)

refreshes = Table(
    "refreshes",
    metadata,
    text("entity_id", primary_key=True),  # of a trust whose metadata comes from a URL
    instant("due_at", index=True),
    Column("failures", Integer, nullable=False),
    instant("tried_at", nullable=True),
    instant("fetched_at", nullable=True),
    text("fault"),  # why the last attempt failed, empty after a success
    Column("held_document", LargeBinary, nullable=True),  # metadata that waits for an administrator
    text("held"),  # why it waits, and its validity, as JSON
)

next_faults = Table(  # what the next sign-ins to trusts get, on a server for testing
    "next_faults",
    metadata,
    text("entity_id", primary_key=True),
    text("occasion", primary_key=True),
    text("code"),
    text("set_by"),
    instant("set_at"),
    text("response", nullable=True),  # in base64: of the sign-in before, to be sent again
    text("kept_for", nullable=True),  # the user whose sign-in that was
)

name_ids = Table(
    "name_ids",
    metadata,
    text("trust", primary_key=True),  # an entity id; the names stay when the trust is removed
    text("user", primary_key=True),
    text("value", unique=True),
    Index("ix_name_ids_user", "user"),
)

nodes = Table(
    "nodes",
    metadata,
    serial(),
    text("name", unique=True),
    text("build"),
    text("product"),
    instant("changed_at"),
    text("changed_by"),
)

providers = Table(
    "providers",
    metadata,
    text("name", primary_key=True),
    text("type_name"),
    Column("config", LargeBinary, nullable=True),
)

policies = Table(
    "policies",
    metadata,
    text("name", primary_key=True),
    text("value"),  # as JSON
)

access_control_policies = Table(
    "access_control_policies",
    metadata,
    text("name", primary_key=True),
    text("policy"),  # as JSON
)

session_participants = Table(  # the assertions issued in each session
    "session_participants",
    metadata,
    serial(),
    text("session"),  # the root of the session's ids
    text("user"),
    text("trust"),  # an entity id
    text("name_id", nullable=True),
    text("name_format", nullable=True),
    text("name_qualifier", nullable=True),
    text("sp_name_qualifier", nullable=True),
    text("session_index"),
    instant("expires_at"),
    text("request_id", nullable=True),  # of the LogoutRequest to the service provider
    text("log_out", nullable=True),  # the log-out that sent it
    instant("asked_at", nullable=True),
    text("outcome", nullable=True),
    Index("ix_session_participants_trust", "trust", "name_id"),
    Index("ix_session_participants_user", "user", "session", "trust"),
)
Index(
    "ix_session_participants_request_id",
    session_participants.c.request_id,
    info={ONLY_WHERE: session_participants.c.request_id.is_not(None)},
)

log_outs = Table(
    "log_outs",
    metadata,
    text("id", primary_key=True),
    text("user"),
    text("sessions"),  # as JSON: roots in this browser and in others, and names of other users
    text("activity_id"),
    instant("started_at"),
    text("asked_by", nullable=True),  # as JSON
    instant("expires_at", index=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    serial(),
    instant("at"),
    Column("event_id", Integer, nullable=False),
    text("activity_id"),
    text("user"),
    text("trust"),
    text("node"),
    text("experience"),
    text("reason"),
    text("outcome"),
    text("client_ip"),
    text("detail"),
    Index("ix_sign_ins_user", "user", "serial"),
    Index("ix_sign_ins_trust", "trust", "serial"),
    Index("ix_sign_ins_outcome", "outcome", "serial"),
)
for _code in ("reason", "detail"):  # most rows have none, or no detail
    Index(
        f"ix_sign_ins_{_code}",
        sign_ins.c[_code],
        sign_ins.c.serial,
        info={ONLY_WHERE: sign_ins.c[_code] != ""},
    )
