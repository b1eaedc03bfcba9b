"""The tables of the NPS hosts, their clients, and the counter of their changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, UniqueConstraint

from idp.store.columns import instant, metadata, serial, text

REGISTRY = ("override", "require_user_match", "ip_whitelist")
"""The columns of the registry values; those in force have the prefix ``in_force_``."""

IN_FORCE = tuple(f"in_force_{name}" for name in REGISTRY)

nps_hosts = Table(
    "nps_hosts",
    metadata,
    serial(),
    text("name", unique=True),
    text("version"),
    text("addresses"),  # separated by blanks, as the protocols are
    Column("port", Integer, nullable=False),
    Column("legacy_port", Boolean, nullable=False),
    text("protocols"),
    *map(text, (*REGISTRY, *IN_FORCE)),
    *map(instant, ("restarted_at", "changed_at")),
    text("changed_by"),
)

nps_clients = Table(
    "nps_clients",
    metadata,
    serial(),
    text("host"),
    text("network"),
    text("secret"),  # sealed, for this host and network
    *(
        Column(name, Boolean, nullable=False)
        for name in ("can_answer_challenge", "needs_message_authenticator")
    ),
    Column("timeout", Integer, nullable=False),  # in seconds
    text("label"),
    instant("changed_at"),
    text("changed_by"),
    UniqueConstraint("host", "network", name="uq_nps_clients_host"),
)

nps_changes = Table(  # one row: how often hosts or clients were changed
    "nps_changes",
    metadata,
    text("name", primary_key=True),
    Column("number", BigInteger, nullable=False),
)
