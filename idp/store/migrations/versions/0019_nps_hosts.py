"""NPS hosts, their clients, and the counter of their changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
REGISTRY = ("override", "require_user_match", "ip_whitelist")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "nps_hosts",
        sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
        *_texts("name", "version", "addresses"),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("legacy_port", sa.Boolean, nullable=False),
        *_texts("protocols", *REGISTRY, *(f"in_force_{name}" for name in REGISTRY)),
        sa.Column("restarted_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        *_texts("changed_by"),
        sa.PrimaryKeyConstraint("serial", name="pk_nps_hosts"),
        sa.UniqueConstraint("name", name="uq_nps_hosts_name"),
    )
    op.create_table(
        "nps_clients",
        sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
        *_texts("host", "network", "secret"),
        sa.Column("can_answer_challenge", sa.Boolean, nullable=False),
        sa.Column("needs_message_authenticator", sa.Boolean, nullable=False),
        sa.Column("timeout", sa.Integer, nullable=False),
        *_texts("label"),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        *_texts("changed_by"),
        sa.PrimaryKeyConstraint("serial", name="pk_nps_clients"),
        sa.UniqueConstraint("host", "network", name="uq_nps_clients_host"),
    )
    op.create_table(
        "nps_changes",
        *_texts("name"),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_nps_changes"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
