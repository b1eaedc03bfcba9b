"""The audit log of administration, and API tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "changes",
        sa.Column("serial", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(_text(name) for name in ("actor", "role", "via", "client_ip", "activity_id")),
        *(_text(name) for name in ("verb", "about")),
        sa.Column("before", sa.Text, nullable=True),
        sa.Column("after", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_changes"),
    )
    op.create_index("ix_changes_actor", "changes", ["actor"])
    op.create_index("ix_changes_about", "changes", ["about"])
    op.create_table(
        "admin_tokens",
        *(_text(name) for name in ("name", "digest", "role", "created_by")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_admin_tokens"),
        sa.UniqueConstraint("digest", name="uq_admin_tokens_digest"),
        sqlite_with_rowid=False,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
