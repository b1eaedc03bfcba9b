"""What users are told, on their devices and by mail, and since when a report pauses pushes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables, and the column."""
    op.add_column("mfa_users", sa.Column("pushes_reported_at", sa.BigInteger, nullable=True))
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "notices",
        sa.Column("serial", serial, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_index("ix_notices_device", "notices", ["device", "serial"])
    op.create_table(
        "outbox",
        sa.Column("serial", serial, primary_key=True, autoincrement=True),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("mail", sa.Text, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_index("ix_outbox_user", "outbox", ["user"])
    op.create_index("ix_outbox_mail", "outbox", ["mail"])
